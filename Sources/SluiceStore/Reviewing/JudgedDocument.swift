import GRDB
import SluiceCore
import SluiceLedger

/// What is held of who wrote a kept document.
public struct JudgementInForce: Sendable {
    /// The latest review's verdict, else that of its own row.
    public var verdict: Verdict
    /// Where that comes from.
    public var origin: Origin
    /// What the evidence of its own row adds up to.
    public var evidence: EvidenceSum

    /// What an estimate goes by of all that.
    public var authorship: Authorship { evidence.authorship(verdict, origin) }
}

/// A kept document with what an estimate of prevalence goes by.
public struct JudgedDocument: Sendable {
    /// The number of its source.
    public var source: Int64
    /// When it was captured, RFC 3339, where that is known.
    public var captured: String?
    /// The host it was captured from, where that is known and was not erased.
    public var host: String?
    /// Who is held to have written it.
    public var judgement: JudgementInForce
}

extension StoreReader {
    /// Calls `body` with each kept document, in the order of the ledger. Reads every record without the texts, some
    /// microseconds each; one document in memory at a time.
    public func forEachKept(_ body: (JudgedDocument) throws -> Void) throws {
        let sql = """
            SELECT \(StoreReader.judgementColumns), r.source, r.captured, \(StoredHost.column(of: "a"))
            FROM record AS r LEFT JOIN address AS a ON a.seq = r.seq
            \(StoreReader.latestReview(of: "r"))
            WHERE r.decision = 'kept' ORDER BY r.seq
            """
        try db.forEachRow(sql) { row in
            try body(
                JudgedDocument(
                    source: row.integer(4), captured: row.optionalMoment(5), host: row.optionalText(6),
                    judgement: judgementInForce(row)))
        }
    }

    /// Calls `body` with what is held of each document that one of `rows` kept, in their order; some microseconds each.
    public func forEachJudgement(ofRows rows: ClosedRange<Int64>, _ body: (JudgementInForce) throws -> Void) throws {
        let sql = """
            SELECT \(StoreReader.judgementColumns) FROM record AS r \(StoreReader.latestReview(of: "r"))
            WHERE r.decision = 'kept' AND r.seq BETWEEN ? AND ? ORDER BY r.seq
            """
        try db.forEachRow(sql, [rows.lowerBound, rows.upperBound]) { try body(judgementInForce($0)) }
    }

    private static let judgementColumns = """
        r.seq, ifnull(v.verdict, r.verdict), iif(v.id IS NULL, r.origin, 'reviewed'),
        iif(typeof(r.evidence) = 'blob', r.evidence, NULL)
        """

    private func judgementInForce(_ row: StoredRow) throws -> JudgementInForce {
        let sum: EvidenceSum
        if row.isNull(3) {
            sum = try evidenceSum(ofRecord: row.integer(0))
        } else {
            guard let packed = PackedEvidence.sum(of: try row.bytes(3)) else { throw row.damaged(3, "evidence") }
            sum = packed
        }
        return JudgementInForce(verdict: try row.word(1), origin: try row.word(2), evidence: sum)
    }

    /// What evidence adds up to that is stored as a JSON array: of rows before `migrations/0004_compact.sql`.
    public func evidenceSum(ofRecord seq: Int64) throws -> EvidenceSum {
        let sql = """
            SELECT json_extract(value, '$.kind'), ifnull(json_extract(value, '$.weight'), 0.0)
            FROM record AS r, json_each(iif(json_valid(r.evidence), r.evidence, 'null')) WHERE r.seq = ?
            """
        var sum = EvidenceSum()
        try db.forEachRow(sql, [seq], staysPrepared: true) { row in
            sum.add(try row.optionalNumber(1) ?? 0, EvidenceSum.Subject(kind: try row.text(0)))
        }
        return sum
    }
}
