import CSluiceSystem
import Foundation
import GRDB
import SluiceCore

extension Store {
    /// Holds everything that can be recomputed from rows against what is written down: the file, the schema, the accounting,
    /// the shards' chain and caps, the verdicts, the documents, the addresses' commitments, the releases. ``verifyTexts`` does
    /// the rest.
    ///
    /// One finding a check, failed ones with the first places to look at. Works on one state of the store while others
    /// write. O(*n* log *n*) in the records; memory does not grow with them.
    public func verify() throws(SluiceError) -> [Finding] {
        try read { reader in
            let verification = Verification(db: reader.db, path: files.database)
            return Verification.checks.map { verification.run($0.name, $0.check) }
        }
    }

    /// Holds every text against its digest and, where the caller says how texts are `read`, what deduplication remembers
    /// of every document against its text. On one state of the store; O(bytes).
    public func verifyTexts(
        decompress: (StoredText) throws -> [UInt8], read facts: ((_ text: [UInt8]) -> TextFacts)? = nil
    ) throws(SluiceError) -> Finding {
        try read { reader in
            Verification(db: reader.db, path: files.database).run("texts") { try $0.texts(decompress, facts) }
        }
    }
}

/// What deduplication remembers of a document, and follows from its text.
public struct TextFacts: Sendable, Equatable {
    /// Its length in words.
    public var tokens: Int
    /// SHA-256 of its normalised words.
    public var contentKey: Digest
    /// Its band keys, as the near-duplicate index packs them; nil where the store's parameters are not at hand.
    public var bands: [UInt8]?

    /// The facts of their parts.
    public init(tokens: Int, contentKey: Digest, bands: [UInt8]?) {
        (self.tokens, self.contentKey, self.bands) = (tokens, contentKey, bands)
    }
}

/// The checks of ``Store/verify()``. Each says what it looked at, or what it found wrong.
struct Verification {
    let db: Database
    /// The database file.
    let path: String

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
        ("judgements", { try $0.judgements() }),
        ("documents", { try $0.documents() }),
        ("shards", { try $0.shards() }),
        ("placements", { try $0.placements() }),
        ("reviews", { try $0.reviews() }),
        ("addresses", { try $0.addresses() }),
        ("lookups", { try $0.lookups() }),
        ("releases", { try $0.releases() }),
    ]

    /// A check that cannot be finished has failed, unless it is the system that keeps it from looking.
    func run(_ name: String, _ check: (Verification) throws -> Outcome) -> Finding {
        do {
            let outcome = try check(self)
            guard outcome.wrong > 0 else { return Finding(check: name, passed: true, detail: outcome.looked) }
            let more = outcome.wrong > outcome.first.count ? ", and \(outcome.wrong - outcome.first.count) more" : ""
            return Finding(check: name, passed: false, detail: outcome.first.joined(separator: "; ") + more)
        } catch {
            if let hindrance = hindrance(error) { return Finding(check: name, hindrance: hindrance) }
            let reason = (error as? SluiceError)?.message ?? "\(error)"
            return Finding(check: name, passed: false, detail: "cannot be checked: \(reason)")
        }
    }

    /// What `error` says of the system; nil where it speaks of the store.
    private func hindrance(_ error: any Error) -> SluiceError? {
        guard let error = error as? DatabaseError else { return nil }
        switch error.resultCode.primaryResultCode {
        case .SQLITE_CORRUPT: return unreadable
        case .SQLITE_IOERR, .SQLITE_NOMEM: return StoreFault.explain(error, path: path, writing: false)
        default: return nil
        }
    }

    /// What the system said when it refused to read the database; nil where it never did.
    private var unreadable: SluiceError? {
        let number = db.sqliteConnection.map { sluice_sqlite_file_errno($0) } ?? 0
        return number == 0 ? nil : .unreadable(path, number)
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
        // Of pages that it cannot read, and of all behind them, SQLite says that they are wrong.
        if outcome.wrong > 0, unreadable != nil { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        for table in try Schema.expectedObjects() where table.type == "table" {
            // All in one reading of the table; one by one only where one of them does not hold.
            let checks = Verification.constraints(in: table.sql)
            let broken = checks.map { "NOT (\($0))" }.joined(separator: " OR ")
            guard !checks.isEmpty, try count("SELECT count(*) FROM \(table.name) WHERE \(broken)") > 0 else { continue }
            for check in checks {
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
        try violations(
            """
            SELECT 'shard ' || id || ' is open, and others come behind it' FROM shard
            WHERE state IS NOT 'sealed' AND id < (SELECT max(id) FROM shard)
            """, into: &outcome)
        return outcome
    }

    /// Asks where each document is. What the documents in a shard come to is added up with the chain.
    private func placements() throws -> Outcome {
        var outcome = Outcome(looked: "every document in one shard or held")
        try violations(
            """
            SELECT 'document ' || document || ' is not in one shard or none'
            FROM (SELECT document, sum(action) AS inside FROM admission GROUP BY document, shard)
            GROUP BY document HAVING sum(inside) NOT IN (0, 1) OR min(inside) < 0 OR max(inside) > 1
            """, into: &outcome)
        let counted = try db.integer("SELECT number FROM census WHERE what = 'seq'") ?? 0
        try violations(
            """
            SELECT 'document ' || d.seq || ' is not where the table held says; empty that table'
            FROM document AS d LEFT JOIN held AS h ON h.document = d.seq
            WHERE d.seq <= \(counted) AND (h.document IS NOT NULL) <> (\(StoreReader.isHeld))
            UNION ALL SELECT 'the table held names ' || document || ', which was not kept' FROM held
            WHERE document NOT IN (SELECT seq FROM document)
            """, into: &outcome)
        return outcome
    }
}
