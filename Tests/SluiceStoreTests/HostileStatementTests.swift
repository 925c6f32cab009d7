import Foundation
import SluiceCore
import SluiceMigrations
import SluiceStore
import Testing

/// Law 6 and law 7 against a person at a `sqlite3` prompt: foreign keys off, checks switched off, every way to replace
/// a row. Each statement may fail or do nothing; it may not move a cap, a sealed shard or a provenance row.
@Suite("SQL typed by hand", .enabled(if: Shell.path != nil, Shell.missing))
struct HostileStatementTests {
    static let statements = [
        // Over the cap.
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 1, 3, 101000, 200000 FROM admission",
        "INSERT OR REPLACE INTO admission SELECT max(id) + 1, 2, 15, 1, 3, 101000, 200000 FROM admission",
        // With totals that would obey it, but are not true.
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 1, 3, 0, 300000 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 1, 3, 100000, 9000000000001 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 1, 3, 100000, 9223372036854775807 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 1, 3, -9223372036854775808, 0 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 1, 3, 100000, 9e18 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 1, 3, NULL, NULL FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 2, 4, 200000, 200000 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 15, 0, 2, 0, 200000 FROM admission",
        // Human text out, so that the rest is over the cap; the same text twice; text from another shard.
        "INSERT INTO admission SELECT max(id) + 1, 1, 1, -1, 10, 100000, 900000 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 13, 1, 3, 0, 300000 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 1, 1, 3, 0, 300000 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 1, -1, 1, 0, 100000 FROM admission",
        // Several rows at once, the first one fine by itself.
        """
        INSERT INTO admission WITH r(n) AS (VALUES (1), (2))
            SELECT (SELECT max(id) FROM admission) + n, 2, 15, 1, 2 + n, 100000 * n, 200000 FROM r
        """,
        // At the mass that a review has replaced; back in beside itself at the new one.
        "INSERT INTO admission SELECT max(id) + 1, 2, 17, 1, 3, 0, 300000 FROM admission",
        "INSERT INTO admission SELECT max(id) + 1, 2, 11, 1, 3, 0, 300000 FROM admission",
        // Reviews: of a document in the open shard, of none, at another mass, by nobody, in the wrong order.
        "INSERT INTO review SELECT 3, 13, 'real', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 12, 'real', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 99, 'real', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, NULL, 'real', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'real', 'eve', NULL, 1, 1, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'synthetic', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'synthetic', 'eve', NULL, 1, -100000, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'uncertain', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'human', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'human', 'eve', NULL, 1, NULL, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'real', '', NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'real', NULL, NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'real', 'eve', hex(zeroblob(1001)), 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'real', hex(zeroblob(101)), NULL, 1, 0, max(id) FROM admission",
        "INSERT INTO review SELECT 3, 15, 'real', 'eve', NULL, 1, 0, max(id) - 1 FROM admission",
        "INSERT INTO review SELECT 3, 15, 'real', 'eve', NULL, 1, 0, 0",
        "INSERT INTO review SELECT 4, 15, 'real', 'eve', NULL, 1, 0, max(id) FROM admission",
        "INSERT OR REPLACE INTO review SELECT 1, 15, 'real', 'eve', NULL, 1, 0, max(id) FROM admission",
        """
        INSERT OR REPLACE INTO review (document, verdict, reviewer, time_us, synthetic, after_admission)
            SELECT 15, 'real', 'eve', 1, 0, max(id) FROM admission
        """,
        """
        INSERT INTO review SELECT 1, 15, 'real', 'eve', NULL, 1, 0, max(id) FROM admission WHERE true
            ON CONFLICT (id) DO UPDATE SET verdict = 'synthetic'
        """,
        "UPDATE review SET verdict = 'synthetic', synthetic = 100000",
        "UPDATE review SET reviewer = 'eve'",
        "UPDATE OR REPLACE review SET id = 1 WHERE id = 2",
        "UPDATE OR IGNORE review SET rowid = rowid + 100",
        "DELETE FROM review",
        "DELETE FROM review WHERE id = 2",
        // Another history.
        "UPDATE admission SET synthetic_after = 0",
        "UPDATE admission SET shard = 2 WHERE document = 11",
        "UPDATE OR REPLACE admission SET id = 1 WHERE id = 2",
        "UPDATE OR IGNORE admission SET rowid = rowid + 100",
        "DELETE FROM admission WHERE shard = 1",
        "DELETE FROM admission",
        "INSERT OR REPLACE INTO admission VALUES (1, 1, 1, 1, 1, 0, 100000)",
        """
        INSERT INTO admission VALUES (1, 1, 1, 1, 1, 0, 100000)
            ON CONFLICT (id) DO UPDATE SET synthetic_after = 0
        """,
        // The shard itself.
        "UPDATE shard SET cap_ppm = 1000000",
        "UPDATE shard SET cap_ppm = 1000000, state = 'sealed' WHERE id = 2",
        "UPDATE shard SET state = 'open' WHERE id = 1",
        "UPDATE shard SET state = 'reopened' WHERE id = 1",
        "UPDATE OR REPLACE shard SET id = 1 WHERE id = 2",
        "UPDATE OR REPLACE shard SET rowid = 1 WHERE rowid = 2",
        "INSERT OR REPLACE INTO shard VALUES (1, 1000000, 1, 'open')",
        "REPLACE INTO shard (rowid, cap_ppm, target_tokens, state) VALUES (2, 1000000, 1000000, 'open')",
        "INSERT INTO shard VALUES (2, 1, 1, 'open') ON CONFLICT DO UPDATE SET cap_ppm = 1000000",
        "INSERT INTO shard VALUES (3, 1000000, 1000, 'open')",
        "INSERT INTO shard VALUES (3, 100000, 1000, 'sealed')",
        "DELETE FROM shard WHERE id = 1",
        // The masses that the cap is made of.
        "UPDATE document SET synthetic = 0, real = 1000 * tokens",
        "UPDATE OR REPLACE document SET seq = 1 WHERE seq = 15",
        "INSERT OR REPLACE INTO document SELECT 15, content_key, bands, tokens, 0, 1000 * tokens FROM document WHERE seq = 1",
        "INSERT INTO document SELECT 16, content_key, bands, 1000, 0, 1000000 FROM document WHERE seq = 1",
        "DELETE FROM document WHERE seq = 15",
        // The provenance rows.
        "UPDATE record SET verdict = 'real'",
        "UPDATE record SET seq = seq + 1000",
        "UPDATE OR REPLACE record SET rowid = 1 WHERE rowid = 2",
        "UPDATE OR REPLACE record SET ordinal = 0 WHERE seq = 2",
        "UPDATE record SET decision = 'kept' FROM source WHERE source.id = record.source",
        "DELETE FROM record",
        "DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)",
        "INSERT OR REPLACE INTO record SELECT * FROM record WHERE seq = 3",
        "INSERT OR REPLACE INTO record (seq, source, ordinal, offset, decision, reason) VALUES (1, 1, 99, 0, 'rejected', 'x')",
        "INSERT OR REPLACE INTO record (seq, source, ordinal, offset, decision, reason) VALUES (17, 1, 0, 0, 'rejected', 'x')",
        "INSERT OR REPLACE INTO record (source, ordinal, offset, decision, reason) VALUES (1, 0, 0, 'rejected', 'x')",
        """
        INSERT INTO record (seq, source, ordinal, offset, decision, reason) VALUES (1, 1, 0, 0, 'rejected', 'x')
            ON CONFLICT (seq) DO UPDATE SET verdict = 'real'
        """,
        "DELETE FROM text",
        "UPDATE text SET body = x'00'",
        "INSERT OR REPLACE INTO text VALUES (1, 1, x'00')",
        "UPDATE batch SET run = 2",
        "INSERT OR REPLACE INTO batch VALUES (1, 1, 1, 1)",
        "DELETE FROM batch",
        "UPDATE run SET tool_version = '9'",
        "INSERT OR REPLACE INTO run SELECT 1, 'x', 'x', config_digest, NULL, 1, 1 FROM run",
        "DELETE FROM run",
        "UPDATE source SET name = 'x'",
        "INSERT OR REPLACE INTO source SELECT 2, sha256, 'x', 1, 'x', NULL, NULL FROM source",
        "INSERT OR REPLACE INTO source VALUES (1, zeroblob(32), 'x', 1, 'x', NULL, NULL)",
        "DELETE FROM source",
        "UPDATE meta SET value = 'x'",
        "INSERT OR REPLACE INTO meta VALUES ('deduplication', 'x')",
        "DELETE FROM meta",
        "UPDATE address SET url = 'http://other.example/'",
        "INSERT OR REPLACE INTO address SELECT seq, salt, 'http://other.example/', '' FROM address",
        "UPDATE address SET own_host = 'other.example'",
        "UPDATE stretch SET source = 2",
        "UPDATE OR REPLACE stretch SET first_seq = 5",
        "DELETE FROM stretch",
        "INSERT INTO stretch VALUES (5, 1)",
        "INSERT INTO stretch VALUES (18, 1)",
        "INSERT OR REPLACE INTO stretch VALUES (1, 1)",
        "INSERT INTO stretch (source) VALUES (1)",
        "INSERT OR REPLACE INTO dictionary VALUES (18, x'01'), (18, x'02')",
        "INSERT INTO dictionary VALUES (17, x'01')",
        "INSERT INTO dictionary VALUES (5, x'01')",
        "INSERT INTO dictionary VALUES (100, x'01')",
        "INSERT INTO dictionary (body) VALUES (x'01')",
        // An ordinal that the source has had, and one below its last, with a gap behind which it could hide.
        "INSERT INTO record (seq, source, ordinal, offset, decision, reason) VALUES (18, 1, 16, 0, 'rejected', 'x')",
        "INSERT INTO record (seq, source, ordinal, offset, decision, reason) VALUES (18, 1, 3, 0, 'rejected', 'x')",
        "INSERT INTO record (seq, source, ordinal, offset, decision, reason) VALUES (18, 2, 0, 0, 'rejected', 'x')",
        // Verdicts that nothing speaks for.
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'real', 'detected', 0.9, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'synthetic', 'detected', 0.9, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'real', 'prior', 0.0, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'real', 'detected', NULL, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'uncertain', 'declared', 0.99999, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'real', 'declared', 0.99999, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'synthetic', 'declared', 0.0, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'real', 'reviewed', 0.0, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'uncertain', 'reviewed', 1.0, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'Synthetic', 'declared', 1.0, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, 'synthetic', 'Declared', 1.0, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO record SELECT 18, source, 17, offset, NULL, NULL, NULL, document, decision, NULL, NULL, NULL, NULL, NULL, NULL, 'declared', 1.0, evidence, tokens FROM record WHERE seq = 15",
        "INSERT INTO held VALUES (1)",
        "INSERT INTO held VALUES (12)",
        "INSERT OR REPLACE INTO held VALUES (99)",
        "UPDATE held SET document = 1",
        "UPDATE progress SET kept = kept + 1",
        "UPDATE progress SET kept = kept - 1, records = records - 1",
        "UPDATE progress SET state = 'reading', member_offset = 0, skip_bytes = 0",
        "UPDATE progress SET next_ordinal = next_ordinal - 1",
        "DELETE FROM progress",
        "INSERT OR REPLACE INTO progress SELECT source, state, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM progress",
        "UPDATE release SET manifest_sha256 = zeroblob(32)",
        "INSERT OR REPLACE INTO release SELECT 1, 'other', 0, 0, 0, zeroblob(32)",
        "INSERT OR REPLACE INTO release SELECT 2, 'v1', 0, 0, 0, zeroblob(32)",
        "INSERT INTO release_document VALUES (1, 5)",
        "DELETE FROM release_document",
        "UPDATE OR REPLACE release_document SET document = 2",
    ]

