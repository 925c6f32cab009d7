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
        #expect(found.map(\.judgement.verdict) == [.uncertain, .uncertain])
        #expect(found.map(\.judgement.origin) == [.detected, .detected])
        for document in found {
            let evidence = document.judgement.evidence
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
        #expect(found.map(\.judgement.origin) == [.reviewed, .prior] && found[0].judgement.verdict == .real)
    }

    @Test func `came in a stretch of the ledger, which is what a shard was filled from, or several small ones`() throws
    {
        let directory = TemporaryDirectory()
        // Row 3 has no room in the first shard, and row 2102 makes some in the second.
        let documents =
            (Int64(1)...4500).map { Sample.kept($0, synthetic: $0 == 3 ? 99_000 : 0) } + [Sample.rejected(4501)]
        let store = try Sample.fill(
            directory, documents, settings: ShardSettings(capPPM: 100, targetTokens: 210_000))
        defer { store.close() }
        try store.read { reader in
            // A shard takes 2,100 documents; what the third has so far is too little by itself.
            #expect(try reader.stretchesOfShards() == [1...2101, 2102...4501])
            let first = try reader.documents(inShard: 1)
            #expect(first.count == 2100 && !first.contains(3) && first.last == 2101)
            var rows = 0
            try reader.forEachJudgement(ofRows: 1...4) { _ in rows += 1 }
            #expect(rows == 4)
        }
        _ = try store.write { try $0.sealShard() }
        // What comes when no shard is open is of none.
        #expect(try store.read { try $0.stretchesOfShards() } == [1...2101, 2102...4500])
    }
}
