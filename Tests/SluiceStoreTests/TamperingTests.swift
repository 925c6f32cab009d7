import Foundation
import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

/// A database file is input like any other: whatever somebody wrote into it, the program ends with an explanation.
@Suite("A tampered file", .enabled(if: Shell.path != nil, Shell.missing))
struct TamperingTests {
    /// What a hand, or a failing disk, may leave in a column.
    static let values = [
        "NULL", "-1", "0", "1", "2", "17", "4294967297", "9007199254740993", "9223372036854775807",
        "-9223372036854775808", "0.5", "-2.5", "1e300", "9e999", "''", "'x'", "'kept'", "'rejected'", "'duplicate'",
        "'7'", "char(0)", "'http://a.example/' || char(0) || 'b'", "x''", "x'00ff'", "zeroblob(16)", "zeroblob(32)",
        "CAST(x'ff80' AS TEXT)", "CAST(x'6162c3' AS TEXT)",
    ]

    static let tables = [
        "meta", "run", "source", "progress", "batch", "record", "address", "lookup", "document", "text", "shard",
        "admission", "review", "release", "release_document", "grdb_migrations", "stretch", "dictionary", "held",
        "census",
    ]

    /// A store whose schema holds nothing back any more: no trigger, no type, no constraint but the keys.
    static func makeDefenceless(_ directory: TemporaryDirectory) throws {
        var entries = Sample.mixed()
        entries += (Int64(11)...16).map { $0 == 13 ? Sample.duplicate($0, of: 1) : Sample.kept($0) }
        let store = try Sample.fill(
            directory, entries, settings: ShardSettings(capPPM: 100_000, targetTokens: 700), batch: 4)
        let release = ReleaseDescription(name: "v1", capPPM: 100_000, ledgerSize: 16, manifest: Digest.of([9]))
        try store.write { try $0.record(release, documents: [1, 2]) }
        for (seq, verdict) in [(Int64(6), Verdict.real), (9, .synthetic), (9, .uncertain), (1, .synthetic)] {
            let review = ReviewDescription(document: seq, verdict: verdict, reviewer: "ada", note: "a note")
            _ = try store.write { try $0.review(review, timeMicroseconds: 3) }
        }
        store.close()
        try Shell.run(
            """
            .dbconfig defensive off
            PRAGMA writable_schema = ON;
            DELETE FROM sqlite_schema WHERE type = 'trigger';
            UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql, ') STRICT, WITHOUT', ') WITHOUT'),
                ') STRICT', ')'), 'IS NOT NULL', 'NOTNULL'), 'NOT NULL', '') WHERE type = 'table';
            """, on: directory.database)
        try Shell.run(
            """
            INSERT INTO lookup VALUES (0, x'0102030405'), (5, x'00');
            INSERT INTO dictionary VALUES (7, x'37a430ec00');
            """, on: directory.database)
    }

    private static func columns(_ database: String) throws -> [String: [String]] {
        var columns: [String: [String]] = [:]
        for table in tables {
            columns[table] = try Shell.run("SELECT name FROM pragma_table_info('\(table)');", on: database)
                .split(separator: "\n").map(String.init)
        }
        return columns
    }

    @Test("is read to an end or to an explanation by everything that reads", arguments: 0..<16)
    func random(seed: Int) throws {
        let original = TemporaryDirectory()
        try Self.makeDefenceless(original)
        // Without its laws it is still a store that works.
        let store = try Store.open(directory: original.path, mode: .read)
        #expect(try store.read { try $0.provenance(ProvenanceQuery(limit: 0)) }.count == 16 + 4)
        #expect(try store.verifyAll().filter { !$0.passed }.map(\.check) == ["schema", "lookups"])
        store.close()
        let columns = try Self.columns(original.database)
        #expect(columns["record"]?.count == 19)
        var generator = SeededGenerator(UInt64(seed) &+ 100)
        var changed = 0
        for _ in 0..<12 {
            let copy = TemporaryDirectory()
            try FileManager.default.copyItem(atPath: original.path, toPath: copy.path)
            let edits = try (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                let table = try #require(Self.tables.randomElement(using: &generator))
                let column = try #require(columns[table]?.randomElement(using: &generator))
                let value = try #require(Self.values.randomElement(using: &generator))
                let row = Int.random(in: 0..<16, using: &generator)
                return """
                    UPDATE OR IGNORE \(table) SET \(column) = \(value) WHERE (\(columns[table]?.first ?? ""), \(column))
                        IN (SELECT \(columns[table]?.first ?? ""), \(column) FROM \(table)
                            LIMIT 1 OFFSET \(row) % (SELECT max(1, count(*)) FROM \(table)))
                    """
            }
            let script = "PRAGMA ignore_check_constraints = ON;\n" + edits.map { $0 + ";\n" }.joined()
            let printed = try Shell.run(script + "SELECT total_changes();", on: copy.database)
            changed += printed.hasSuffix("0\n") ? 0 : 1
            try Self.useEverything(copy, edits.joined(separator: "\n"))
        }
        #expect(changed >= 6, "the edits have to hit something")
    }

