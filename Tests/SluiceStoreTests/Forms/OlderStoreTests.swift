import Foundation
import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

/// A store that version 1.0 left behind, put together by the migrations of then and by rows as it wrote them.
@Suite(.enabled(if: Shell.path != nil, Shell.missing))
struct `A store of the version before` {
    let directory = TemporaryDirectory()
    private static func entries() -> [StoreEntry] {
        var entries = Sample.mixed()
        for index in 4...6 {
            entries[index].row.source = Digest.of([7])
            entries[index].row.ordinal = index - 4
        }
        entries[1].address?.host = "elsewhere.example"
        return entries
    }

    @Test func `is brought up to date by the next writer, with every row as it was`() throws {
        let entries = Self.entries()
        try OlderStore.make(directory, entries)
        #expect {
            _ = try Store.open(directory: directory.path, mode: .read)
        } throws: {
            ($0 as? SluiceError)?.code == .configuration
        }
        let store = try Store.open(
            directory: directory.path, mode: .write,
            settings: StoreSettings(shards: Sample.shards, deduplication: "x=1"))
        defer { store.close() }
        #expect(try store.verifyAll().filter { !$0.passed } == [])
        let found = try store.read { try $0.provenance(ProvenanceQuery(limit: 0)) }
        #expect(found.map(\.row) == entries.map(\.row))
        #expect(found.map(\.url) == entries.map(\.address?.url))
        try store.read { reader throws in
            #expect(try Sample.held(reader) == [5, 6, 7, 8, 9, 10])
            let statistics = try reader.statistics()
            #expect(statistics.verdicts == [.uncertain: 8])
            #expect(statistics.rejected == ["no-words": 1])
            #expect(statistics.held == 6)
            #expect(statistics.heldSynthetic == 230_000)
            #expect(try reader.rejections(ofSource: 1) == [.noWords: 1])
            #expect(try reader.rejections(ofSource: 2) == [:])
            #expect(try reader.verdicts(ofSource: 2) == [.uncertain: 3])
            #expect(try reader.verdicts(ofSource: 1, newest: 4) == [.uncertain: 3])
            func seqs(_ filter: ProvenanceQuery.Filter) throws -> [Int64] {
                try reader.provenance(ProvenanceQuery(filter: filter, limit: 0)).map(\.row.seq)
            }
            #expect(try seqs(.source("part-1")) == [5, 6, 7])
            #expect(try seqs(.source("part-0")) == [1, 2, 3, 4, 8, 9, 10])
            #expect(try seqs(.host("elsewhere.example")) == [2])
            #expect(try seqs(.host("host1.example")) == [1, 7, 10])
            #expect(try seqs(.record("00000000-0000-0000-0000-000000000005")) == [5])
            #expect(try seqs(.document(Digest.of(Sample.text(9)))) == [9])
        }
    }

    @Test func `goes on in the new form, by the same laws`() throws {
        try OlderStore.make(directory, Self.entries())
        let store = try Store.open(
            directory: directory.path, mode: .write,
            settings: StoreSettings(shards: Sample.shards, deduplication: "x=1"))
        defer { store.close() }
        var again = Sample.kept(11)
        again.row.ordinal = 9
        #expect(throws: SluiceError.self) { try store.write { try $0.append([again], run: 1, timeMicroseconds: 7) } }
        again.row.source = Digest.of([7])
        again.row.ordinal = 2
        #expect(throws: SluiceError.self) { try store.write { try $0.append([again], run: 1, timeMicroseconds: 7) } }
        again.row.ordinal = 99
        try store.write { writer in
            try writer.append([again], run: 1, timeMicroseconds: 7)
            let source = SourceDescription(digest: Digest.of([7]), name: "part-1", bytes: 9, format: "warc")
            var progress = try writer.source(source).progress
            progress.kept += 1
            progress.nextOrdinal = 100
            try writer.setProgress(progress, ofSource: 2)
        }
        // The real mass of 11 makes room for 5; 6 is next, and asks for too much.
        #expect(try store.read { try Sample.held($0) } == [6, 7, 8, 9, 10])
        #expect(try store.verifyAll().filter { !$0.passed } == [])
        #expect(try store.read { try $0.verdicts(ofSource: 2) } == [.uncertain: 4])
    }
}
