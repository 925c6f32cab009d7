import GRDB
import SluiceCore

/// What was made of a source, out of its rows.
extension StoreReader {
    /// Kept documents of a source by the verdict that they were kept with. Reads that source's part of an index and the
    /// records it names.
    public func firstVerdicts(ofSource id: Int64) throws -> [Verdict: Int] {
        var counts: [Verdict: Int] = [:]
        let sql = "SELECT verdict, count(*) FROM record WHERE source = ? AND decision = 'kept' GROUP BY verdict"
        try db.forEachRow(sql, [id]) { row in counts[try row.word(0)] = Int(try row.count(1)) }
        return counts
    }

    /// The UUID of the run that wrote the last row of a source; nil where there is none.
    public func run(ofSource id: Int64) throws -> String? {
        let sql = """
            SELECT u.uuid FROM batch AS b JOIN run AS u ON u.id = b.run
            WHERE b.first_seq <= (SELECT seq FROM record WHERE source = ? ORDER BY ordinal DESC LIMIT 1)
            ORDER BY b.first_seq DESC LIMIT 1
            """
        return try db.firstRow(sql, [id]) { try $0.text(0) }
    }
}