    static let preludes = [
        "",
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA recursive_triggers = OFF;",
        "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA defer_foreign_keys = ON; BEGIN;",
    ]

    /// A sealed shard with ten human documents and one synthetic one, an open shard with two human documents, a held
    /// synthetic document and one that a person called so, a review of a sealed document, and a release.
    private static func makeStore(_ directory: TemporaryDirectory) throws {
        var entries = (Int64(1)...10).map { Sample.kept($0) }
        entries.append(Sample.kept(11, synthetic: 100_000))
        entries += [Sample.duplicate(12, of: 3), Sample.kept(13), Sample.kept(14), Sample.kept(15, synthetic: 100_000)]
        entries += [Sample.rejected(16), Sample.kept(17)]
        let store = try Sample.fill(directory, entries, settings: ShardSettings(capPPM: 100_000, targetTokens: 1100))
        let release = ReleaseDescription(name: "v1", capPPM: 100_000, ledgerSize: 16, manifest: Digest.of([9]))
        try store.write { try $0.record(release, documents: [1, 2, 13]) }
        for (seq, verdict) in [(Int64(11), Verdict.real), (17, .synthetic)] {
            let review = ReviewDescription(document: seq, verdict: verdict, reviewer: "ada", note: "read twice")
            _ = try store.write { try $0.review(review, timeMicroseconds: 3) }
        }
        store.close()
    }

