import Foundation
import Glibc
import SluiceCore
import SluiceDedup
import Testing

/// Where the figures of `docs/index.md` come from. Takes a minute a million documents, so it waits to be asked:
/// `SLUICE_MEASURE=1000000 swift test -c release --disable-testable-imports --filter Measured`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SLUICE_MEASURE"] != nil))
struct `Measured on random documents, an index` {
    private let parameters = DedupParameters()

    /// A document of which every key is random, made without a word of text.
    private func fingerprint(_ random: inout SplitMix64) throws -> Fingerprint {
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
        let prefix = random.next()
        for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: prefix >> (56 - 8 * place)) }
        let bands = (0..<parameters.bands).map { _ in UInt32(truncatingIfNeeded: random.next() >> 32) }
        return Fingerprint(contentKey: try #require(Digest(bytes: bytes)), bands: bands)
    }

    /// What one call of `body` takes of the processor, in microseconds, of as many as `documents`.
    private func cost(_ documents: [Fingerprint], _ body: (Fingerprint) throws -> Void) rethrows -> Double {
        let start = clock()
        for document in documents { try body(document) }
        return Double(clock() - start) / Double(documents.count)
    }

    /// Pages of the process in memory, in MB: all, and those that are not a file's.
    private func resident() -> (all: Int, own: Int) {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func field(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return (line?.split(whereSeparator: \.isWhitespace)[1]).flatMap { Int($0) } ?? 0
        }
        return (field("VmRSS:") / 1024, field("RssAnon:") / 1024)
    }

    @Test func `stays within a quarter of a kilobyte a document and a few microseconds a question`() throws {
        let count = Int(ProcessInfo.processInfo.environment["SLUICE_MEASURE"] ?? "") ?? 1_000_000
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("measure-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = IndexFile(directory: folder.path, identity: Digest.of([]))
        var random = SplitMix64(seed: 1)
        var peak = (0, 0)
        var index = DedupIndex(parameters: parameters)
        var saving = 0.0
        for seq in 1...Int64(count) {
            index.insert(document: seq, fingerprint: try fingerprint(&random))
            if seq % 10_000 == 0 { peak = resident().all > peak.0 ? resident() : peak }
            guard index.recentCount >= max(1 << 17, (index.count - index.recentCount) / 4) else { continue }
            let start = clock()
            try file.save(&index, mark: Digest.of([]))
            saving += Double(clock() - start) / 1_000_000
            peak = resident().all > peak.0 ? resident() : peak
        }
        #expect(index.memoryBytes + index.snapshotBytes <= 256 * count)
        print(
            "\(count) documents, \(index.recentCount) of them in memory: \(index.memoryBytes / count) bytes a document,"
        )
        print(
            "\(index.snapshotBytes / count) in the file; peak resident, own MB \(peak); \(saving) s to write all along")
        let questions = try (0..<100_000).map { _ in try fingerprint(&random) }
        for name in ["file and memory", "file alone", "opened again, without a page of it", "memory alone"] {
            if name == "file alone" {
                let start = clock()
                try file.save(&index, mark: Digest.of([]))
                print("written in \(Double(clock() - start) / 1_000_000) s; resident, own \(resident())")
            }
            if name.hasPrefix("opened") {
                let start = clock()
                guard case .opened(let snapshot) = file.open() else {
                    Issue.record("the file that was just written was not opened")
                    return
                }
                index = DedupIndexBuilder(parameters: parameters, behind: snapshot).build()
                print("opened in \(Double(clock() - start) / 1_000_000) s; resident, own \(resident())")
            }
            if name == "memory alone" {
                random = SplitMix64(seed: 1)
                var builder = DedupIndexBuilder(parameters: parameters, expecting: count)
                for seq in 1...Int64(count) {
                    let document = try fingerprint(&random)
                    try document.packedBands.withUnsafeBytes {
                        try builder.append(
                            document: seq, contentKeyPrefix: document.contentKey.prefix, packedBands: $0)
                    }
                }
                index = DedupIndex(parameters: parameters)
                let start = clock()
                index = builder.build()
                print("rebuilt in \(Double(clock() - start) / 1_000_000) s; resident, own \(resident())")
            }
            var found = 0
            let asking = cost(questions) { found += index.candidates($0.bands, limit: 1024).count }
            let both = cost(questions) { document in
                found += index.exactCandidates(document.contentKey.prefix).count
                found += index.candidates(document.bands, limit: 1024).count
                index.insert(document: index.lastSeq + 1, fingerprint: document)
            }
            print("\(name): \(asking) µs a question, \(both) µs a question and an insertion, \(found) found")
            #expect(asking < 100 && both < 200)
        }
    }
}
