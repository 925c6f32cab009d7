import Foundation
import SluiceCore
import SluiceCrawl
import SluiceDetect
import SluiceLedger
import SluicePipeline
import SluiceStore
import Synchronization
import Testing

@Suite struct `The line` {
    /// Sources in order; what became of each, in the order in which it was told.
    private struct ListFeed: SourceFeed {
        var sources: ArraySlice<SourceRequest>
        /// Called when the line asks for a source and none is left.
        var atEnd: () throws -> Void = {}
        var outcomes: [(name: String, error: SluiceError.Code?, kept: Int?)] = []
        /// The source at whose end the line is ended by an error.
        var last: String?

        mutating func next(mayWait: Bool) throws -> SourceRequest? {
            if let source = sources.popFirst() { return source }
            try atEnd()
            return nil
        }

        mutating func finished(_ outcome: SourceOutcome) throws {
            if outcome.request.name == last { throw SluiceError(.io, "the end", advice: "") }
            switch outcome.result {
            case .success(let report): outcomes.append((outcome.request.name, nil, report.kept))
            case .failure(let error): outcomes.append((outcome.request.name, error.code, nil))
            }
        }

        var bytesRead: UInt64 = 0

        mutating func committed(_ commit: SourceCommit) { bytesRead += commit.bytesRead }
    }

    private let modelPath = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("config/detector/sluice-detector.model").path

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("line-\(UUID().uuidString)")

    /// Runs a line of three workers on `feed`, into a fresh store.
    private func run(
        _ feed: inout ListFeed, _ check: (Store) throws -> Void = { _ in }, onRead: @escaping @Sendable () -> Void = {}
    ) async throws {
        var settings = Settings()
        settings.ingest.workers = 3
        let store = try Store.open(
            directory: folder.appendingPathComponent("store").path, mode: .write, settings: settings.storeSettings)
        defer { store.close() }
        var line = try IngestLine(
            store: store, settings: settings, model: try DetectorModel.load(path: modelPath), onRead: onRead)
        try await line.run(&feed)
        try check(store)
    }

    /// A source of `records` records of their own, or with the words of another source's.
    private func source(_ name: String, like other: String? = nil, records: Int) throws -> SourceRequest {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent(name).path
        let lines = (0..<records).map { record in
            let words = (0..<200).map { "\(other ?? name)\(record)w\(($0 &* 7919 &+ record) % 9973)" }.joined(
                separator: " ")
            return "{\"text\":\"\(words)\"}\n"
        }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path))
        return SourceRequest(path: path, name: name, format: .jsonl)
    }

    @Test func `tells what became of sources in their order, although a later one fails first`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let sources = [
            try source("long", records: 400), try source("changes", records: 1), try source("last", records: 2),
        ]
        let changing = sources[1].path
        var feed = ListFeed(sources: sources[...1])
        // Both are in the line by now, and nothing of them is committed.
        feed.atEnd = { try Data("{\"text\":\"other bytes\"}\n".utf8).write(to: URL(fileURLWithPath: changing)) }
        try await run(&feed) { store in
            let count = try store.read { try $0.documentCount() }
            #expect(count == 400)
        }
        #expect(feed.outcomes.map(\.name) == ["long", "changes"])
        #expect(feed.outcomes.map(\.error) == [nil, .io])
        #expect(feed.outcomes.first?.kept == 400)
    }

    @Test func `has read a source without a record, too`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let blank = try source("blank", records: 0)
        try Data("\n\n \n".utf8).write(to: URL(fileURLWithPath: blank.path))
        var feed = ListFeed(sources: [blank])
        try await run(&feed)
        #expect(feed.bytesRead == 4 && feed.outcomes.map(\.error) == [nil])
    }

    @Test func `says that it reads, also where nothing is committed for long`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let long = try source("long", records: 0)
        // Blank lines are no records.
        try Data(repeating: 10, count: 10 << 20).write(to: URL(fileURLWithPath: long.path))
        let reads = Mutex(0)
        var feed = ListFeed(sources: [long])
        try await run(&feed, onRead: { reads.withLock { $0 += 1 } })
        #expect(feed.bytesRead == 10 << 20 && reads.withLock { $0 } >= 10)
    }

    @Test func `takes bytes that come twice at once for one source`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let one = try source("one", records: 3)
        var again = one
        again.name = "again"
        var feed = ListFeed(sources: [one, again, try source("two", records: 1)])
        try await run(&feed) { store in
            let names = try store.read { try $0.sources().map(\.description.name) }
            #expect(names == ["one", "two"])
        }
        #expect(feed.outcomes.map(\.name) == ["one", "again", "two"])
        #expect(feed.outcomes.map(\.kept) == [3, 3, 1])
    }

    /// What the store says of every record, but for when and in which run it was written.
    private func rows(_ store: Store) throws -> [ProvenanceRow] {
        try store.read { try $0.provenance(ProvenanceQuery(filter: .all, limit: 0)).map(\.row) }
    }

    @Test func `that was ended by an error while more was decided goes on as if nothing had been`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        // Every second source repeats the one before it and adds a record, so that decisions rest on earlier ones.
        let sources = try (0..<8).map { number in
            try source("\(number)", like: number % 2 == 1 ? "\(number - 1)" : nil, records: 40 + number)
        }
        var settings = Settings()
        settings.ingest.workers = 3
        settings.ingest.batchRecords = 16
        let model = try DetectorModel.load(path: modelPath)
        func store(_ name: String) throws -> Store {
            try Store.open(
                directory: folder.appendingPathComponent(name).path, mode: .write, settings: settings.storeSettings)
        }
        let (whole, broken) = (try store("whole"), try store("broken"))
        defer {
            whole.close()
            broken.close()
        }
        var feed = ListFeed(sources: sources[...])
        var line = try IngestLine(store: whole, settings: settings, model: model)
        try await line.run(&feed)
        line = try IngestLine(store: broken, settings: settings, model: model)
        for last in ["2", "5", nil] as [String?] {
            feed = ListFeed(sources: sources[...])
            feed.last = last
            do {
                try await line.run(&feed)
                #expect(last == nil)
            } catch {
                #expect(last != nil)
            }
        }
        #expect(feed.outcomes.map(\.error) == Array(repeating: nil, count: sources.count))
        #expect(try rows(broken) == rows(whole))
        #expect(try rows(whole).count { $0.outcome == .kept } == 176)
    }
}
