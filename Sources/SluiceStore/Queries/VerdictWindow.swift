import GRDB
import SluiceCore

/// The verdicts on the newest documents, by source and by time.
public struct VerdictWindow: Sendable, Equatable {
    /// What a source brought in one stretch of records.
    public struct Cell: Sendable, Equatable {
        /// The source's number.
        public var source: Int64
        /// What the source is called: the label, else the name.
        public var name: String
        /// The stretch, from 0.
        public var column: Int
        /// Kept documents by the verdict in force.
        public var verdicts: [Verdict: Int64]

        /// A cell of its parts.
        public init(source: Int64, name: String, column: Int, verdicts: [Verdict: Int64]) {
            self.source = source
            self.name = name
            self.column = column
            self.verdicts = verdicts
        }
    }

    /// The first record that was looked at.
    public var first: Int64
    /// The last one; less than `first` where there is none.
    public var last: Int64
    /// Records a stretch.
    public var stretch: Int64
    /// When the first stretch begins and the last ends, in microseconds since 1970; nil where there is no record.
    public var times: ClosedRange<Int64>?
    /// What there is, by stretch and then by source.
    public var cells: [Cell]

    /// A window of its parts.
    public init(first: Int64, last: Int64, stretch: Int64, times: ClosedRange<Int64>? = nil, cells: [Cell]) {
        self.first = first
        self.last = last
        self.stretch = stretch
        self.times = times
        self.cells = cells
    }
}

extension StoreReader {
    /// The verdicts on the newest `records` records, in `columns` stretches of equal length. It reads those records and
    /// no others.
    public func verdictWindow(records: Int64 = 24_000, columns: Int64 = 24) throws -> VerdictWindow {
        let last = try nextSeq() - 1
        let first = max(1, last - max(records, 1) + 1)
        let columns = max(columns, 1)
        let stretch = max(1, (last - first + columns) / columns)
        var window = VerdictWindow(first: first, last: last, stretch: stretch, cells: [])
        guard last >= first else { return window }
        let time = "SELECT time_us FROM batch WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1"
        if let begin = try db.integer(time, [first]), let end = try db.integer(time, [last]) {
            window.times = min(begin, end)...max(begin, end)
        }
        // What people said counts in the place of what the row says.
        let verdict = """
            ifnull((SELECT verdict FROM review WHERE document = r.seq ORDER BY id DESC LIMIT 1), r.verdict)
            """
        let sql = """
            SELECT (r.seq - ?1) / ?2 AS stretch, r.source, ifnull(s.label, s.name), \(verdict) AS verdict, count(*)
            FROM record AS r JOIN source AS s ON s.id = r.source
            WHERE r.seq BETWEEN ?1 AND ?3 AND r.decision = 'kept' GROUP BY 1, 2, 4 ORDER BY 1, 2
            """
        try db.forEachRow(sql, [first, stretch, last]) { row in
            let column = Int(try row.count(0))
            let source = try row.integer(1)
            if window.cells.last?.column != column || window.cells.last?.source != source {
                window.cells.append(
                    VerdictWindow.Cell(source: source, name: try row.text(2), column: column, verdicts: [:]))
            }
            window.cells[window.cells.count - 1].verdicts[try row.word(3)] = try row.count(4)
        }
        return window
    }

    /// The verdicts in force on the kept documents among the newest `records` records of a source. It reads those records
    /// and no others.
    public func verdicts(ofSource id: Int64, newest records: Int = 4096) throws -> [Verdict: Int64] {
        let sql = """
            SELECT ifnull((SELECT verdict FROM review WHERE document = r.seq ORDER BY id DESC LIMIT 1), r.verdict) AS v,
                count(*)
            FROM (SELECT r.seq, r.decision, r.verdict FROM \(StoreReader.recordsOfSource)
                ORDER BY s.first_seq DESC, r.seq DESC LIMIT ?2) AS r
            WHERE r.decision = 'kept' GROUP BY v
            """
        var verdicts: [Verdict: Int64] = [:]
        try db.forEachRow(sql, [id, max(records, 0)]) { row in verdicts[try row.word(0)] = try row.count(1) }
        return verdicts
    }
}
