import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

@Suite struct `What a store knows of its kept documents` {
    private static let evidence = [
        Evidence(kind: "prior", weight: -2.197225, detail: ""), Evidence(kind: "capture-date", weight: -1, detail: ""),
        Evidence(kind: "token-frequency", weight: 1.5, detail: "“x”"),
    ]

    /// The same judgement with its evidence in either form.
    private static func judgement(_ reasons: RecordedEvidence) -> RecordedJudgement {
        RecordedJudgement(verdict: .uncertain, origin: .detected, probability: 0.154787, reasons: reasons)
    }

    @Test func `is told of kept ones alone, the same whether their evidence is packed or JSON`() throws {
        let directory = TemporaryDirectory()
        let store = try Sample.fill(
            directory,
            [
                Sample.kept(1, Self.judgement(RecordedEvidence(Self.evidence))), Sample.rejected(2),
                Sample.kept(3, Self.judgement(.json(RecordedJudgement.json(Self.evidence)))),
                Sample.duplicate(4, of: 1),
            ])
        defer { store.close() }
        var found: [JudgedDocument] = []
        try store.read { try $0.forEachKept { found.append($0) } }
        #expect(found.map(\.host) == ["host1.example", "host0.example"])
        #expect(found.map(\.opinion.verdict) == [.uncertain, .uncertain])
        #expect(found.map(\.opinion.origin) == [.detected, .detected])
        for document in found {
            let evidence = document.opinion.evidence
            #expect(abs(evidence.total + 1.697225) < 1e-9 && evidence.text == 1.5)
            #expect(evidence.isEarly && !evidence.isAbstention)
            #expect(document.captured == "2021-05-06T07:08:09Z")
        }
    }

    @Test func `follows what people said since`() throws {
        let directory = TemporaryDirectory()
        let store = try Sample.fill(directory, [Sample.kept(1, synthetic: 30_000), Sample.kept(2)])
        defer { store.close() }
        _ = try store.write {
            let review = ReviewDescription(document: 1, verdict: .real, reviewer: "ada", note: nil)
            return try $0.review(review, timeMicroseconds: 2)
        }
        var found: [JudgedDocument] = []
        try store.read { try $0.forEachKept { found.append($0) } }
        #expect(found.map(\.opinion.origin) == [.reviewed, .prior] && found[0].opinion.verdict == .real)
    }

    @Test func `was kept while a shard was filling, in a stretch of rows of each shard`() throws {
        let directory = TemporaryDirectory()
        // Row 3 has no room in the first shard, which rows 1, 2 and 4 fill, and 5 brings room for it in the second.
        let documents = [
            Sample.kept(1), Sample.kept(2), Sample.kept(3, synthetic: 50_000), Sample.kept(4), Sample.kept(5),
            Sample.kept(6, synthetic: 90_000), Sample.rejected(7),
        ]
        let store = try Sample.fill(directory, documents, settings: ShardSettings(capPPM: 100_000, targetTokens: 300))
        defer { store.close() }
        try store.read { reader in
            let stretches = try reader.stretchesOfShards()
            #expect(stretches.map(\.shard) == [1, 2] && stretches.map(\.rows) == [1...4, 5...7])
            #expect(try reader.documents(inShard: 1) == [1, 2, 4])
            var rows = 0
            try reader.forEachOpinion(ofRows: 1...4) { _ in rows += 1 }
            #expect(rows == 4)
        }
    }
}
