import SluiceCore
import SluiceLedger
import SluicePipeline
import SluiceService
import SluiceStore

/// A store that grows by one batch of a new source at a time, and says what each batch changed.
final class Ledger {
    let store: Store
    private let folder: TemporaryFolder
    private let run: Int64
    private var sources = 0

    init() throws {
        folder = try TemporaryFolder()
        store = try Store.open(
            directory: folder.path("store"), mode: .write,
            settings: StoreSettings(shards: ShardSettings(capPPM: 100_000, targetTokens: 1_000_000)))
        run = try store.write {
            try $0.beginRun(
                RunDescription(
                    uuid: "018f3c2e-0000-7000-8000-000000000001", toolVersion: "0.1.0", configuration: Digest.of([1]),
                    model: nil, startedMicroseconds: 1, workers: 1))
        }
    }

    /// Commits two kept documents, one of them synthetic, two duplicates and a rejected record; every second source
    /// ends there.
    func commit() throws -> CommitDelta {
        sources += 1
        let number = sources
        let description = SourceDescription(
            digest: Digest.of(Array("source \(number)".utf8)), name: "source-\(number)", bytes: 1000, format: "jsonl")
        return try store.write { writer in
            let source = try writer.source(description)
            let first = try writer.reader.nextSeq()
            var entries = [entry(first, of: source, ordinal: 0, synthetic: 0)]
            entries.append(entry(first + 1, of: source, ordinal: 1, synthetic: 100_000))
            for (ordinal, kind) in [(2, DuplicateKind.exact), (3, .near)] {
                let match = DuplicateMatch(seq: first, kind: kind, similarity: 1)
                var row = row(first + Int64(ordinal), of: source, ordinal: ordinal, outcome: .duplicate(match))
                row.document = Digest.of([3])
                row.tokens = 100
                entries.append(StoreEntry(row: row))
            }
            entries.append(
                StoreEntry(row: row(first + 4, of: source, ordinal: 4, outcome: .rejected(.noWords, detail: ""))))
            var progress = SourceProgress()
            progress.isDone = number.isMultiple(of: 2)
            progress.memberOffset = 600
            progress.nextOrdinal = 5
            (progress.kept, progress.duplicateExact, progress.duplicateNear, progress.rejected) = (2, 1, 1, 1)
            (progress.textBytes, progress.skippedBytes) = (400, 7)
            try writer.append(entries, run: run, timeMicroseconds: 1)
            try writer.setProgress(progress, ofSource: source.id)
            var tally = Tally()
            tally.rejected = [.noWords: 1]
            tally.verdicts = [.uncertain: 2]
            var delta = CommitDelta(
                SourceCommit(description: description, before: nil, after: progress, tally: tally))
            delta.held = Int64(try writer.heldCount())
            delta.shards = ShardFigures(try writer.reader.shards())
            delta.duration = .milliseconds(4)
            return delta
        }
    }

    /// Seals the open shard.
    func seal() throws -> CommitDelta {
        try store.write { writer in
            _ = try writer.sealShard()
            var delta = CommitDelta()
            delta.held = Int64(try writer.heldCount())
            delta.shards = ShardFigures(try writer.reader.shards())
            return delta
        }
    }

    private func row(
        _ seq: Int64, of source: StoredSource, ordinal: Int, outcome: ProvenanceRow.Outcome
    ) -> ProvenanceRow {
        ProvenanceRow(
            seq: seq, source: source.description.digest, ordinal: ordinal, offset: UInt64(ordinal), recordID: nil,
            captured: nil, urlCommitment: nil, outcome: outcome)
    }

    private func entry(_ seq: Int64, of source: StoredSource, ordinal: Int, synthetic: Int64) -> StoreEntry {
        var row = row(seq, of: source, ordinal: ordinal, outcome: .kept)
        let text = Array("text \(seq)".utf8)
        row.document = Digest.of(text)
        row.tokens = 100
        row.judgement = RecordedJudgement(
            verdict: .uncertain, origin: .prior, probability: Double(synthetic) / 100_000, evidence: "[]")
        var entry = StoreEntry(row: row)
        entry.document = KeptDocument(
            contentKey: Digest.of(text), bands: [], synthetic: synthetic, rawBytes: text.count, body: text)
        return entry
    }
}
