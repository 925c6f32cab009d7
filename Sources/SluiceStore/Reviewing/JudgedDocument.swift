import GRDB
import SluiceCore
import SluiceLedger

/// What is held of who wrote a kept document.
public struct DocumentOpinion: Sendable {
    /// The latest review's verdict, else that of its own row.
    public var verdict: Verdict
    /// Where that comes from.
    public var origin: Origin
    /// What the evidence of its own row adds up to.
    public var evidence: EvidenceSum
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
    public var opinion: DocumentOpinion
}

extension StoreReader {
    /// Calls `body` with each kept document, in the order of the ledger. Reads every record without the texts, some
    /// microseconds each; one document in memory at a time.
    public func forEachKept(_ body: (JudgedDocument) throws -> Void) throws {
        let sql = """
            SELECT \(StoreReader.opinionColumns), r.source, r.captured, \(StoredHost.column(of: "a"))
            FROM record AS r LEFT JOIN address AS a ON a.seq = r.seq
            \(StoreReader.latestReview(of: "r"))
            WHERE r.decision = 'kept' ORDER BY r.seq
            """
        try db.forEachRow(sql) { row in
            try body(
                JudgedDocument(
                    source: row.integer(4), captured: row.optionalMoment(5), host: row.optionalText(6),
                    opinion: opinion(row)))
        }
    }

    /// Calls `body` with what is held of each document that one of `rows` kept, in their order; some microseconds each.
    public func forEachOpinion(ofRows rows: ClosedRange<Int64>, _ body: (DocumentOpinion) throws -> Void) throws {
        let sql = """
            SELECT \(StoreReader.opinionColumns) FROM record AS r \(StoreReader.latestReview(of: "r"))
            WHERE r.decision = 'kept' AND r.seq BETWEEN ? AND ? ORDER BY r.seq
            """
        try db.forEachRow(sql, [rows.lowerBound, rows.upperBound]) { try body(opinion($0)) }
    }

    /// The rows of the documents that are in a shard now, ascending. Eight bytes of memory each.
    public func documents(inShard shard: Int64) throws -> [Int64] {
        let sql =
            "SELECT document FROM admission WHERE shard = ? GROUP BY document HAVING sum(action) = 1 ORDER BY document"
        return try db.rows(sql, [shard]) { try $0.integer(0) }
    }

    /// The rows that were written while a shard was filling, in order: together all of the ledger, where there is a shard. A
    /// shard that held documents filled at once has none; the last one's go on to the end of the ledger.
    public func stretchesOfShards() throws -> [(shard: Int64, rows: ClosedRange<Int64>)] {
        let last = try nextSeq() - 1
        var stretches: [(shard: Int64, rows: ClosedRange<Int64>)] = []
        var newest: Int64 = 0
        let sql = "SELECT shard, max(document) FROM admission WHERE action = 1 GROUP BY shard ORDER BY shard"
        let shards = try db.rows(sql) { (shard: try $0.integer(0), newest: try $0.integer(1, in: 1...max(last, 1))) }
        for (index, shard) in shards.enumerated() {
            let end = index == shards.count - 1 ? last : shard.newest
            guard end > newest else { continue }
            stretches.append((shard.shard, newest + 1...end))
            newest = end
        }
        return stretches
    }

    private static let opinionColumns = """
        r.seq, ifnull(v.verdict, r.verdict), iif(v.id IS NULL, r.origin, 'reviewed'),
        iif(typeof(r.evidence) = 'blob', r.evidence, NULL)
        """

    private func opinion(_ row: StoredRow) throws -> DocumentOpinion {
        let sum: EvidenceSum
        if row.isNull(3) {
            sum = try evidenceSum(ofRecord: row.integer(0))
        } else {
            guard let packed = PackedEvidence.sum(of: try row.bytes(3)) else { throw row.damaged(3, "evidence") }
            sum = packed
        }
        return DocumentOpinion(verdict: try row.word(1), origin: try row.word(2), evidence: sum)
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
