import Foundation
import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

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

/// A folder of a test's own, removed with the value that made it.
final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-export-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    /// The files in the folder `name`, with their contents.
    func files(_ name: String) throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path(name))
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try bytes("\(name)/\($0)")) })
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    /// Puts `bytes` in the place of a file of the export `out`, and what is true of them into the manifest and the sums.
    func forge(_ name: String, _ forged: [UInt8]) throws {
        let old = try bytes(name)
        let sums = String(decoding: try bytes("out/SHA256SUMS"), as: UTF8.self)
        let manifest = String(decoding: try bytes("out/manifest.json"), as: UTF8.self)
        let new = Digest.of(forged).hex
        guard name != "out/manifest.json" else {
            try write(forged, to: name)
            return try write(Array(sums.replacing(Digest.of(old).hex, with: new).utf8), to: "out/SHA256SUMS")
        }
        let newManifest = manifest.replacing(Digest.of(old).hex, with: new).replacing(
            "\"bytes\": \(old.count),", with: "\"bytes\": \(forged.count),")
        let newSums = sums.replacing(Digest.of(old).hex, with: new).replacing(
            Digest.of(Array(manifest.utf8)).hex, with: Digest.of(Array(newManifest.utf8)).hex)
        try write(forged, to: name)
        try write(Array(newManifest.utf8), to: "out/manifest.json")
        try write(Array(newSums.utf8), to: "out/SHA256SUMS")
    }
}

/// A store as an ingest would leave it, of made-up documents.
struct Fixture {
    /// What a test says about a document.
    struct Document {
        /// The share of its mass that is machine-written, in thousandths.
        var share: Int64
        var words = 40
        var url: String? = "https://a.example/page"
        var recordID: String? = "<urn:uuid:1>"
        var captured: String? = "2021-05-06T07:08:09Z"
        /// What a detector made of the text, in nats; its `share` follows from that and a prior of .1.
        var ratio: Double?
        /// True where its capture counts as one before there were chat models.
        var isEarly = false
        /// True where a label says that a person wrote it.
        var isDeclaredReal = false
        /// Bytes of white space behind the words.
        var padding = 0
        /// How many words the store holds it to have, where that is not the truth.
        var claimedWords: Int?

        var tokens: Int { claimedWords ?? words }
    }

    /// Texts that have to survive JSON.
    static let corners = [
        "\u{1}\u{7f}\u{2028}", "\"quoted\" \\ back\\slash", "tab\tline\nfeed\r", "naïve Ünïcödé 漢字 🌊",
    ]

    static func text(_ seq: Int, words: Int) -> [UInt8] {
        let body = (0..<words - 1).map { "w\(($0 &* 7919 &+ seq &* 104729) % 9973)" }.joined(separator: " ")
        return Array("\(seq) \(body) \(corners[seq % corners.count])".utf8)
    }

    /// Fills a new store in `folder` with `documents`.
    static func store(
        in folder: Folder, _ documents: [Document],
        shards: ShardSettings = ShardSettings(capPPM: 100_000, targetTokens: 100_000_000)
    ) throws -> Store {
        let store = try Store.open(
            directory: folder.path("store"), mode: .write,
            settings: StoreSettings(shards: shards, deduplication: "x=1"))
        guard !documents.isEmpty else { return store }
        try append(documents, after: 0, to: store)
        return store
    }

    /// Adds a source of `documents` to a store that has `last` rows.
    static func append(_ documents: [Document], after last: Int64, to store: Store) throws {
        let compressor = ZstdCompressor()
        let digest = Digest.of([7, UInt8(truncatingIfNeeded: last)])
        let source = SourceDescription(
            digest: digest, name: "dump \"a\".jsonl", bytes: 1, format: "jsonl", label: nil)
        let run = RunDescription(
            uuid: "018f3c2e-0000-7000-8000-00000\(1_000_001 + last)", toolVersion: "test",
            configuration: Digest.of([1]), model: nil, startedMicroseconds: 1, workers: 1)
        let entries = try documents.enumerated().map { index, document in
            try entry(seq: last + Int64(index + 1), index, document, source: source.digest, compressor)
        }
        try store.write { writer in
            let run = try writer.beginRun(run)
            let source = try writer.source(source).id
            try writer.append(entries, run: run, timeMicroseconds: 2)
            var progress = SourceProgress()
            progress.kept = Int64(entries.count)
            progress.nextOrdinal = progress.kept
            progress.isDone = true
            try writer.setProgress(progress, ofSource: source)
        }
    }

    /// What is held of a document, and its synthetic mass.
    private static func judgement(on document: Document) -> (RecordedJudgement, Int64) {
        guard let ratio = document.ratio else {
            let probability = Double(document.share) / 1000
            let logOdds = min(max(log(probability / (1 - probability)), -30), 30)
            let evidence = [
                Evidence(kind: "prior", weight: logOdds - 3, detail: ""),
                Evidence(kind: "phrase-signature", weight: 3, detail: "a \"tapestry\" \\ of"),
            ]
            let judgement = RecordedJudgement(
                verdict: Verdict(probability: probability), origin: .detected, probability: probability,
                evidence: RecordedJudgement.json(evidence))
            return (judgement, Int64(document.tokens) * document.share)
        }
        var evidence = [Evidence(kind: "prior", weight: Evidence.rounded(log(0.1 / 0.9)), detail: "")]
        if document.isDeclaredReal { evidence.append(Evidence(kind: "declared", weight: -30, detail: "")) }
        if document.isEarly { evidence.append(Evidence(kind: "capture-date", weight: -2, detail: "")) }
        evidence.append(Evidence(kind: "token-frequency", weight: Evidence.rounded(ratio), detail: "words"))
        let probability = 1 / (1 + exp(-evidence.reduce(0) { $0 + $1.weight }))
        let judgement = RecordedJudgement(
            verdict: document.isDeclaredReal ? .real : Verdict(probability: probability),
            origin: document.isDeclaredReal ? .declared : .detected, probability: probability,
            reasons: RecordedEvidence(evidence))
        return (judgement, judgement.syntheticMass(ofTokens: document.tokens))
    }

    private static func entry(
        seq: Int64, _ ordinal: Int, _ document: Document, source: Digest, _ compressor: ZstdCompressor
    ) throws -> StoreEntry {
        let text = text(Int(seq), words: document.words) + [UInt8](repeating: 0x20, count: document.padding)
        let (judgement, synthetic) = judgement(on: document)
        var row = ProvenanceRow(
            seq: seq, source: source, ordinal: ordinal, offset: 0, recordID: document.recordID,
            captured: document.captured, document: Digest.of(text), outcome: .kept,
            judgement: judgement, tokens: document.tokens)
        var address: Address?
        if let url = document.url {
            let commitment = Commitment(to: url, inRecord: Digest.of(Array("\(seq)".utf8)))
            row.urlCommitment = commitment.digest
            address = Address(salt: commitment.salt, url: url, host: "a.example")
        }
        return StoreEntry(
            row: row, address: address,
            document: KeptDocument(
                contentKey: Digest.of(Array("words \(seq)".utf8)), bands: [],
                synthetic: synthetic,
                rawBytes: text.count, body: try compressor.compress(text)))
    }
}
