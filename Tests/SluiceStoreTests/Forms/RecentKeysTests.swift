import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

@Suite struct `The newest keys in memory` {
    private struct Undone: Error {}

    @Test func `find what the table and the rows would, across segments and after what was undone`() throws {
        let directory = TemporaryDirectory()
        let settings = StoreSettings(shards: Sample.shards, deduplication: "x=1", keepsRecentKeys: true)
        let store = try Store.open(directory: directory.path, mode: .write, settings: settings)
        let reader = try Store.open(directory: directory.path, mode: .read)
        defer { [reader, store].forEach { $0.close() } }
        let (run, source) = try store.write { (try $0.beginRun(Sample.run), try $0.source(Sample.source).id) }
        var random = SeededGenerator(11)
        var last: Int64 = 0
        // Two segments of 16,384 and more, so that the memory is turned over twice.
        while last < 36_000 {
            let next = last + Int64.random(in: 1...900, using: &random)
            let entries = ((last + 1)...next).map { Sample.kept($0) }
            if Bool.random(using: &random) {
                let further = entries + ((next + 1)...(next + 400)).map { Sample.kept($0) }
                #expect(throws: (any Error).self) {
                    try store.write { writer in
                        try writer.append(further, run: run, timeMicroseconds: 1)
                        throw Undone()
                    }
                }
            }
            try store.write { writer in
                try writer.append(entries, run: run, timeMicroseconds: 1)
                try writer.setProgress(progress(next), ofSource: source)
            }
            last = next
            try expectToFind(Int64.random(in: max(1, last - 40_000)...last, using: &random), upTo: last, store)
            try expectToFind(last, upTo: last, store)
            try expectToFind(last + 1, upTo: last, store)
            // Another process asks now and then, and finds what came since it asked last.
            guard Int.random(in: 0..<3, using: &random) == 0 else { continue }
            try expectToFind(Int64.random(in: max(1, last - 40_000)...last, using: &random), upTo: last, reader)
            try expectToFind(last, upTo: last, reader)
            try expectToFind(last + 1, upTo: last, reader)
        }
    }

    /// Asks for the document of `seq`, and for the rows of its host behind it.
    private func expectToFind(_ seq: Int64, upTo last: Int64, _ store: Store) throws {
        let document = ProvenanceQuery(filter: .document(Digest.of(Sample.text(seq))))
        let host = ProvenanceQuery(filter: .host("host\(seq % 3).example"), limit: 20, after: seq - 1)
        let found = try store.read { reader in
            (try reader.provenance(document).map(\.row.seq), try reader.provenance(host).map(\.row.seq))
        }
        #expect(found.0 == (seq <= last ? [seq] : []))
        #expect(found.1 == Array(stride(from: seq, through: last, by: 3).prefix(20)))
    }

    private func progress(_ kept: Int64) -> SourceProgress {
        var progress = SourceProgress()
        (progress.kept, progress.nextOrdinal) = (kept, kept)
        return progress
    }
}
