import Foundation
import SluiceCore
import SluiceLedger
import SluiceMigrations
import SluiceStore
import Testing

/// A store that version 1.0 left behind, put together by the migrations of then and by rows as it wrote them.
@Suite(.enabled(if: Shell.path != nil, Shell.missing))
struct `A store of the version before` {
    let directory = TemporaryDirectory()
    private static let old = Migrations.all.prefix(3)

    /// `x'…'` of these bytes.
    private static func blob(_ bytes: [UInt8]) -> String {
        "x'" + bytes.map { String(format: "%02x", $0) }.joined() + "'"
    }

    private static func text(_ text: String?) -> String {
        text.map { "'" + $0.replacingOccurrences(of: "'", with: "''") + "'" } ?? "NULL"
    }

    /// The rows of `entries` in two sources, the second between the halves of the first; 1 and 2 in a shard, all other
    /// kept ones held.
    private static func rows(_ entries: [StoreEntry]) -> [String] {
        var sql: [String] = []
        for (index, digest) in [Sample.source.digest, Digest.of([7])].enumerated() {
            sql.append(
                "INSERT INTO source VALUES (\(index + 1), \(blob(digest.bytes)), 'part-\(index)', 9, 'warc', NULL, NULL)")
            sql.append("INSERT INTO progress VALUES (\(index + 1), 'reading', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
        }
        sql.append(
            "INSERT INTO run VALUES (1, 'u', '1.0', \(blob(Digest.of([1]).bytes)), \(blob(Digest.of([2]).bytes)), 5, 2)")
        sql.append("INSERT INTO batch VALUES (1, \(entries.count), 1, 6)")
        sql.append("INSERT INTO shard VALUES (1, 100000, 100000000, 'open')")
        for entry in entries {
            let row = entry.row
            var outcome = ["NULL", "NULL", "NULL", "NULL", "NULL"]
            switch row.outcome {
            case .kept: break
            case .rejected(let reason, let detail): (outcome[0], outcome[1]) = (text(reason.rawValue), text(detail))
            case .duplicate(let match):
                outcome[2...] = ["\(match.seq)", text(match.kind.rawValue), "\(match.similarity)"]
            }
            let judgement = row.judgement.map {
                [text($0.verdict.rawValue), text($0.origin.rawValue), "\($0.probability)", text($0.evidence)]
            }
            let values =
                [
                    "\(row.seq)", row.source == Sample.source.digest ? "1" : "2", "\(row.ordinal)", "\(row.offset)",
                    text(row.recordID), text(row.captured), row.urlCommitment.map { blob($0.bytes) } ?? "NULL",
                    row.document.map { blob($0.bytes) } ?? "NULL", text(row.decision.rawValue),
                ] + outcome + (judgement ?? ["NULL", "NULL", "NULL", "NULL"]) + [row.tokens.map(String.init) ?? "NULL"]
            sql.append("INSERT INTO record VALUES (\(values.joined(separator: ", ")))")
            if let address = entry.address {
                sql.append(
                    "INSERT INTO address VALUES (\(row.seq), \(blob(address.salt)), \(text(address.url)), "
                        + "\(text(address.host)), 11, 12)")
            }
            guard let document = entry.document, let tokens = row.tokens else { continue }
            let real = 1000 * Int64(tokens) - document.synthetic
            sql += [
                "INSERT INTO document VALUES (\(row.seq), \(blob(document.contentKey.bytes)), \(blob(document.bands)), "
                    + "\(tokens), \(document.synthetic), \(real))",
                "INSERT INTO text VALUES (\(row.seq), \(document.rawBytes), \(blob(document.body)))",
            ]
        }
        sql += ["INSERT INTO admission VALUES (1, 1, 1, 1, 1, 0, 100000)"]
        sql += ["INSERT INTO admission VALUES (2, 1, 2, 1, 2, 0, 200000)"]
        sql += ["INSERT INTO lookup VALUES (0, -9223372036854775808, 0), (0, 5, 5)"]
        for source in 1...2 {
            let own = entries.filter { ($0.row.source == Sample.source.digest) == (source == 1) }
            let counts = Sample.progress(own)
            sql.append(
                "UPDATE progress SET next_ordinal = 99, records = \(counts.records), kept = \(counts.kept), "
                    + "duplicate_near = \(counts.duplicateNear), rejected = \(counts.rejected) WHERE source = \(source)")
        }
        return sql
    }

    private static func entries() -> [StoreEntry] {
        var entries = Sample.mixed()
        for index in 4...6 {
            entries[index].row.source = Digest.of([7])
            entries[index].row.ordinal = index - 4
        }
        entries[1].address?.host = "elsewhere.example"
        return entries
    }

    private func make(_ entries: [StoreEntry]) throws {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let names = Self.old.map { "INSERT INTO grdb_migrations VALUES ('\($0.name)');" }.joined()
        let schema = Self.old.map(\.sql).joined(separator: "\n")
        let printed = try Shell.run(
            """
            PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;
            CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY); \(names)
            \(schema)
            \(Self.rows(entries).map { $0 + ";" }.joined(separator: "\n"))
            """, on: directory.database)
        #expect(printed == "wal\n")
    }

    @Test func `is brought up to date by the next writer, with every row as it was`() throws {
        let entries = Self.entries()
        try make(entries)
        #expect {
            _ = try Store.open(directory: directory.path, mode: .read)
        } throws: {
            ($0 as? SluiceError)?.code == .configuration
        }
        let store = try Store.open(
            directory: directory.path, mode: .write, settings: StoreSettings(shards: Sample.shards))
        defer { store.close() }
        #expect(try store.verify { $0.body }.filter { !$0.passed } == [])
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
        try make(Self.entries())
        let store = try Store.open(
            directory: directory.path, mode: .write, settings: StoreSettings(shards: Sample.shards))
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
        // The real mass of 11 lets those in that waited for it.
        #expect(try store.read { try Sample.held($0) } == [6, 8])
        #expect(try store.verify { $0.body }.filter { !$0.passed } == [])
        #expect(try store.read { try $0.verdicts(ofSource: 2) } == [.uncertain: 4])
    }
}
