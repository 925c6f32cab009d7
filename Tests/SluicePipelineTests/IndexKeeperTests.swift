import Foundation
import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect
import SluiceLedger
import SluicePipeline
import SluiceStore
import Synchronization
import Testing

@Suite struct `The index file of a store` {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeper-\(UUID().uuidString)")
    private let model: DetectorModel
    /// Writes the file at every chance there is.
    private let eager = SnapshotPolicy(least: 1, leastRecent: 1)

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        model = try DetectorModel.load(path: root.appendingPathComponent("config/detector/sluice-detector.model").path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func cleanUp() { try? FileManager.default.removeItem(at: folder) }

    /// Sources in order; after some commits the source at hand is left, and the line ends at once.
    private struct Feed: SourceFeed {
        var sources: ArraySlice<SourceRequest>
        var commitsLeft = Int.max

        mutating func next(mayWait: Bool) -> SourceRequest? { sources.popFirst() }
        mutating func finished(_ outcome: SourceOutcome) throws { _ = try outcome.result.get() }
        mutating func committed(_ commit: SourceCommit) { commitsLeft -= 1 }
        var isStopping: Bool { commitsLeft <= 0 }
    }

    private func store(_ name: String) -> URL { folder.appendingPathComponent(name) }
    private func index(of name: String) -> URL { store(name).appendingPathComponent(IndexFile.name) }

    /// Sources of `records` records each, of which many repeat an earlier one in full or nearly.
    private func sources(_ names: [String], records: Int, _ random: inout SplitMix64) throws -> [SourceRequest] {
        var known: [[String]] = []
        return try names.map { name in
            var lines = ""
            for _ in 0..<records {
                var words = (0..<60).map { _ in "w\(UInt32.random(in: 0 ... .max, using: &random))" }
                if let old = known.randomElement(using: &random), Int.random(in: 0..<5, using: &random) < 3 {
                    words = old
                    for _ in 0..<Int.random(in: 0...3, using: &random) {
                        words[Int.random(in: 0..<60, using: &random)] =
                            "v\(UInt32.random(in: 0 ... .max, using: &random))"
                    }
                }
                known.append(words)
                lines += "{\"text\":\"\(words.joined(separator: " "))\"}\n"
            }
            let path = folder.appendingPathComponent(name).path
            try Data(lines.utf8).write(to: URL(fileURLWithPath: path))
            return SourceRequest(path: path, name: name, format: .jsonl)
        }
    }

    /// Ingests `sources` into a store, to their end or until so many commits are done; answers what was remarked.
    @discardableResult
    private func ingest(
        _ sources: [SourceRequest], into name: String, policy: SnapshotPolicy? = nil, commits: Int = .max
    ) async throws -> [String] {
        var settings = Settings()
        settings.ingest.workers = 2
        settings.ingest.batchRecords = 16
        let store = try Store.open(
            directory: store(name).path, mode: .write, settings: settings.storeSettings)
        defer { store.close() }
        let remarks = Mutex<[String]>([])
        var line = try IngestLine(store: store, settings: settings, model: model, policy: policy ?? eager) { remark in
            remarks.withLock { $0.append(remark.description) }
        }
        var feed = Feed(sources: sources[...], commitsLeft: commits)
        do {
            try await line.run(&feed)
        } catch let error as SluiceError {
            guard error.code == .busy, commits < .max else { throw error }
        }
        return remarks.withLock { $0 }
    }

    private func rows(of name: String) throws -> [ProvenanceRow] {
        let store = try Store.open(directory: store(name).path, mode: .read)
        defer { store.close() }
        return try store.read { try $0.provenance(ProvenanceQuery(limit: 0)).map(\.row) }
    }

    private func finding(on name: String) throws -> Finding {
        let store = try Store.open(directory: store(name).path, mode: .read)
        defer { store.close() }
        return try IndexCheck.finding(on: store)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `changes no decision, whatever happens to it between runs that are cut short`(seed: UInt64) async throws {
        defer { cleanUp() }
        var random = SplitMix64(seed: seed)
        let sources = try sources(["a", "b", "c", "d"], records: 90, &random)
        try await ingest(sources, into: "plain", policy: SnapshotPolicy())
        try await ingest([sources[2]], into: "foreign")
        let expected = try rows(of: "plain")
        #expect(expected.count == 360 && expected.contains { $0.decision == .duplicate })
        #expect(!FileManager.default.fileExists(atPath: index(of: "plain").path))
        var pasts: [Data] = []
        var copies = 0
        repeat {
            try await ingest(
                sources, into: "store",
                policy: SnapshotPolicy(least: 1, leastRecent: Int.random(in: 1...60, using: &random)),
                commits: Int.random(in: 1...6, using: &random))
            if let past = try? Data(contentsOf: index(of: "store")) { pasts.append(past) }
            switch Int.random(in: 0..<8, using: &random) {
            case 0: try? FileManager.default.removeItem(at: index(of: "store"))
            case 1: try pasts.randomElement(using: &random)?.write(to: index(of: "store"))
            case 2: try Data(contentsOf: index(of: "foreign")).write(to: index(of: "store"))
            case 3: try pasts.last?.dropLast(Int.random(in: 1...100_000, using: &random)).write(to: index(of: "store"))
            case 4 where copies == 0:
                try FileManager.default.copyItem(at: store("store"), to: store("copy"))
                copies = 1
            case 5 where copies == 1:
                // A backup comes back, and the index of what was lost since stays.
                copies = 2
                let database = store("store").appendingPathComponent("sluice.db")
                try FileManager.default.removeItem(at: database)
                try FileManager.default.copyItem(at: store("copy").appendingPathComponent("sluice.db"), to: database)
            default: break
            }
        } while try rows(of: "store").count < 360
        #expect(try rows(of: "store") == expected)
        // Whatever lies there by now, the next run that has something to read leaves an index of this store, or none.
        try await ingest(try self.sources(["last"], records: 5, &random), into: "store")
        let check = try finding(on: "store")
        #expect(check.passed, "\(check.detail)")
    }

    @Test func `of another past is taken away, although the store has come as far again`() async throws {
        defer { cleanUp() }
        var random = SplitMix64(seed: 20)
        let sources = try sources(["a", "b", "c"], records: 60, &random)
        try await ingest([sources[0]], into: "store")
        try FileManager.default.copyItem(at: store("store"), to: store("backup"))
        try await ingest([sources[1]], into: "store")
        let stale = try Data(contentsOf: index(of: "store"))
        try FileManager.default.removeItem(at: store("store"))
        try FileManager.default.moveItem(at: store("backup"), to: store("store"))
        // The same documents again, so that every sequence number and content key is as it was, in a run of another name.
        try await ingest([sources[1]], into: "store")
        try stale.write(to: index(of: "store"))
        #expect(try !finding(on: "store").passed)
        #expect(try finding(on: "store").detail.contains("delete"))
        let remarks = try await ingest([sources[2]], into: "store")
        #expect(remarks.count == 1 && remarks[0].contains("another past"), "\(remarks)")
        try await ingest(sources, into: "plain", policy: SnapshotPolicy())
        #expect(try rows(of: "store") == rows(of: "plain"))
        let check = try finding(on: "store")
        #expect(check.passed, "\(check.detail)")
    }

    @Test func `is checked against the store, and only told of where it is wrong`() async throws {
        defer { cleanUp() }
        var random = SplitMix64(seed: 21)
        let sources = try sources(["a", "b"], records: 60, &random)
        try await ingest([sources[0]], into: "store", policy: SnapshotPolicy())
        #expect(try finding(on: "store").passed)
        try await ingest([sources[1]], into: "store")
        #expect(try finding(on: "store").passed)
        #expect(try finding(on: "store").detail.contains("documents in the index file"))
        var bytes = try Data(contentsOf: index(of: "store"))
        bytes[bytes.count - 200] ^= 4
        try bytes.write(to: index(of: "store"))
        let check = try finding(on: "store")
        #expect(!check.passed && check.detail.contains("delete \(index(of: "store").path)"), "\(check.detail)")
    }

    @Test func `that cannot be written costs the run nothing but a remark`() async throws {
        defer { cleanUp() }
        var random = SplitMix64(seed: 22)
        let sources = try sources(["a", "b"], records: 60, &random)
        try await ingest([sources[0]], into: "store")
        let before = try Data(contentsOf: index(of: "store"))
        try FileManager.default.createDirectory(
            at: store("store").appendingPathComponent(IndexFile.name + ".partial/inside"),
            withIntermediateDirectories: true)
        let remarks = try await ingest([sources[1]], into: "store")
        #expect(remarks.contains { $0.contains("cannot be written") })
        #expect(try Data(contentsOf: index(of: "store")) == before)
        try await ingest(sources, into: "plain", policy: SnapshotPolicy())
        #expect(try rows(of: "store") == rows(of: "plain"))
        #expect(try finding(on: "store").passed)
    }
}
