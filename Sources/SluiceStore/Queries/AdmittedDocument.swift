import GRDB
import SluiceCore
import SluiceLedger

extension StoreReader {
    /// The number of the last step that any shard took; 0 where there was none.
    public func lastAdmission() throws -> Int64 { try next("id", in: "admission") - 1 }

    /// The rows of the documents that are in a shard now, ascending. Eight bytes of memory each.
    public func documents(inShard shard: Int64) throws -> [Int64] {
        let sql =
            "SELECT document FROM admission WHERE shard = ? GROUP BY document HAVING sum(action) = 1 ORDER BY document"
        return try db.rows(sql, [shard]) { try $0.integer(0) }
    }

    /// The rows that were written while shards were filling, in order and without a gap from the first one on: those of a shard,
    /// or of several that follow one another, at least ``leastStretch`` rows where there are as many. They end with the last
    /// document that a shard took, but for an open one's, which go on to the end of the ledger.
    public func stretchesOfShards() throws -> [ClosedRange<Int64>] {
        let last = try nextSeq() - 1
        var stretches: [ClosedRange<Int64>] = []
        var (start, newest): (Int64, Int64) = (1, 0)
        let sql = """
            SELECT s.state = 'open', max(m.document) FROM shard AS s JOIN admission AS m ON m.shard = s.id
            WHERE m.action = 1 GROUP BY s.id ORDER BY s.id
            """
        let shards = try db.rows(sql) { (isOpen: try $0.flag(0), newest: try $0.integer(1, in: 1...max(last, 1))) }
        for shard in shards {
            newest = max(newest, shard.isOpen ? last : shard.newest)
            guard newest - start + 1 >= StoreReader.leastStretch else { continue }
            stretches.append(start...newest)
            start = newest + 1
        }
        // What is left is too little for a stretch of its own.
        if newest >= start { stretches.append((stretches.popLast()?.lowerBound ?? start)...newest) }
        return stretches
    }

    /// The fewest rows from which an estimate is made by themselves.
    static let leastStretch: Int64 = 2000
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

/// A moment in a store's life: how much of what only grows was there.
public struct StoreMoment: Sendable, Equatable {
    /// The last step that any shard took.
    public var admission: Int64
    /// The last review.
    public var review: Int64

    /// After everything.
    static let end = StoreMoment(admission: .max, review: .max)
}

extension StoreReader {
    /// The moment that this reader sees.
    public func moment() throws -> StoreMoment {
        StoreMoment(admission: try lastAdmission(), review: try reviewCount())
    }

    /// Calls `body` with each document that is in a shard now, or was at a `moment`, in the order of admission; texts are read with
    /// ``text(of:)``. One document in memory at a time.
    ///
    /// - Parameters:
    ///   - admissions: Only those that were admitted by one of these.
    ///   - limit: At most so many; 0 for all.
    ///   - moment: When each has to have been in the shard, and what its review was then.
    ///   - asAdmitted: Whether each is as it was when it was admitted, without the reviews since, so that their masses add up to
    ///     the shard's.
    public func forEachAdmitted(
        toShard shard: Int64, by admissions: ClosedRange<Int64> = 0 ... .max, limit: Int = 0,
        at moment: StoreMoment? = nil, asAdmitted: Bool = false,
        _ body: (AdmittedDocument) throws -> Void
    ) throws {
        let moment = moment ?? .end
        let sql = """
            SELECT \(RowDecoder.columns), m.id, \(StoreReader.masses), \(StoreReader.reviewColumns)
            FROM admission AS m
            CROSS JOIN document AS d ON d.seq = m.document
            CROSS JOIN record AS r ON r.seq = m.document
            CROSS JOIN source AS s ON s.id = r.source
            LEFT JOIN address AS a ON a.seq = r.seq
            \(StoreReader.latestReview(of: "d", where: asAdmitted ? "after_admission < m.id" : "id <= \(moment.review)"))
            WHERE m.shard = ? AND m.action = 1 AND m.id BETWEEN ? AND ?
                AND NOT EXISTS (SELECT 1 FROM admission WHERE document = m.document AND id > m.id AND id <= ?)
            ORDER BY m.id LIMIT ?
            """
        let next = RowDecoder.columnCount
        let arguments: StatementArguments = [
            shard, admissions.lowerBound, admissions.upperBound, moment.admission, limit > 0 ? limit : -1,
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
