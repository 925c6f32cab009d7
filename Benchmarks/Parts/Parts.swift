import Benchmark
import Foundation
import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect
import SluiceLedger
import SluiceStore
import SluiceText

/// What the parts of the main job cost, each by itself, on one thread.
///
/// `SLUICE_BENCH_TEXTS` names a JSONL file of texts, `SLUICE_BENCH_MODEL` the detector's model, `SLUICE_BENCH_STORE` a
/// store to look documents up in; what is not named is not measured. One iteration of the first three is 1,000
/// documents; one of the look-ups is one.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock], timeUnits: .microseconds, warmupIterations: 3, maxDuration: .seconds(5),
        maxIterations: 20_000)
    if let texts = Inputs.texts() { parts(texts) }
    if let store = Inputs.store() { lookUps(store) }
}

private func parts(_ texts: [[UInt8]]) {
    Benchmark("clean and tokenise 1,000 documents") { benchmark in
        var tokenizer = Tokenizer()
        for _ in benchmark.scaledIterations {
            for text in texts { blackHole(tokenizer.tokenize(TextCleaner.clean(text).bytes)) }
        }
    }
    var tokenizer = Tokenizer()
    let words = texts.map { tokenizer.tokenize($0) }
    Benchmark("fingerprint 1,000 documents") { benchmark in
        var fingerprinter = Fingerprinter(parameters: DedupParameters(), limits: Limits())
        for _ in benchmark.scaledIterations {
            for words in words { blackHole(fingerprinter.fingerprint(words)) }
        }
    }
    if let detector = Inputs.detector() {
        Benchmark("score 1,000 documents") { benchmark in
            var scratch = DetectorScratch(for: detector)
            for _ in benchmark.scaledIterations {
                for words in words { blackHole(detector.score(words, scratch: &scratch)) }
            }
        }
    }
}

private func lookUps(_ store: Store) {
    let digests = Inputs.digests(of: store, count: 4096)
    guard !digests.isEmpty else { return }
    Benchmark("look a document up") { benchmark in
        var number = 0
        for _ in benchmark.scaledIterations {
            number = (number + 1657) % digests.count
            let query = ProvenanceQuery(filter: .document(digests[number]))
            blackHole(try? store.read { try $0.provenance(query).count })
        }
    }
}

private enum Inputs {
    static func path(_ name: String) -> String? { ProcessInfo.processInfo.environment["SLUICE_BENCH_" + name] }

    static func texts() -> [[UInt8]]? {
        path("TEXTS").map { path in
            read(path) {
                let decoder = RecordDecoder(limits: Limits())
                let reader = try SourceReader(path: path, limits: Limits())
                return try (reader.nextBatch(maxRecords: 1000, maxBytes: 64 << 20)?.records ?? []).compactMap { raw in
                    guard case .text(let bytes) = decoder.decode(raw).content else { return nil }
                    return bytes
                }
            }
        }
    }

    static func detector() -> Detector? {
        path("MODEL").map { path in read(path) { Detector(model: try DetectorModel.load(path: path)) } }
    }

    static func store() -> Store? {
        path("STORE").map { path in read(path) { try Store.open(directory: path, mode: .read) } }
    }

    /// What is named is measured, or said to be unreadable.
    private static func read<Value>(_ path: String, _ body: () throws -> Value) -> Value {
        do { return try body() } catch { fatalError("\(path): \(error)") }
    }

    /// Digests of documents from all over the store.
    static func digests(of store: Store, count: Int64) -> [Digest] {
        let digests = try? store.read { reader in
            let last = try reader.nextSeq() - 1
            return try (0..<count).compactMap { number -> Digest? in
                let query = ProvenanceQuery(decision: .kept, limit: 1, after: last / count * number)
                return try reader.provenance(query).first?.row.document
            }
        }
        return digests ?? []
    }
}
