import Foundation
import GRDB
import SluiceCore

extension Store {
    /// Holds everything that can be recomputed against what is written down: the file, the schema, the accounting, the
    /// shards' chain and caps, the documents, the addresses' commitments, the releases and, where the caller brings a
    /// `decompress`, the digest of every text.
    ///
    /// One finding a check, failed ones with the first places to look at. Works on one state of the store while others
    /// write. O(*n* log *n*) in the records; memory does not grow with them.
    public func verify(decompress: ((StoredText) throws -> [UInt8])? = nil) throws(SluiceError) -> [Finding] {
        try read { reader in
            let verification = Verification(db: reader.db, decompress: decompress)
            return Verification.checks.map { verification.run($0.name, $0.check) }
        }
    }
}

/// The checks of ``Store/verify(decompress:)``. Each says what it looked at, or what it found wrong.
struct Verification {
    let db: Database
    let decompress: ((StoredText) throws -> [UInt8])?

    /// What was looked at, and descriptions of what is wrong: all counted, the first few kept.
    struct Outcome {
        var looked = ""
        private(set) var wrong = 0
        private(set) var first: [String] = []

        mutating func fail(_ description: @autoclosure () -> String) {
            wrong += 1
            if first.count < 5 { first.append(description()) }
        }
    }

    static let checks: [(name: String, check: @Sendable (Verification) throws -> Outcome)] = [
        ("file", { try $0.file() }),
        ("foreign-keys", { try $0.foreignKeys() }),
        ("schema", { try $0.schema() }),
        ("sequence", { try $0.sequence() }),
        ("accounting", { try $0.accounting() }),
        ("duplicates", { try $0.duplicates() }),
        ("documents", { try $0.documents() }),
        ("shards", { try $0.shards() }),
        ("placements", { try $0.placements() }),
        ("reviews", { try $0.reviews() }),
        ("addresses", { try $0.addresses() }),
        ("lookups", { try $0.lookups() }),
        ("releases", { try $0.releases() }),
        ("texts", { try $0.texts() }),
    ]

    /// A check that cannot be finished has failed.
    func run(_ name: String, _ check: @Sendable (Verification) throws -> Outcome) -> Finding {
        do {
            let outcome = try check(self)
            guard outcome.wrong > 0 else { return Finding(check: name, passed: true, detail: outcome.looked) }
            let more = outcome.wrong > outcome.first.count ? ", and \(outcome.wrong - outcome.first.count) more" : ""
            return Finding(check: name, passed: false, detail: outcome.first.joined(separator: "; ") + more)
        } catch {
            let reason = (error as? SluiceError)?.message ?? "\(error)"
            return Finding(check: name, passed: false, detail: "cannot be checked: \(reason)")
        }
    }

    /// Runs `sql`, whose every row is something wrong, described by its first column.
    func violations(_ sql: String, into outcome: inout Outcome) throws {
        try db.forEachRow(sql) { row in
            let description = try? row.text(0)
            outcome.fail(description ?? "a row that cannot be read")
        }
    }

    func count(_ sql: String) throws -> Int64 { try db.integer(sql) ?? 0 }

    // MARK: The file

    /// SQLite forgets CHECK constraints on a connection that only reads, so its own check passes over them there: they
    /// are taken from the migrations and asked one by one.
    private func file() throws -> Outcome {
        var outcome = Outcome(looked: "SQLite's integrity check, and every constraint of every table")
        for line in try db.rows("PRAGMA integrity_check(20)", [], { try $0.text(0) }) where line != "ok" {
            outcome.fail(line)
        }
        for table in try Schema.expectedObjects() where table.type == "table" {
            for check in Verification.constraints(in: table.sql) {
                let rows = try count("SELECT count(*) FROM \(table.name) WHERE NOT (\(check))")
                if rows > 0 { outcome.fail("\(rows) rows of \(table.name) break CHECK (\(check))") }
            }
        }
        return outcome
    }

