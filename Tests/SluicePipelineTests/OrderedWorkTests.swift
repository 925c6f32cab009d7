import Foundation
import SluiceCore
import SluiceCrawl
import SluicePipeline
import Synchronization
import Testing

@Suite("Ordered batches")
struct OrderedBatchesTests {
    private func reader(lines: Int) throws -> (SourceReader, URL) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("batches-\(UUID().uuidString).jsonl")
        let text = (0..<lines).map { "{\"text\":\"number \($0)\"}\n" }.joined()
        try Data(text.utf8).write(to: file)
        return (try SourceReader(path: file.path, format: .jsonl, limits: Limits()), file)
    }

    @Test("come back in input order, however long each takes", arguments: [1, 2, 5])
    func order(workers: Int) async throws {
        let (reader, file) = try reader(lines: 60)
        defer { try? FileManager.default.removeItem(at: file) }
        var ordinals: [Int] = []
        try await OrderedWork(workers: workers, maxBytes: 1 << 20).run(reader, maxRecords: 3) { batch in
            // The earlier of two batches takes longer.
            usleep((batch.records.first?.ordinal ?? 0) % 2 == 0 ? 6000 : 500)
            return batch.records.map(\.ordinal)
        } commit: {
            ordinals += $0
        }
        #expect(ordinals == Array(0..<60))
    }

    @Test("are worked on by as many workers as there are, and no more", arguments: [1, 3])
    func bound(workers: Int) async throws {
        let (reader, file) = try reader(lines: 40)
        defer { try? FileManager.default.removeItem(at: file) }
        let counts = Mutex((now: 0, most: 0))
        try await OrderedWork(workers: workers, maxBytes: 1 << 20).run(reader, maxRecords: 1) { _ in
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            usleep(2000)
            counts.withLock { $0.now -= 1 }
        } commit: { _ in
        }
        #expect(counts.withLock { $0.most } <= workers)
    }

    @Test("wait for one another where their bytes exceed the bound together")
    func bytes() async throws {
        let (reader, file) = try reader(lines: 40)
        defer { try? FileManager.default.removeItem(at: file) }
        let counts = Mutex((now: 0, most: 0))
        try await OrderedWork(workers: 8, maxBytes: 1).run(reader, maxRecords: 1) { _ in
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            usleep(1000)
            counts.withLock { $0.now -= 1 }
        } commit: { _ in
        }
        #expect(counts.withLock { $0.most } == 1)
    }

    @Test("end with the first error, of the work or of the commit")
    func errors() async throws {
        struct Stop: Error {}
        for failing in ["work", "commit"] {
            let (reader, file) = try reader(lines: 10)
            defer { try? FileManager.default.removeItem(at: file) }
            var committed = 0
            await #expect(throws: Stop.self) {
                try await OrderedWork(workers: 2, maxBytes: 1 << 20).run(reader, maxRecords: 1) { batch in
                    if failing == "work" && batch.records[0].ordinal == 5 { throw Stop() }
                } commit: { _ in
                    committed += 1
                    if failing == "commit" && committed == 5 { throw Stop() }
                }
            }
            #expect(committed <= 5)
        }
    }
}