    /// Everything the laws protect, as the shell prints it.
    private static func image(_ database: String) throws -> String {
        let tables = [
            "meta", "run", "source", "batch", "record", "address", "document", "text", "admission",
            "shard", "review",
            "progress", "release", "release_document", "stretch", "dictionary", "held",
        ]
        return try Shell.run(
            ".mode quote\n" + tables.map { "SELECT *, 0 FROM \($0) ORDER BY 1, 2;" }.joined(separator: "\n")
                + "\nSELECT * FROM shard_total;\nPRAGMA integrity_check;", on: database)
    }

    /// What the triggers of a statement's table say when they refuse, as the migrations have it.
    private static func laws(of statement: String) -> [String] {
        let words = statement.split { $0 == " " || $0 == "\n" }.map(String.init)
        let first = words.firstIndex { ["INTO", "UPDATE", "FROM"].contains($0) } ?? 0
        let table = words[(first + 1)...].first { !["OR", "REPLACE", "IGNORE"].contains($0) } ?? ""
        let triggers = Migrations.all.flatMap { $0.sql.components(separatedBy: "CREATE TRIGGER ").dropFirst() }
        return triggers.filter { $0.contains(" ON \(table) ") }.flatMap { trigger in
            trigger.components(separatedBy: "RAISE(ABORT, '").dropFirst().compactMap {
                $0.components(separatedBy: "'").first
            }
        }
    }

