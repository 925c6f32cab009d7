import SluiceCore
import SluiceExport
import SluiceStore
import Testing

@Suite struct `The lines of a shard` {
    private func read(_ lines: inout ShardLines, _ store: Store, bytes: Int) throws -> [UInt8] {
        let (next, read) = try store.read { [lines] reader in
            var lines = lines
            let read = try lines.next(reader, bytes: bytes)
            return (lines, read)
        }
        lines = next
        return read
    }

    @Test func `are those of what was in it when the reading began, whatever is reviewed meanwhile`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Array(repeating: Fixture.Document(share: 0), count: 30))
        var (slow, fast) = (ShardLines(shard: 1), ShardLines(shard: 1))
        let whole = try read(&fast, store, bytes: .max)
        var lines = try read(&slow, store, bytes: 1)
        for (document, verdict) in [(10, .synthetic), (20, .real), (30, .uncertain)] as [(Int64, Verdict)] {
            try store.write {
                _ = try $0.review(
                    ReviewDescription(document: document, verdict: verdict, reviewer: "ada"), timeMicroseconds: 3)
            }
        }
        while true {
            let more = try read(&slow, store, bytes: 3000)
            if more.isEmpty { break }
            lines += more
        }
        #expect(lines.count { $0 == 10 } == 30)
        #expect(lines == whole)
    }
}
