import Foundation
import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

@Suite struct `The review queue` {
    let directory = TemporaryDirectory()

    /// Documents of two sources by turns: probability, verdict and origin of each, in order.
    private func fill(_ judgements: [(source: Int, RecordedJudgement)]) throws -> Store {
        let store = try Sample.fill(
            directory, [], settings: ShardSettings(capPPM: 1_000_000, targetTokens: 100_000_000))
        var ordinals: [Int: Int] = [:]
        for (index, (source, judgement)) in judgements.enumerated() {
            let seq = Int64(index + 1)
            var description = Sample.source
            description.digest = Digest.of([UInt8(source & 255), UInt8(source >> 8)])
            description.label = "source \(source)"
            var entry = Sample.kept(seq, judgement)
            entry.row.source = description.digest
            entry.row.ordinal = ordinals[source, default: 0]
            ordinals[source, default: 0] += 1
            var progress = SourceProgress()
            progress.kept = Int64(ordinals[source, default: 0])
            progress.nextOrdinal = progress.kept
            try store.write { writer in
                let id = try writer.source(description).id
                try writer.append([entry], run: 1, timeMicroseconds: 1)
                try writer.setProgress(progress, ofSource: id)
            }
        }
        return store
    }

    private func detected(_ probability: Double, _ origin: Origin = .detected) -> RecordedJudgement {
        let verdict: Verdict = probability >= 0.95 ? .synthetic : probability <= 0.05 ? .real : .uncertain
        return Sample.judgement(probability, verdict, origin)
    }

    @Test func `asks about the most doubtful first, one of each source a round, and not about what is settled`() throws
    {
        let store = try fill([
            (1, detected(0.5)), (1, detected(0.52)), (1, detected(0.4)), (2, detected(0.9)), (2, detected(0.97)),
            (2, detected(0.999)), (1, detected(0.001)), (3, detected(0.999, .declared)), (3, detected(0.1, .prior)),
        ])
        let items = try store.read { try $0.reviewQueue(limit: 100) }
        #expect(items.map(\.seq) == [1, 4, 9, 2, 5, 3])
        #expect(items.map(\.source).prefix(3) == ["source 1", "source 2", "source 3"])
        #expect(items[0].url == "http://host1.example/page/1" && items[0].shard == 1 && items[0].tokens == 100)
        #expect(try store.read { try $0.reviewQueue(limit: 2) }.map(\.seq) == [1, 4])
        #expect(try store.read { try $0.reviewQueue(limit: 0) } == [])
        #expect(try store.read { try $0.reviewQueue(limit: -1) } == [])
        try store.write { writer in
            for seq: Int64 in [1, 9] {
                let review = ReviewDescription(document: seq, verdict: .uncertain, reviewer: "ada")
                _ = try writer.review(review, timeMicroseconds: 2)
            }
        }
        #expect(try store.read { try $0.reviewQueue(limit: 100) }.map(\.seq) == [2, 4, 3, 5])
        #expect(try store.read { try $0.reviewCount() } == 2)
        #expect(try store.verifyAll().filter { !$0.passed } == [])
    }

    @Test func `looks at a source's own documents only, where others' stand between them`() throws {
        let store = try Sample.fill(
            directory, [], settings: ShardSettings(capPPM: 1_000_000, targetTokens: 100_000_000))
        var next: Int64 = 1
        var ordinals: [UInt8: Int] = [:]
        for (source, count) in [(1, 3), (2, ReviewQueue.documentsPerSource + 5), (1, 2)] as [(UInt8, Int)] {
            var description = Sample.source
            description.digest = Digest.of([source])
            let entries = (0..<count).map { index in
                var entry = Sample.kept(next + Int64(index), detected(0.5))
                entry.row.source = description.digest
                entry.row.ordinal = ordinals[source, default: 0] + index
                return entry
            }
            ordinals[source, default: 0] += count
            next += Int64(count)
            var progress = SourceProgress()
            progress.kept = Int64(ordinals[source, default: 0])
            progress.nextOrdinal = progress.kept
            try store.write { writer in
                let id = try writer.source(description).id
                try writer.append(entries, run: 1, timeMicroseconds: 1)
                try writer.setProgress(progress, ofSource: id)
            }
        }
        let seqs = try store.read { try $0.reviewQueue(limit: ReviewQueue.longest) }.map(\.seq)
        let last = next - 1
        #expect(seqs.filter { $0 <= 3 || $0 > last - 2 }.sorted() == [1, 2, 3, last - 1, last])
        #expect(seqs.count == ReviewQueue.documentsPerSource + 5)
    }

    @Test func `asks about a dump still when a daemon has taken hundreds of bodies since`() throws {
        let bodies = (2..<290).map { _ in detected(0.6) }
        let store = try fill([(1, detected(0.5)), (1, detected(0.55))] + zip(2..<290, bodies).map { ($0, $1) })
        let items = try store.read { try $0.reviewQueue(limit: 1000) }
        #expect(items.count == 290)
        #expect(items.first?.seq == 1)
        #expect(items.contains { $0.seq == 2 })
    }

    @Test func `looks at the newest documents of a source only`() throws {
        var entries = (Int64(1)...Int64(ReviewQueue.documentsPerSource + 10)).map { Sample.kept($0) }
        entries[2] = Sample.kept(3, Sample.judgement(0.5))
        entries[12] = Sample.kept(13, Sample.judgement(0.5))
        let store = try Sample.fill(directory, entries)
        let items = try store.read { try $0.reviewQueue(limit: 10_000_000) }
        #expect(items.count == ReviewQueue.documentsPerSource)
        #expect(items.first?.seq == 13 && items.dropFirst().first?.seq == 11)
    }
}
