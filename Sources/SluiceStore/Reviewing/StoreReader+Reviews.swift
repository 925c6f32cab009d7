import GRDB
import SluiceCore
import SluiceLedger

extension StoreReader {
    /// Joins the latest review of `d.seq` as `v`: one probe.
    static let latestReview = latestReview(of: "d")

    /// Joins the latest review of the document of `row`, something with a `seq`, as `v`; of those alone for which `condition`
    /// holds, where there is one.
    static func latestReview(of row: String, where condition: String = "true") -> String {
        "LEFT JOIN review AS v ON v.id = (SELECT max(id) FROM review WHERE document = \(row).seq AND \(condition))"
    }

    /// The masses in force of a document `d` whose latest review is `v`: synthetic, real.
    static let masses =
        "ifnull(v.synthetic, d.synthetic), iif(v.id IS NULL, d.real, 1000 * d.tokens - v.synthetic)"

    /// The columns of a review `v`, in the order of ``review(_:from:)``.
    static let reviewColumns = "v.id, v.document, v.verdict, v.reviewer, v.note, v.time_us, v.synthetic"
    /// How many columns that are.
    static let reviewColumnCount: Int32 = 7

    /// The review in the columns of `row` from `column` on, or nil where there is none.
    static func review(_ row: StoredRow, from column: Int32) throws(SluiceError) -> Review? {
        guard let id = try row.optionalInteger(column, in: 1...1 << 53) else { return nil }
        return Review(
            id: id, document: try row.integer(column + 1), verdict: try row.word(column + 2),
            reviewer: try row.text(column + 3), note: try row.optionalText(column + 4),
            timeMicroseconds: try row.integer(column + 5),
            synthetic: try row.integer(column + 6, in: ShardTotals.masses))
    }

    /// How many reviews came to each verdict, repeated ones included.
    public func reviewCounts() throws -> [Verdict: Int64] {
        var counts: [Verdict: Int64] = [:]
        try db.forEachRow("SELECT verdict, count(*) FROM review GROUP BY verdict") { row in
            counts[try row.word(0)] = try row.count(1)
        }
        return counts
    }

    /// How many reviews were written, repeated ones included.
    public func reviewCount() throws -> Int64 { try next("id", in: "review") - 1 }

    /// The reviews of the document that row `seq` kept, oldest first.
    public func reviews(of seq: Int64) throws -> [Review] {
        var reviews: [Review] = []
        let sql = "SELECT \(StoreReader.reviewColumns) FROM review AS v WHERE v.document = ? ORDER BY v.id"
        try db.forEachRow(sql, [seq]) { row in
            if let review = try StoreReader.review(row, from: 0) { reviews.append(review) }
        }
        return reviews
    }

    /// The reviewed documents behind row `after`, at most `limit` of them in order of seq, each with the latest of the
    /// reviews up to number `last`: what was in force when that one was written.
    public func reviewedDocuments(after: Int64, upTo last: Int64, limit: Int) throws -> [ReviewedDocument] {
        let sql = """
            SELECT \(StoreReader.reviewColumns), r.document, s.name, s.label, \(StoredHost.column(of: "a"))
            FROM (SELECT document, max(id) AS id FROM review WHERE document > ? AND id <= ?
                GROUP BY document ORDER BY document LIMIT ?) AS l
            CROSS JOIN review AS v ON v.id = l.id
            CROSS JOIN record AS r ON r.seq = v.document
            CROSS JOIN source AS s ON s.id = r.source
            LEFT JOIN address AS a ON a.seq = r.seq
            ORDER BY v.document
            """
        var found: [ReviewedDocument] = []
        let next = StoreReader.reviewColumnCount
        try db.forEachRow(sql, [after, last, max(limit, 0)]) { row in
            guard let review = try StoreReader.review(row, from: 0) else { return }
            found.append(
                ReviewedDocument(
                    review: review, digest: try row.digest(next),
                    source: try row.optionalText(next + 2) ?? row.text(next + 1),
                    host: try row.optionalText(next + 3)))
        }
        return found
    }
}

/// A document with the review that is in force.
public struct ReviewedDocument: Sendable, Equatable {
    /// The review.
    public var review: Review
    /// SHA-256 of its text.
    public var digest: Digest
    /// What its source is called: the label, else the name.
    public var source: String
    /// The host it was captured from, where that is known and was not erased.
    public var host: String?
}