    /// The expressions of the CHECK constraints in a CREATE TABLE statement.
    static func constraints(in sql: String) -> [String] {
        sql.components(separatedBy: "CHECK (").dropFirst().map { rest in
            var depth = 1
            return String(
                rest.prefix { character in
                    depth += character == "(" ? 1 : character == ")" ? -1 : 0
                    return depth > 0
                })
        }
    }

    private func foreignKeys() throws -> Outcome {
        var outcome = Outcome(looked: "every reference between tables")
        try db.forEachRow("PRAGMA foreign_key_check") { row in
            let (table, id, missing) = (try row.text(0), try row.optionalInteger(1), try row.text(2))
            outcome.fail("\(table) \(id ?? 0) refers to a missing \(missing)")
        }
        return outcome
    }

    private func schema() throws -> Outcome {
        let expected = try Schema.expectedObjects()
        let found = try Schema.objects(db)
        var outcome = Outcome(looked: "\(expected.count) tables, indexes, triggers and views")
        for name in Set(expected.subtracting(found).map { "\($0.type) \($0.name)" }).sorted() {
            outcome.fail("\(name) is missing or altered")
        }
        let known = Set(expected.map { "\($0.type) \($0.name)" })
        for name in Set(found.map { "\($0.type) \($0.name)" }).subtracting(known).sorted() {
            outcome.fail("\(name) does not belong here")
        }
        if try db.integer("PRAGMA application_id") != Schema.applicationID {
            outcome.fail("the application id was changed")
        }
        return outcome
    }

    // MARK: The ledger

    private func sequence() throws -> Outcome {
        let size = try count("SELECT ifnull(max(seq), 0) FROM record")
        var outcome = Outcome(looked: "\(size) records")
        if try count("SELECT count(*) FROM record") != size { outcome.fail("there are gaps in the ledger") }
        try violations(
            """
            SELECT 'batch ' || first_seq || ' does not follow from the one before' FROM (
                SELECT first_seq, lag(first_seq + records, 1, 1) OVER (ORDER BY first_seq) AS expected FROM batch)
            WHERE first_seq <> expected
            """, into: &outcome)
        if try count("SELECT ifnull(sum(records), 0) FROM batch") != size {
            outcome.fail("the batches do not cover the ledger")
        }
        try violations(
            """
            SELECT 'record ' || seq || ': its evidence is no JSON array' FROM record
            WHERE evidence IS NOT NULL AND NOT (json_valid(evidence) AND json_type(evidence) = 'array')
            """, into: &outcome)
        return outcome
    }

