import GRDB
import SluiceCore

/// What was made of a source, out of its rows.
extension StoreReader {
    /// Kept documents of a source by the verdict that they were kept with. Reads that source's records.
    public func firstVerdicts(ofSource id: Int64) throws -> [Verdict: Int] {
        var counts: [Verdict: Int] = [:]
        let sql = """
            SELECT r.verdict, count(*) FROM \(StoreReader.recordsOfSource) AND r.decision = 'kept' GROUP BY r.verdict
            """
        try db.forEachRow(sql, [id]) { row in counts[try row.word(0)] = Int(try row.count(1)) }
        return counts
    }

    /// How many duplicates among these rows declare another verdict than the one in force on the document kept before them.
    public func otherLabels(among rows: ClosedRange<Int64>) throws -> Int {
        let sql = """
            SELECT count(*) FROM record AS r JOIN record AS k ON k.seq = r.duplicate_seq
            WHERE r.seq BETWEEN ? AND ? AND r.verdict IS NOT NULL AND r.verdict IS NOT
                ifnull((SELECT verdict FROM review WHERE document = k.seq ORDER BY id DESC LIMIT 1), k.verdict)
            """
        return Int(try db.integer(sql, [rows.lowerBound, rows.upperBound]) ?? 0)
    }

    /// The UUID of the run that wrote the last row of a source; nil where there is none.
    public func run(ofSource id: Int64) throws -> String? {
        guard let last = try span(ofSource: id)?.upperBound else { return nil }
        let sql = """
            SELECT u.uuid FROM batch AS b JOIN run AS u ON u.id = b.run
            WHERE b.first_seq <= ? ORDER BY b.first_seq DESC LIMIT 1
            """
        return try db.firstRow(sql, [last]) { try $0.text(0) }
    }

    /// The records `r` of the source `?1`, by its stretches `s`, to be ordered by `s.first_seq, r.seq`. More conditions may
    /// follow.
    static let recordsOfSource = """
        stretch AS s CROSS JOIN record AS r ON r.seq BETWEEN \(rowsOfStretch) WHERE s.source = ?1
        """

    /// The bounds of the rows of a stretch `s`, which reach up to the next one.
    static let rowsOfStretch = """
        s.first_seq AND ifnull((SELECT min(first_seq) - 1 FROM stretch WHERE first_seq > s.first_seq), 9223372036854775807)
        """

    /// The first and the last row of a source; nil where it has none. Others' may be between them.
    func span(ofSource id: Int64) throws -> ClosedRange<Int64>? {
        let sql = """
            SELECT min(first_seq), ifnull(
                (SELECT min(first_seq) - 1 FROM stretch WHERE first_seq > max(s.first_seq)),
                (SELECT max(seq) FROM record))
            FROM stretch AS s WHERE source = ?1
            """
        return try db.firstRow(sql, [id]) { row -> ClosedRange<Int64>? in
            guard let first = try row.optionalInteger(0), let last = try row.optionalInteger(1), first <= last else {
                return nil
            }
            return first...last
        } ?? nil
    }
}
