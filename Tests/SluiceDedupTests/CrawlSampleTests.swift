import Foundation
import SluiceCore
import SluiceDedup
import SluiceText
import Testing

/// The crawl with its truth, beside the checkout.
private let sample = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/crawl-sample")

@Suite(
    "On the crawl sample",
    .enabled(if: FileManager.default.fileExists(atPath: sample.path), "the crawl sample is not there"))
struct CrawlSampleTests {
    private func unpacked(_ path: String) throws -> Data {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", sample.appendingPathComponent(path).path]
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }

    private func documents() throws -> [(id: String, text: [UInt8])] {
        var documents: [(String, [UInt8])] = []
        for part in ["jsonl/part-0000.jsonl.gz", "jsonl/part-0001.jsonl.gz"] {
            for line in try unpacked(part).split(separator: UInt8(ascii: "\n")) {
                let object = try JSONSerialization.jsonObject(with: line) as? [String: Any]
                if let id = object?["id"] as? String, let text = object?["text"] as? String {
                    documents.append((id, Array(text.utf8)))
                }
            }
        }
        return documents
    }

    /// Two documents that are alike.
    private struct Pair {
        var a: String
        var b: String
        var kind = ""
        var similarity: Double
    }

    private func planted() throws -> [Pair] {
        let table = try String(contentsOf: sample.appendingPathComponent("planted.tsv"), encoding: .utf8)
        return table.split(separator: "\n").map { line in
            let cells = line.split(separator: "\t").map { String($0) }
            return Pair(a: cells[0], b: cells[1], kind: cells[2], similarity: Double(cells[4]) ?? 0)
        }
    }

    private func allPairs() throws -> [Pair] {
        String(decoding: try unpacked("pairs.tsv.gz"), as: UTF8.self).split(separator: "\n").map { line in
            let cells = line.split(separator: "\t").map { String($0) }
            return Pair(a: cells[0], b: cells[1], similarity: Double(cells[2]) ?? 0)
        }
    }

    /// The share of `pairs` of which one at least is not kept.
    private func recall(_ pairs: [Pair], _ kept: Set<String>) -> Double {
        let found = pairs.count { !kept.contains($0.a) || !kept.contains($0.b) }
        return Double(found) / Double(max(pairs.count, 1))
    }

    @Test("duplicates are found as the truth over all pairs demands, and nothing else is dropped")
    func truth() throws {
        let parameters = DedupParameters()
        let limits = Limits()
        var tokenizer = Tokenizer()
        var fingerprinter = Fingerprinter(parameters: parameters, limits: limits)
        var index = DedupIndex(parameters: parameters)
        var lookup = KeptDocuments()
        var kept: Set<String> = []
        var dropped: [String] = []
        let clock = ContinuousClock()
        var spent: [Duration] = [.zero, .zero, .zero, .zero]
        func timed<Result>(_ stage: Int, _ work: () throws -> Result) rethrows -> Result {
            let start = clock.now
            defer { spent[stage] += clock.now - start }
            return try work()
        }
        let documents = try documents()
        #expect(documents.count == 20_000)
        for (ordinal, document) in documents.enumerated() {
            let clean = timed(0) { TextCleaner.clean(document.text) }
            #expect(clean.bytes == document.text)
            let words = timed(1) { tokenizer.tokenize(clean.bytes) }
            let fingerprint = timed(2) { fingerprinter.fingerprint(words) }
            let match = try timed(3) {
                try index.findDuplicate(of: fingerprint, words: words, limits: limits, lookup: &lookup)
            }
            if match == nil {
                kept.insert(document.id)
                lookup.words[Int64(ordinal)] = words
                timed(3) { index.insert(document: Int64(ordinal), fingerprint: fingerprint) }
            } else {
                dropped.append(document.id)
            }
        }
        let planted = try planted()
        let close = try allPairs().filter { $0.similarity >= 0.72 }
        let exact = recall(planted.filter { $0.kind == "exact" }, kept)
        let norm = recall(planted.filter { $0.kind == "norm" }, kept)
        let planted72 = recall(planted.filter { $0.similarity >= 0.72 }, kept)
        let planted80 = recall(planted.filter { $0.similarity >= 0.8 }, kept)
        let all72 = recall(close, kept)
        let twins = Set(close.flatMap { [$0.a, $0.b] })
        let precision = Double(dropped.count { twins.contains($0) }) / Double(dropped.count)
        print("kept", kept.count, "recall", exact, norm, planted72, planted80, all72, "precision", precision)
        print("clean, tokenize, fingerprint, index:", spent, "memory:", index.memoryBytes / index.count)
        print("candidates asked:", lookup.questions, "full buckets:", index.fullBuckets)
        #expect(exact == 1)
        #expect(norm == 1)
        #expect(planted72 >= 0.998)
        #expect(planted80 == 1)
        #expect(all72 >= 0.999)
        #expect(precision >= 0.999)
    }
}
