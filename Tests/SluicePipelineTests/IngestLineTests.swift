import Foundation
import SluiceCore
import SluiceCrawl
import SluiceDetect
import SluicePipeline
import SluiceStore
import Testing

@Suite struct `The line` {
    /// Sources in order; what became of each, in the order in which it was told.
    private struct ListFeed: SourceFeed {
        var sources: ArraySlice<SourceRequest>
        /// Called when the line asks for a source and none is left.
        var atEnd: () throws -> Void = {}
        var outcomes: [(name: String, error: SluiceError.Code?, kept: Int?)] = []

        mutating func next(mayWait: Bool) throws -> SourceRequest? {
            if let source = sources.popFirst() { return source }
            try atEnd()
            return nil
        }

        mutating func finished(_ outcome: SourceOutcome) {
            switch outcome.result {
            case .success(let report): outcomes.append((outcome.request.name, nil, report.kept))
            case .failure(let error): outcomes.append((outcome.request.name, error.code, nil))
            }
        }

        mutating func committed(_ commit: SourceCommit) {}
    }

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("line-\(UUID().uuidString)")

    /// Runs a line of three workers on `feed`, into a fresh store.
    private func run(_ feed: inout ListFeed, _ check: (Store) throws -> Void = { _ in }) async throws {
        let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("config/detector/sluice-detector.model")
        var settings = Settings()
        settings.ingest.workers = 3
        let store = try Store.open(
            directory: folder.appendingPathComponent("store").path, mode: .write, settings: settings.storeSettings)
        defer { store.close() }
        var line = try IngestLine(
            store: store, settings: settings, model: try DetectorModel.load(path: model.path))
        try await line.run(&feed)
        try check(store)
    }

    /// A source of `records` records of their own.
    private func source(_ name: String, records: Int) throws -> SourceRequest {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent(name).path
        let lines = (0..<records).map { record in
            let words = (0..<200).map { "\(name)\(record)w\(($0 &* 7919 &+ record) % 9973)" }.joined(separator: " ")
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
}
