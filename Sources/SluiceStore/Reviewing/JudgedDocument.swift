import GRDB
import SluiceCore
import SluiceLedger

/// A kept document with what an estimate of prevalence goes by.
public struct JudgedDocument: Sendable {
    /// The number of its source.
    public var source: Int64
    /// When it was captured, RFC 3339, where that is known.
    public var captured: String?
    /// The host it was captured from, where that is known and was not erased.
    public var host: String?
    /// What is held of it: the latest review, else its own row.
    public var verdict: Verdict
    /// Where that comes from.
    public var origin: Origin
    /// What the evidence of its own row adds up to.
    public var evidence: EvidenceSum
}

extension StoreReader {
    /// Calls `body` with each kept document, in the order of the ledger. Reads every record without the texts, some
    /// microseconds each; one document in memory at a time.
    public func forEachKept(_ body: (JudgedDocument) throws -> Void) throws {
        let sql = """
            SELECT r.seq, r.source, r.captured, \(StoredHost.column(of: "a")), ifnull(v.verdict, r.verdict),
                iif(v.id IS NULL, r.origin, 'reviewed'), iif(typeof(r.evidence) = 'blob', r.evidence, NULL)
            FROM record AS r LEFT JOIN address AS a ON a.seq = r.seq
            \(StoreReader.latestReview(of: "r"))
            WHERE r.decision = 'kept' ORDER BY r.seq
            """
        try db.forEachRow(sql) { row in
            let sum: EvidenceSum
            if row.isNull(6) {
                sum = try jsonSum(ofRecord: row.integer(0))
            } else {
                guard let packed = PackedEvidence.sum(of: try row.bytes(6)) else { throw row.damaged(6, "evidence") }
                sum = packed
            }
            try body(
                JudgedDocument(
                    source: row.integer(1), captured: row.optionalMoment(2), host: row.optionalText(3),
                    verdict: row.word(4), origin: row.word(5), evidence: sum))
        }
    }

    /// What evidence adds up to that is stored as a JSON array: of rows before `migrations/0004_compact.sql`.
    private func jsonSum(ofRecord seq: Int64) throws -> EvidenceSum {
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
