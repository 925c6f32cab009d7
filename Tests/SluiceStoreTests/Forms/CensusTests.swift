import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

/// What is kept so that nobody has to count: it is what counting gives, whatever happens to it.
@Suite(.enabled(if: Shell.path != nil, Shell.missing))
struct `What was counted` {
    let directory = TemporaryDirectory()

    private func open() throws -> Store {
        try Store.open(directory: directory.path, mode: .write, settings: StoreSettings(shards: Sample.shards))
    }

    private func figures(_ store: Store) throws -> (StoreStatistics, [Int64]) {
        try store.read { (try $0.statistics(), try Sample.held($0)) }
    }

    @Test(arguments: [
        "DELETE FROM census;", "DELETE FROM census WHERE what = 'seq';", "DELETE FROM census WHERE what <> 'seq';",
        "DELETE FROM held;", "DELETE FROM held WHERE document = 6;",
        "DELETE FROM census; DELETE FROM held;", "DELETE FROM held; DELETE FROM census;",
    ])
    func `may be thrown away`(statement: String) throws {
        let store = try Sample.fill(directory, Sample.mixed(), batch: 3)
        let before = try figures(store)
        #expect(before.0.held == 2 && before.1 == [6, 8])
        store.close()
        #expect(try Shell.run(statement, on: directory.database) == "")
        for _ in 0..<2 {
            let reopened = try open()
            let after = try figures(reopened)
            #expect(after.0 == before.0)
            #expect(after.1 == before.1)
            #expect(try reopened.write { try $0.heldCount() } == 2)
            #expect(try reopened.verify().filter { !$0.passed } == [])
            reopened.close()
        }
        // The next record has all of it counted again, and its mass gives a place to one that was held.
        let reopened = try open()
        try reopened.write { try $0.append([Sample.kept(11, tokens: 900)], run: 1, timeMicroseconds: 3) }
        #expect(try figures(reopened).1 == [8])
        reopened.close()
        let counted = "SELECT * FROM census ORDER BY 1; SELECT * FROM held;"
        #expect(try Shell.run(counted, on: directory.database) == "no-words|1\nseq|11\nuncertain|9\n8\n")
    }

    @Test func `takes in what a hand has appended`() throws {
        try Sample.fill(directory, Sample.mixed(), batch: 3).close()
        let row = """
            INSERT INTO batch VALUES (11, 1, 1, 9);
            INSERT INTO record SELECT 11, source, 10, offset, NULL, NULL, NULL, zeroblob(32), decision, NULL, NULL, NULL,
                NULL, NULL, 'real', 'declared', probability, evidence, tokens FROM record WHERE seq = 1;
            INSERT INTO document SELECT 11, zeroblob(32), bands, tokens, 0, real FROM document WHERE seq = 1;
            INSERT INTO text SELECT 11, raw_bytes, body FROM text WHERE seq = 1;
            """
        #expect(try Shell.run(row, on: directory.database) == "")
        let store = try open()
        defer { store.close() }
        #expect(try figures(store).0.verdicts == [.uncertain: 8, .real: 1])
        #expect(try figures(store).1 == [6, 8, 11])
        try store.write { try $0.append([Sample.rejected(12)], run: 1, timeMicroseconds: 3) }
        #expect(try figures(store).0.verdicts == [.uncertain: 8, .real: 1])
        #expect(try figures(store).0.rejected == ["no-words": 2])
        #expect(try figures(store).1 == [6, 8, 11])
        #expect(try Shell.run("SELECT * FROM held;", on: directory.database) == "6\n8\n11\n")
    }

    @Test func `of a source is found wherever its records stand`() throws {
        var random = SeededGenerator(5)
        let digests = (0..<4).map { Digest.of([UInt8($0)]) }
        var (next, rejected, entries) = ([0, 0, 0, 0], [0, 0, 0, 0], [StoreEntry]())
        var source = 0
        for seq in Int64(1)...400 {
            if Int.random(in: 0..<9, using: &random) == 0 { source = Int.random(in: 0..<4, using: &random) }
            var entry = seq % 3 == 0 ? Sample.rejected(seq) : Sample.kept(seq)
            rejected[source] += seq % 3 == 0 ? 1 : 0
            entry.row.source = digests[source]
            entry.row.ordinal = next[source]
            next[source] += Int.random(in: 1...3, using: &random)
            entries.append(entry)
        }
        let store = try Store.open(
            directory: directory.path, mode: .write,
            settings: StoreSettings(shards: Sample.shards, deduplication: "x=1"))
        defer { store.close() }
        try store.write { writer in
            _ = try writer.beginRun(Sample.run)
            for digest in digests {
                _ = try writer.source(
                    SourceDescription(digest: digest, name: digest.hex, bytes: 1, format: "warc"))
            }
            try writer.append(entries, run: 1, timeMicroseconds: 1)
        }
        for (index, digest) in digests.enumerated() {
            let own = entries.filter { $0.row.source == digest }
            let query = ProvenanceQuery(filter: .source(digest.hex), limit: 0)
            try store.read { reader throws in
                #expect(try reader.provenance(query).map(\.row.seq) == own.map(\.row.seq))
                #expect(try reader.rejections(ofSource: Int64(index + 1)) == [.noWords: rejected[index]])
                let newest = own.suffix(20).filter { $0.document != nil }.count
                #expect(try reader.verdicts(ofSource: Int64(index + 1), newest: 20) == [.uncertain: Int64(newest)])
            }
            // An ordinal that it has had is refused, whoever came between.
            var late = Sample.kept(401)
            late.row.source = digest
            late.row.ordinal = try #require(own.last?.row.ordinal)
            #expect(throws: SluiceError.self) {
                try store.write { try $0.append([late], run: 1, timeMicroseconds: 1) }
            }
        }
        #expect(try store.verify().filter { !$0.passed }.map(\.check) == ["accounting"])
    }
}
