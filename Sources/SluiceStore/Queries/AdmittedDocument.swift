import GRDB
import SluiceCore
import SluiceLedger

extension StoreReader {
    /// The number of the last step that any shard took; 0 where there was none.
    public func lastAdmission() throws -> Int64 { try next("id", in: "admission") - 1 }
}

/// A document in a shard, with what an export says about it.
public struct AdmittedDocument: Sendable, Equatable {
    /// Its place in the order of admission, over all shards.
    public var admission: Int64
    /// Its provenance row.
    public var row: ProvenanceRow
    /// What its source was called when it first came.
    public var sourceName: String
    /// What the operator calls its source.
    public var sourceLabel: String?
    /// The address, where it has not been erased.
    public var url: String?
    /// Machine-written mass in force, in thousandths of a token.
    public var synthetic: Int64
    /// Human mass in force, in thousandths of a token.
    public var real: Int64
    /// The review in force; nil where nobody reviewed it.
    public var review: Review?
}

extension StoreReader {
    /// Calls `body` with each document that is in a shard now, in the order of admission; texts are read with
    /// ``text(of:)``. One document in memory at a time.
    ///
    /// - Parameters:
    ///   - admissions: Only those that were admitted by one of these.
    ///   - limit: At most so many; 0 for all.
    public func forEachAdmitted(
        toShard shard: Int64, by admissions: ClosedRange<Int64> = 0 ... .max, limit: Int = 0,
        _ body: (AdmittedDocument) throws -> Void
    ) throws {
        let sql = """
            SELECT \(RowDecoder.columns), m.id, \(StoreReader.masses), \(StoreReader.reviewColumns)
            FROM admission AS m
            CROSS JOIN document AS d ON d.seq = m.document
            CROSS JOIN record AS r ON r.seq = m.document
            CROSS JOIN source AS s ON s.id = r.source
            LEFT JOIN address AS a ON a.seq = r.seq
            \(StoreReader.latestReview)
            WHERE m.shard = ? AND m.action = 1 AND m.id BETWEEN ? AND ?
                AND NOT EXISTS (SELECT 1 FROM admission WHERE document = m.document AND id > m.id)
            ORDER BY m.id LIMIT ?
            """
        let next = RowDecoder.columnCount
        let arguments: StatementArguments = [
            shard, admissions.lowerBound, admissions.upperBound, limit > 0 ? limit : -1,
        ]
        try db.forEachRow(sql, arguments) { row in
            try body(
                AdmittedDocument(
                    admission: row.integer(next), row: RowDecoder.row(row), sourceName: row.text(RowDecoder.sourceName),
                    sourceLabel: row.optionalText(RowDecoder.sourceLabel), url: row.optionalText(RowDecoder.url),
                    synthetic: row.integer(next + 1, in: ShardTotals.masses),
                    real: row.integer(next + 2, in: ShardTotals.masses),
                    review: StoreReader.review(row, from: next + 3)))
        }
    }
}
