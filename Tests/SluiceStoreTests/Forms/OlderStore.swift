import Foundation
import SluiceCore
import SluiceLedger
import SluiceMigrations
import SluiceStore
import Testing

/// Stores as earlier versions left them behind: their migrations, and rows as they wrote them.
enum OlderStore {
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
                "INSERT INTO source VALUES (\(index + 1), \(blob(digest.bytes)), 'part-\(index)', 9, 'warc', NULL, NULL)"
            )
            sql.append("INSERT INTO progress VALUES (\(index + 1), 'reading', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
        }
        sql.append(
            "INSERT INTO run VALUES (1, 'u', '1.0', \(blob(Digest.of([1]).bytes)), \(blob(Digest.of([2]).bytes)), 5, 2)"
        )
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
                    + "duplicate_near = \(counts.duplicateNear), rejected = \(counts.rejected) WHERE source = \(source)"
            )
        }
        return sql
    }

    /// Makes a store with `entries` in it as the first `migrations` steps of the schema had it.
    static func make(_ directory: TemporaryDirectory, _ entries: [StoreEntry], migrations: Int = 3) throws {
        let old = Migrations.all.prefix(migrations)
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        let names = old.map { "INSERT INTO grdb_migrations VALUES ('\($0.name)');" }.joined()
        let schema = old.map(\.sql).joined(separator: "\n")
        let printed = try Shell.run(
            """
            PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;
            CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY); \(names)
            \(schema)
            \(rows(entries).map { $0 + ";" }.joined(separator: "\n"))
            """, on: directory.database)
        #expect(printed == "wal\n")
    }
}
