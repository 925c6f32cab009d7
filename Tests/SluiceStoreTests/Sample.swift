import Foundation
import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

/// A repeatable stream of numbers (SplitMix64), so that a failing random test fails again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A store in a directory of its own, removed with the value that made it.
final class TemporaryDirectory {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-store-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/sluice.db" }
}

extension Store {
    /// All that can be verified of texts that are not compressed.
    func verifyAll() throws(SluiceError) -> [Finding] { try verify() + [verifyTexts { $0.body }] }
}

/// Records made up for tests.
enum Sample {
    static let source = SourceDescription(
        digest: Digest.of(Array("a dump".utf8)), name: "dumps/a.warc.wet.gz", bytes: 1234, format: "warc",
        label: "crawl-a")
    static let run = RunDescription(
        uuid: "018f3c2e-0000-7000-8000-000000000001", toolVersion: "0.1.0", configuration: Digest.of([1]),
        model: Digest.of([2]), startedMicroseconds: 1_700_000_000_000_000, workers: 2)

    /// A cap of a tenth, and a size that no test reaches.
    static let shards = ShardSettings(capPPM: 100_000, targetTokens: 100_000_000)

    /// The text of record `seq`; not compressed, which the store cannot tell.
    static func text(_ seq: Int64) -> [UInt8] { Array("the text of record \(seq)".utf8) }

    static func row(_ seq: Int64, outcome: ProvenanceRow.Outcome = .kept, tokens: Int = 100) -> ProvenanceRow {
        var row = ProvenanceRow(
            seq: seq, source: source.digest, ordinal: Int(seq - 1), offset: UInt64(seq) * 100,
            recordID: "<urn:uuid:00000000-0000-0000-0000-\(String(format: "%012d", seq))>",
            captured: "2021-05-06T07:08:09Z", outcome: outcome)
        if case .rejected = outcome { return row }
        row.document = Digest.of(text(seq))
        row.tokens = tokens
        row.judgement = judgement(0.1)
        return row
    }

    /// Uncertain, with evidence that adds up to `probability`.
    static func judgement(
        _ probability: Double, _ verdict: Verdict = .uncertain, _ origin: Origin = .prior
    ) -> RecordedJudgement {
        let logOdds = min(max(log(probability / (1 - probability)), -30), 30)
        return RecordedJudgement(
            Judgement(
                verdict: verdict, origin: origin, probability: probability,
                evidence: [Evidence(kind: "prior", weight: logOdds, detail: "")]))
    }

    /// A kept record of 100 tokens with `synthetic` thousandths of machine-written mass and an address.
    static func kept(_ seq: Int64, synthetic: Int64 = 0, tokens: Int = 100) -> StoreEntry {
        var entry = StoreEntry(row: row(seq, tokens: tokens))
        entry.row.judgement = judgement(min(max(Double(synthetic) / Double(1000 * max(tokens, 1)), 0), 1))
        let url = "http://host\(seq % 3).example/page/\(seq)"
        let commitment = Commitment(to: url, inRecord: Digest.of(Array("\(seq)".utf8)))
        entry.row.urlCommitment = commitment.digest
        entry.address = Address(salt: commitment.salt, url: url, host: "host\(seq % 3).example")
        entry.document = KeptDocument(
            contentKey: Digest.of(Array("words \(seq)".utf8)), bands: [UInt8](repeating: UInt8(seq & 255), count: 144),
            synthetic: synthetic, rawBytes: text(seq).count, body: text(seq))
        return entry
    }

    /// A kept record of 100 tokens that is judged so.
    static func kept(_ seq: Int64, _ judgement: RecordedJudgement) -> StoreEntry {
        var entry = kept(seq)
        entry.row.judgement = judgement
        entry.document?.synthetic = judgement.syntheticMass(ofTokens: 100)
        return entry
    }

    static func duplicate(_ seq: Int64, of earlier: Int64) -> StoreEntry {
        StoreEntry(row: row(seq, outcome: .duplicate(DuplicateMatch(seq: earlier, kind: .near, similarity: 0.8125))))
    }

    static func rejected(_ seq: Int64) -> StoreEntry {
        StoreEntry(row: row(seq, outcome: .rejected(.noWords, detail: "3 bytes of white space")))
    }

    /// Law 1's counters over `entries`, which are all there is of their source.
    static func progress(_ entries: [StoreEntry], isDone: Bool = true) -> SourceProgress {
        var progress = SourceProgress()
        progress.isDone = isDone
        for entry in entries {
            switch entry.row.outcome {
            case .kept: progress.kept += 1
            case .rejected: progress.rejected += 1
            case .duplicate(let match) where match.kind == .exact: progress.duplicateExact += 1
            case .duplicate: progress.duplicateNear += 1
            }
        }
        progress.nextOrdinal = progress.records
        return progress
    }

    /// A fresh store with `entries` in it, in batches of `batch`.
    static func fill(
        _ directory: TemporaryDirectory, _ entries: [StoreEntry], settings: ShardSettings = Sample.shards,
        batch: Int = 500, recentKeys: Bool = false
    ) throws -> Store {
        let store = try Store.open(
            directory: directory.path, mode: .write,
            settings: StoreSettings(shards: settings, deduplication: "x=1", keepsRecentKeys: recentKeys))
        let (run, source) = try store.write { (try $0.beginRun(Sample.run), try $0.source(Sample.source).id) }
        var start = 0
        while start < entries.count {
            let end = min(start + batch, entries.count)
            try store.write { writer in
                try writer.append(Array(entries[start..<end]), run: run, timeMicroseconds: 1_700_000_000_000_001)
                try writer.setProgress(progress(Array(entries[..<end]), isDone: end == entries.count), ofSource: source)
            }
            start = end
        }
        return store
    }

    /// The kept documents in no shard, oldest first.
    static func held(_ reader: StoreReader) throws -> [Int64] {
        try reader.provenance(ProvenanceQuery(decision: .kept, limit: 0)).filter { $0.shard == nil && $0.review == nil }
            .map(\.row.seq)
    }

    /// Eight kept documents of 100 tokens (two synthetic ones of which a shard of cap 0.1 takes one part), a duplicate
    /// and a rejected record.
    static func mixed() -> [StoreEntry] {
        [
            kept(1), kept(2), duplicate(3, of: 1), rejected(4), kept(5, synthetic: 30_000), kept(6, synthetic: 100_000),
            kept(7), kept(8, synthetic: 100_000), kept(9), kept(10),
        ]
    }
}
