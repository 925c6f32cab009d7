import GRDB
import SluiceCore
import SluiceLedger

/// The store in figures, out of what was counted when it was written; see `migrations/0004_compact.sql`.
extension StoreReader {
    /// What became of the records up to one of them: the derived table `census`, or what it has to hold.
    struct Census: Equatable {
        /// The last record that is counted.
        var seq: Int64 = 0
        /// Rejected records by reason, kept ones by the verdict of their row.
        var counts: [String: Int64] = [:]
    }

    /// The store in figures. Reads what was counted, each source, each shard and each held document: some milliseconds,
    /// whatever the number of records.
    public func statistics() throws -> StoreStatistics {
        var statistics = StoreStatistics()
        for source in try sources() {
            statistics.sources += 1
            statistics.progress.kept &+= source.progress.kept
            statistics.progress.duplicateExact &+= source.progress.duplicateExact
            statistics.progress.duplicateNear &+= source.progress.duplicateNear
            statistics.progress.rejected &+= source.progress.rejected
            statistics.progress.textBytes &+= source.progress.textBytes
            statistics.progress.skippedBytes &+= source.progress.skippedBytes
        }
        for shard in try shards() {
            statistics.shards += 1
            statistics.admitted = statistics.admitted.adding(shard.totals)
        }
        for (what, number) in try census().counts {
            if let verdict = Verdict(rawValue: what) {
                statistics.verdicts[verdict] = number
            } else {
                statistics.rejected[what] = number
            }
        }
        // What people said counts from then on, in the place of what the row says.
        try db.forEachRow(
            """
            SELECT r.verdict, v.verdict, count(*) FROM review AS v CROSS JOIN record AS r ON r.seq = v.document
            WHERE v.id = (SELECT max(id) FROM review WHERE document = v.document) GROUP BY 1, 2
            """
        ) { row in
            statistics.verdicts[try row.word(0), default: 0] -= try row.count(2)
            statistics.verdicts[try row.word(1), default: 0] += try row.count(2)
        }
        statistics.verdicts = statistics.verdicts.filter { $0.value != 0 }
        statistics.reviews = try reviewCount()
        for document in try heldDocuments() {
            statistics.held += 1
            statistics.heldSynthetic &+= document.synthetic
            statistics.heldReal &+= document.real
        }
        statistics.ledgerSize = try nextSeq() - 1
        statistics.releases = try db.integer("SELECT count(*) FROM release") ?? 0
        return statistics
    }

    // MARK: Counting

    /// The census up to the last record: what was counted, and the records behind it; all of them where what was counted
    /// is not as many as the sources have.
    func census() throws -> Census {
        let sum = try db.integer("SELECT sum(kept + rejected) FROM progress") ?? 0
        if let stored = try storedCensus() {
            let census = try counted(behind: stored)
            if census.counts.values.reduce(0, &+) == sum { return census }
        }
        return try counted(behind: Census())
    }

    /// What was counted; nil where it is nothing that can have been counted.
    func storedCensus() throws -> Census? {
        var census = Census()
        var isPlausible = true
        let last = try nextSeq() - 1
        try db.forEachRow("SELECT what, number FROM census", staysPrepared: true) { row in
            let (what, number) = (try row.text(0), try row.integer(1))
            if !(0...last).contains(number) { isPlausible = false }
            switch what {
            case "seq": census.seq = number
            default: census.counts[what] = number
            }
        }
        return isPlausible ? census : nil
    }

    /// `census` and the records behind those that it counts.
    func counted(behind census: Census) throws -> Census {
        var census = census
        let sql = """
            SELECT ifnull(reason, verdict), count(*) FROM record WHERE seq > ? AND decision <> 'duplicate' GROUP BY 1
            """
        try db.forEachRow(sql, [census.seq], staysPrepared: true) { row in
            guard let what = try row.optionalText(0) else { return }
            census.counts[what] = min(census.counts[what] ?? 0, 1 << 53) + (try row.count(1))
        }
        census.seq = max(census.seq, try nextSeq() - 1)
        return census
    }

    // MARK: Held documents

    /// The condition on a document `d` that no shard holds it: its actions add up to nothing, or there are none.
    static let isHeld = "(SELECT sum(action) FROM admission WHERE document = d.seq) IS NOT 1"

    /// The rows `seq` of the held documents. Reads them, and the documents behind the last record that was counted.
    static let heldRows = """
        SELECT document AS seq FROM held WHERE document <= \(lastCounted)
        UNION ALL SELECT seq FROM document AS d WHERE seq > \(lastCounted) AND \(isHeld)
        """
    private static let lastCounted = "ifnull((SELECT number FROM census WHERE what = 'seq'), 0)"

    /// The held documents, oldest first, with the masses in force.
    func heldDocuments() throws -> [Admitter.Document] {
        let sql = """
            SELECT d.seq, \(StoreReader.masses) FROM (\(StoreReader.heldRows)) AS h
            CROSS JOIN document AS d ON d.seq = h.seq \(StoreReader.latestReview)
            ORDER BY d.seq
            """
        return try db.rows(sql) { row in
            Admitter.Document(
                seq: try row.integer(0), synthetic: try row.integer(1, in: ShardTotals.masses),
                real: try row.integer(2, in: ShardTotals.masses))
        }
    }
}

extension StoreWriter {
    /// Counts records that were appended behind those that are counted, or all that are there where that was not done.
    func count(_ counts: [String: Int64], upTo last: Int64) throws {
        let insertion = try Insertion(
            db,
            """
            INSERT INTO census VALUES (?, ?)
                ON CONFLICT (what) DO UPDATE SET number = min(number, 9007199254740992) + excluded.number
            """)
        for (what, number) in counts {
            insertion.bind(what, 1)
            insertion.bind(number, 2)
            try insertion.run()
        }
        let mark = try Insertion(
            db, "INSERT INTO census VALUES ('seq', ?) ON CONFLICT (what) DO UPDATE SET number = excluded.number")
        mark.bind(last, 1)
        try mark.run()
    }

    /// Counts the records up to the one before `first` that are not counted, and takes down which of their documents are
    /// held: where a hand wrote them, or threw away what was counted.
    func countMissed(before first: Int64) throws {
        let counted = try db.integer("SELECT number FROM census WHERE what = 'seq'") ?? 0
        guard counted != first - 1 else { return }
        let sql = "INSERT OR IGNORE INTO held SELECT seq FROM document AS d WHERE seq > ? AND \(StoreReader.isHeld)"
        try db.execute(sql: sql, arguments: [counted])
        let missed = try reader.counted(behind: StoreReader.Census(seq: counted))
        try count(missed.counts, upTo: missed.seq)
    }
}