    @Test("changes nothing, whatever the shell switches off", arguments: preludes)
    func statements(prelude: String) throws {
        let directory = TemporaryDirectory()
        try Self.makeStore(directory)
        let before = try Self.image(directory.database)
        #expect(before.contains("'ok'"))
        #expect(try Shell.run("SELECT state FROM shard;", on: directory.database) == "sealed\nopen\n")
        let end = prelude.contains("BEGIN") ? ";\nCOMMIT;" : ";"
        for statement in Self.statements {
            let printed = try Shell.run(prelude + "\n" + statement + end, on: directory.database)
            let after = try Self.image(directory.database)
            #expect(after == before, "\(statement): \(printed)")
            // Not just any error: one of arity or of a constraint would prove nothing about the law.
            let laws = Self.laws(of: statement)
            #expect(laws.contains { printed.contains($0) }, "not refused by a trigger: \(statement): \(printed)")
            guard after == before else { return }
        }
        // The store is none the worse for it, and what may happen still can.
        let store = try Store.open(directory: directory.path, mode: .write)
        #expect(try store.verifyAll().filter { !$0.passed } == [])
        #expect(
            try Shell.run(
                "INSERT INTO admission SELECT max(id) + 1, 2, 13, -1, 1, 0, 100000 FROM admission;",
                on: directory.database) == "")
        #expect(try store.verify().filter { !$0.passed } == [])
    }

    @Test(
        "cannot add a document that weighs other than what its record says",
        arguments: [
            ("'synthetic', 'declared', 1.0", [0, 99_999], 100_000), ("'real', 'declared', 0.0", [1], 0),
            ("'synthetic', 'detected', 0.97", [0, 96_999], 97_000),
            ("'uncertain', 'prior', 0.1", [9_999, 10_001], 10_000),
        ] as [(String, [Int64], Int64)])
    func mass(judgement: String, wrong: [Int64], right: Int64) throws {
        let directory = TemporaryDirectory()
        try Self.makeStore(directory)
        func typed(_ seq: Int, _ synthetic: Int64) throws -> String {
            try Shell.run(
                """
                INSERT INTO batch VALUES (\(seq), 1, 1, 9);
                INSERT INTO record SELECT \(seq), source, \(seq), offset, NULL, NULL, NULL, document, decision, NULL, NULL,
                    NULL, NULL, NULL, \(judgement), evidence, tokens FROM record WHERE seq = 15;
                INSERT INTO document SELECT \(seq), zeroblob(32), bands, tokens, \(synthetic), 1000 * tokens - \(synthetic)
                    FROM document WHERE seq = 15;
                """, on: directory.database)
        }
        for (seq, synthetic) in zip(18..., wrong) {
            #expect(try typed(seq, synthetic).contains("and weighs what that says"))
        }
        #expect(try typed(18 + wrong.count, right) == "")
        #expect(try Shell.run("SELECT count(*) FROM document WHERE seq > 17;", on: directory.database) == "1\n")
    }

    @Test(
        "that alters the schema, or gets behind it, is noticed by verify",
        arguments: [
            ("schema", "DROP TRIGGER admission_insert"),
            (
                "schema",
                "DROP TRIGGER record_update; CREATE TRIGGER record_update BEFORE UPDATE ON record BEGIN SELECT 1; END"
            ),
            ("schema", "DROP INDEX admission_document"),
            ("schema", "CREATE TABLE extra (x)"),
            ("schema", "CREATE TRIGGER extra AFTER INSERT ON record BEGIN DELETE FROM address; END"),
            ("schema", "DROP VIEW shard_total; CREATE VIEW shard_total AS SELECT 1 AS shard"),
            ("schema", "PRAGMA application_id = 1"),
            ("schema", "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'shard_update'"),
            ("accounting", "DROP TRIGGER progress_update; UPDATE progress SET kept = kept + 1, records = records + 1"),
            ("texts", "INSERT INTO dictionary SELECT max(seq) + 1, x'37a430ec00' FROM record"),
            ("texts", "DROP TRIGGER text_update; UPDATE text SET body = x'00' WHERE seq = 5"),
            ("documents", "DROP TRIGGER text_delete; DELETE FROM text WHERE seq = 5"),
            ("documents", "DROP TRIGGER document_delete; DELETE FROM document WHERE seq = 15"),
            ("shards", "DROP TRIGGER admission_update; UPDATE admission SET synthetic_after = 0 WHERE document = 11"),
            ("shards", "DROP TRIGGER document_update; UPDATE document SET synthetic = 100000, real = 0 WHERE seq = 13"),
            ("shards", "DROP TRIGGER shard_update; UPDATE shard SET cap_ppm = 1"),
            ("shards", "DROP TRIGGER shard_update; UPDATE shard SET state = 'open'"),
            ("shards", "DROP TRIGGER shard_insert; INSERT INTO shard VALUES (3, 100000, 1000, 'open')"),
            ("duplicates", "DROP TRIGGER meta_delete; DELETE FROM meta"),
            (
                "placements",
                "DROP TRIGGER admission_update; UPDATE admission SET document = 15 WHERE id = 13"
            ),
            ("placements", "DROP TRIGGER admission_delete; DELETE FROM admission WHERE id = 5"),
            (
                "shards",
                "DROP TRIGGER review_update; UPDATE review SET after_admission = 0 WHERE id = 1"
            ),
            ("reviews", "DROP TRIGGER review_update; UPDATE review SET synthetic = 1 WHERE id = 1"),
            ("reviews", "DROP TRIGGER review_update; UPDATE review SET verdict = 'uncertain' WHERE id = 1"),
            ("reviews", "DROP TRIGGER review_update; UPDATE review SET after_admission = 99 WHERE id = 2"),
            ("reviews", "DROP TRIGGER review_update; UPDATE review SET after_admission = 1 WHERE id = 2"),
            ("reviews", "DROP TRIGGER review_update; UPDATE review SET document = 13, synthetic = 100000 WHERE id = 2"),
            ("reviews", "DROP TRIGGER review_delete; DELETE FROM review WHERE id = 1"),
            ("schema", "DROP INDEX review_document"),
            ("sequence", "DROP TRIGGER record_delete; DELETE FROM record WHERE seq = 17"),
            ("sequence", "DROP TRIGGER batch_delete; DELETE FROM batch"),
            ("judgements", "DROP TRIGGER record_update; UPDATE record SET evidence = 'x' WHERE seq = 1"),
            ("judgements", "DROP TRIGGER record_update; UPDATE record SET evidence = '[]' WHERE seq = 1"),
            ("judgements", "DROP TRIGGER record_update; UPDATE record SET probability = 0.0001 WHERE seq = 1"),
            ("judgements", "DROP TRIGGER record_update; UPDATE record SET verdict = 'real' WHERE seq = 1"),
            (
                "documents",
                "DROP TRIGGER document_update; UPDATE document SET synthetic = 0, real = 100000 WHERE seq = 15"
            ),
            (
                "duplicates",
                "DROP TRIGGER record_update; PRAGMA ignore_check_constraints = ON; UPDATE record SET duplicate_seq = 16 WHERE seq = 12"
            ),
            (
                "duplicates",
                "DROP TRIGGER document_update; UPDATE document SET content_key = (SELECT content_key FROM document WHERE seq = 1)"
            ),
            (
                "addresses",
                "DROP TRIGGER address_update; UPDATE address SET url = 'http://other.example/' WHERE seq = 5"
            ),
            ("addresses", "DROP TRIGGER address_update; UPDATE address SET salt = zeroblob(16) WHERE seq = 5"),
            ("sequence", "DROP TRIGGER stretch_update; UPDATE stretch SET first_seq = 2"),
            ("sequence", "DROP TRIGGER stretch_delete; DELETE FROM stretch"),
            ("sequence", "DROP TRIGGER record_update; UPDATE record SET ordinal = 3 WHERE seq = 9"),
            ("judgements", "DROP TRIGGER record_update; UPDATE record SET evidence = x'02' WHERE seq = 1"),
            ("sequence", "DROP TRIGGER record_update; UPDATE record SET captured = 900000000000000 WHERE seq = 1"),
            ("accounting", "UPDATE census SET number = number + 1 WHERE what = 'no-words'"),
            ("placements", "DROP TRIGGER held_deleted; DELETE FROM held"),
            ("placements", "DROP TRIGGER held_insert; INSERT INTO held VALUES (1)"),
            ("lookups", "INSERT INTO lookup VALUES (5, x'0102030405')"),
            ("releases", "DROP TRIGGER release_document_delete; DELETE FROM release_document WHERE document = 13"),
            ("foreign-keys", "DROP TRIGGER run_delete; DELETE FROM run"),
            (
                "file",
                "DROP TRIGGER record_update; PRAGMA ignore_check_constraints = ON; UPDATE record SET verdict = 'x' WHERE seq = 1"
            ),
        ])
    func tampering(check: String, script: String) throws {
        let directory = TemporaryDirectory()
        try Self.makeStore(directory)
        let printed = try Shell.run(".dbconfig defensive off\n" + script + ";", on: directory.database)
        // A wrong application id would be refused at opening, so the store is opened first here.
        if script.contains("application_id") {
            #expect(throws: SluiceError.self) { try Store.open(directory: directory.path, mode: .read) }
            return
        }
        let store = try Store.open(directory: directory.path, mode: .read)
        let failed = try store.verifyAll().filter { !$0.passed }.map(\.check)
        #expect(failed.contains(check), "\(script): \(printed)")
    }
}