    private func accounting() throws -> Outcome {
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM source")) sources")
        try violations(
            """
            WITH counted AS (
                SELECT source, count(*) AS records, sum(decision = 'kept') AS kept,
                    sum(duplicate_kind IS 'exact') AS exact, sum(duplicate_kind IS 'near') AS near,
                    sum(decision = 'rejected') AS rejected, max(ordinal) AS last
                FROM record GROUP BY source)
            SELECT 'source ' || s.id || ' (' || s.name || '): its counters are not those of its records'
            FROM source AS s LEFT JOIN progress AS p ON p.source = s.id LEFT JOIN counted AS c ON c.source = s.id
            WHERE p.records IS NOT ifnull(c.records, 0) OR p.kept IS NOT ifnull(c.kept, 0)
                OR p.duplicate_exact IS NOT ifnull(c.exact, 0) OR p.duplicate_near IS NOT ifnull(c.near, 0)
                OR p.rejected IS NOT ifnull(c.rejected, 0)
                OR p.records <> p.kept + p.duplicate_exact + p.duplicate_near + p.rejected
                OR p.next_ordinal <= ifnull(c.last, -1)
            """, into: &outcome)
        return outcome
    }

    private func duplicates() throws -> Outcome {
        var outcome = Outcome(
            looked: "\(try count("SELECT count(*) FROM record WHERE decision = 'duplicate'")) duplicates")
        try violations(
            """
            SELECT 'record ' || r.seq || ' repeats ' || ifnull(r.duplicate_seq, 'nothing') || ', which is not kept before it'
            FROM record AS r LEFT JOIN record AS k ON k.seq = r.duplicate_seq
            WHERE (r.decision = 'duplicate' OR r.duplicate_seq IS NOT NULL)
                AND (r.decision <> 'duplicate' OR k.decision IS NOT 'kept' OR k.seq >= r.seq)
            """, into: &outcome)
        try violations(
            """
            SELECT 'documents ' || min(seq) || ' and ' || max(seq) || ' are both kept and have the same words'
            FROM document GROUP BY content_key HAVING count(*) > 1
            """, into: &outcome)
        return outcome
    }

    private func documents() throws -> Outcome {
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM document")) kept documents")
        try violations(
            """
            SELECT 'record ' || r.seq || ' is kept without its document or its text'
            FROM record AS r LEFT JOIN document AS d ON d.seq = r.seq
            WHERE r.decision = 'kept' AND (d.tokens IS NOT r.tokens
                OR d.synthetic + d.real <> 1000 * d.tokens OR d.synthetic NOT BETWEEN 0 AND 1000 * d.tokens
                OR NOT EXISTS (SELECT 1 FROM text WHERE seq = r.seq))
            """, into: &outcome)
        for table in ["document", "text"] {
            try violations(
                """
                SELECT '\(table) ' || x.seq || ' belongs to no kept record'
                FROM \(table) AS x LEFT JOIN record AS r ON r.seq = x.seq WHERE r.decision IS NOT 'kept'
                """, into: &outcome)
        }
        return outcome
    }

    // MARK: Shards

    /// Adds the chain of admissions up again, from the documents' masses at the time.
    private func shards() throws -> Outcome {
        var caps: [Int64: Int64] = [:]
        try db.forEachRow("SELECT id, cap_ppm FROM shard") { caps[try $0.integer(0)] = try $0.integer(1) }
        var outcome = Outcome(looked: "\(caps.count) shards")
        var totals: [Int64: ShardTotals] = [:]
        var expected: Int64 = 0
        let sql = """
            SELECT a.id, a.shard, a.action, a.documents_after, a.synthetic_after, a.real_after, \(StoreReader.masses)
            FROM admission AS a LEFT JOIN document AS d ON d.seq = a.document \(Verification.reviewThen) ORDER BY a.id
            """
        try db.forEachRow(sql) { row in
            expected += 1
            let (id, shard, action) = (try row.integer(0), try row.integer(1), try row.integer(2))
            let (synthetic, real) = (try row.optionalInteger(6), try row.optionalInteger(7))
            guard let cap = caps[shard], let synthetic, let real, action == 1 || action == -1 else {
                return outcome.fail("admission \(id) is of no shard or no document")
            }
            let mass = ShardTotals(documents: action, synthetic: action &* synthetic, real: action &* real)
            let after = (totals[shard] ?? ShardTotals()).adding(mass)
            totals[shard] = after
            if id != expected { outcome.fail("admission \(id) comes where \(expected) should") }
            let stated = ShardTotals(
                documents: try row.integer(3), synthetic: try row.integer(4), real: try row.integer(5))
            if after != stated { outcome.fail("admission \(id): the totals of shard \(shard) do not add up") }
            if !after.obey(capPPM: cap) { outcome.fail("admission \(id) puts shard \(shard) over its cap") }
        }
        return outcome
    }

    /// Asks where each document is, and whether the shards' totals are those of the documents in them.
    private func placements() throws -> Outcome {
        var outcome = Outcome(looked: "every document in one shard or held")
        try violations(
            """
            SELECT 'document ' || document || ' is not in one shard or none'
            FROM (SELECT document, sum(action) AS inside FROM admission GROUP BY document, shard)
            GROUP BY document HAVING sum(inside) NOT IN (0, 1) OR min(inside) < 0 OR max(inside) > 1
            """, into: &outcome)
        try violations(
            """
            WITH found AS (
                SELECT a.shard, sum(a.action) AS documents,
                    sum(a.action * ifnull(v.synthetic, d.synthetic)) AS synthetic,
                    sum(a.action * iif(v.id IS NULL, d.real, 1000 * d.tokens - v.synthetic)) AS real
                FROM admission AS a JOIN document AS d ON d.seq = a.document \(Verification.reviewThen)
                GROUP BY a.shard)
            SELECT 'shard ' || t.shard || ' does not hold what its totals say'
            FROM shard_total AS t LEFT JOIN found AS f ON f.shard = t.shard
            WHERE t.documents <> ifnull(f.documents, 0) OR t.synthetic <> ifnull(f.synthetic, 0)
                OR t.real <> ifnull(f.real, 0) OR t.synthetic * 1000000 > t.cap_ppm * t.real
            """, into: &outcome)
        return outcome
    }

    // MARK: What hangs on the ledger

    private func addresses() throws -> Outcome {
        var outcome = Outcome(
            looked: "\(try count("SELECT count(*) FROM address")) addresses against their commitments")
        let sql = """
            SELECT a.seq, a.salt, a.url, a.url_key, r.url_commitment, a.host, a.host_key
            FROM address AS a LEFT JOIN record AS r ON r.seq = a.seq ORDER BY a.seq
            """
        try db.forEachRow(sql) { row in
            let (seq, url, host) = (try row.integer(0), try row.text(2), try row.text(5))
            let committed = Digest.of(try row.bytes(1) + Array(url.utf8))
            let isSound =
                try row.optionalDigest(4) == committed && row.optionalInteger(3) == Lookup.key(of: url)
                && row.optionalInteger(6) == Lookup.key(of: host)
            if !isSound { outcome.fail("the address of record \(seq) is not the one committed to") }
        }
        return outcome
    }

    private func lookups() throws -> Outcome {
        // By number and not by the highest seq: where that is made up, the ledger has gaps, which another check says.
        let segments = try count("SELECT count(*) FROM record") / Lookup.segmentSize
        var outcome = Outcome(looked: "\(segments) whole segments")
        if try Lookup.segments(db) != segments { outcome.fail("there are not as many segments as the ledger fills") }
        for segment in 0..<segments {
            var expected = try Lookup.entries(db, segment: segment)[...]
            let sql = "SELECT key, seq FROM lookup WHERE segment = ? AND seq > 0 ORDER BY key, seq"
            var isEqual = true
            try db.forEachRow(sql, [segment]) { row in
                let entry = Lookup.Entry(key: try row.integer(0), seq: try row.integer(1))
                isEqual = isEqual && expected.popFirst() == entry
            }
            if !isEqual || !expected.isEmpty { outcome.fail("segment \(segment) does not hold its records' keys") }
        }
        return outcome
    }

    private func releases() throws -> Outcome {
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM release")) releases")
        try violations(
            """
            SELECT 'release ' || name || ' does not have its documents' FROM release AS r
            WHERE documents <> (SELECT count(*) FROM release_document WHERE release = r.id)
            """, into: &outcome)
        try violations(
            """
            SELECT DISTINCT 'documents are listed for release ' || release || ', which there is not'
            FROM release_document WHERE release NOT IN (SELECT id FROM release)
            """, into: &outcome)
        return outcome
    }

    private func texts() throws -> Outcome {
        guard let decompress else { return Outcome(looked: "not asked for") }
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM text")) texts against their digests")
        let sql = """
            SELECT t.seq, t.raw_bytes, t.body, r.document FROM text AS t LEFT JOIN record AS r ON r.seq = t.seq
            ORDER BY t.seq
            """
        try db.forEachRow(sql) { row in
            let (seq, size) = (try row.integer(0), Int(try row.integer(1, in: StoredText.sizes)))
            let stored = StoredText(body: try row.bytes(2), rawBytes: size)
            let digest = try row.optionalDigest(3)
            let raw = try? decompress(stored)
            if digest == nil || raw.map(Digest.of) != digest || raw?.count != size {
                outcome.fail("the text of document \(seq) is not the one that was kept")
            }
        }
        return outcome
    }
}