    /// Does all that can be done with a store. Each step may fail, with an error that says what to do.
    private static func useEverything(_ directory: TemporaryDirectory, _ edits: String) throws {
        let store: Store
        do {
            store = try Store.open(directory: directory.path, mode: .read)
        } catch {
            #expect(error.code == .io || error.code == .configuration, "\(error): \(edits)")
            return
        }
        func attempt(_ step: String, _ body: (StoreReader) throws -> Void) {
            do throws(SluiceError) {
                try store.read(body)
            } catch {
                #expect(error.code == .io && error.advice.contains("sluice verify"), "\(step): \(error): \(edits)")
            }
        }
        attempt("sources") { _ = try $0.sources() }
        attempt("source") { _ = try $0.source(Sample.source.digest) }
        attempt("shards") { _ = try $0.shards().map(\.totals.tokens) }
        attempt("rejections") { _ = try $0.rejections(ofSource: 1) }
        attempt("releases") { _ = try $0.releases() }
        attempt("statistics") { _ = try $0.statistics().admitted.tokens }
        attempt("next") { _ = try $0.nextSeq() }
        attempt("keys") { try $0.forEachIndexKey { _, _, _ in } }
        for shard in Int64(1)...3 { attempt("admitted") { try $0.forEachAdmitted(toShard: shard) { _ in } } }
        attempt("review queue") { _ = try $0.reviewQueue(limit: 5) }
        attempt("reviewed") { _ = try $0.reviewedDocuments(after: 0, upTo: .max, limit: 9) }
        for seq in Int64(1)...9 { attempt("document") { _ = try $0.document(seq)?.real } }
        for seq in Int64(1)...3 {
            attempt("text") { _ = try $0.text(of: seq) }
            attempt("content key") { _ = try $0.contentKey(of: seq) }
        }
        let filters: [ProvenanceQuery.Filter] = [
            .all, .document(Digest.of(Sample.text(5))), .record("00000000-0000-0000-0000-000000000005"), .id("5"),
            .url("http://host2.example/page/5"), .host("host2.example"), .source("crawl-a"), .shard(1), .release("v1"),
        ]
        for filter in filters {
            for after in [Int64(0), 7, .max] {
                attempt("provenance \(filter)") { reader in
                    var json = JSONText()
                    try reader.forEachProvenance(ProvenanceQuery(filter: filter, limit: 0, after: after)) {
                        $0.write(to: &json)
                    }
                }
            }
        }
        _ = try store.verifyAll()
        store.close()
        append(to: directory, edits)
    }

    /// Goes on with an ingest, as far as the file lets it.
    private static func append(to directory: TemporaryDirectory, _ edits: String) {
        let settings = StoreSettings(shards: ShardSettings(capPPM: 100_000, targetTokens: 700))
        do throws(SluiceError) {
            let store = try Store.open(directory: directory.path, mode: .write, settings: settings)
            defer { store.close() }
            try store.write { writer in
                let seq = try writer.reader.nextSeq()
                let run = try writer.beginRun(Sample.run)
                let source = try writer.source(Sample.source)
                var entry = Sample.kept(17)
                entry.row.seq = seq
                entry.row.ordinal = Int(clamping: source.progress.nextOrdinal)
                try writer.append([entry], run: run, timeMicroseconds: 3)
                try writer.setProgress(source.progress, ofSource: source.id)
                _ = try writer.heldCount()
                let review = ReviewDescription(document: 2, verdict: .synthetic, reviewer: "eve")
                _ = try writer.review(review, timeMicroseconds: 4)
                _ = try writer.sealShard()
            }
        } catch {
            #expect(error.code == .io || error.code == .configuration, "\(error): \(edits)")
        }
    }
}
