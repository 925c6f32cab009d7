import GRDB
import SluiceCore

/// The rows of `lookup`: written, and read one by one.
struct LookupTable {
    private let db: Database
    private let row: Probe
    private let pending: LookupPending
    private let rows: LookupRows?

    /// - Parameter rows: Rows of names that were read before, where all that is read now is committed.
    init(_ db: Database, pending: LookupPending = LookupPending(), rows: LookupRows? = nil) throws {
        self.db = db
        self.pending = pending
        self.rows = rows
        row = try Probe(db, "SELECT entries FROM lookup WHERE id = ?")
    }

    /// True where the run is there.
    func holds(_ run: LookupRun) throws -> Bool { try row.find(run.ids.lowerBound) { _ in true } ?? false }

    /// The records of the run with this key, in order; nil where the run is not there.
    func records(_ key: UInt32, in run: LookupRun) throws -> [Int64]? {
        let id = run.ids.lowerBound + run.chunk(of: key)
        if let rows, run.kind == .name {
            let entries = try rows.row(id) { try row.find(id) { Array($0) } }
            if let entries { return entries.withUnsafeBytes { run.find(key, in: $0) } }
        } else if let found = try row.find(id, { run.find(key, in: $0) }) {
            return found
        }
        return try holds(run) ? [] : nil
    }

    /// Writes the runs that have to be there now that there are `records` records and are not. Where nothing is missing,
    /// that is a look at each.
    func extend(records: Int64) throws {
        for kind in Lookup.Kind.allCases {
            for run in try Lookup.runs(kind, records: records) where try !holds(run) { try write(run) }
        }
    }

    /// Writes a run: out of the four that it replaces, or out of its records where it replaces none. What is missing of the
    /// four is written first, the last of them mostly: its records have only just become complete.
    private func write(_ run: LookupRun) throws {
        let insertion = try Insertion(db, "INSERT OR REPLACE INTO lookup VALUES (?, ?)")
        func insert(_ rows: [(chunk: Int64, entries: [UInt8])]) throws {
            for row in rows {
                insertion.bind(run.ids.lowerBound + row.chunk, 1)
                insertion.bind(row.entries, 2)
                try insertion.run()
            }
        }
        let parts = run.parts
        if parts.isEmpty {
            let addresses =
                run.kind == .address
                ? try db.integer("SELECT count(*) FROM address WHERE seq > ? AND seq <= ?", [run.after, run.last]) : 0
            try insert(run.pack(try pending.keys(of: run, addresses: addresses ?? 0) ?? LookupTable.keys(db, of: run)))
            return
        }
        for part in parts where try !holds(part) { try write(part) }
        // A row of a part is two rows here, so that a row's worth of keys is all there is in memory.
        for chunk in 0..<run.chunks / 2 {
            let rows = run.pack(try keys(of: parts, chunk: chunk))
            try insert(chunk == 0 ? rows : rows.filter { $0.chunk > 0 })
        }
        for level in 0..<run.level {
            let share = LookupRun.size(run.level) / LookupRun.size(level)
            let first = LookupRun(kind: run.kind, level: level, number: run.number * share)
            let last = LookupRun(kind: run.kind, level: level, number: (run.number + 1) * share - 1)
            try delete(first.ids.lowerBound...last.ids.upperBound)
        }
    }

    /// Deletes rows, a megabyte or two of them at a time: SQLite keeps what a statement deletes in memory until it is done.
    private func delete(_ ids: ClosedRange<Int64>) throws {
        repeat {
            try db.execute(
                sql: "DELETE FROM lookup WHERE id IN (SELECT id FROM lookup WHERE id BETWEEN ? AND ? LIMIT 256)",
                arguments: [ids.lowerBound, ids.upperBound])
        } while db.changesCount > 0
    }

    private func keys(of parts: [LookupRun], chunk: Int64) throws -> [PackedKey] {
        var keys: [PackedKey] = []
        for (index, part) in parts.enumerated() {
            let offset = UInt32(index) * UInt32(LookupRun.size(part.level))
            let found = try row.find(part.ids.lowerBound + chunk) { part.unpack($0, chunk: chunk) }
            keys += (found ?? []).map { PackedKey(key: $0.key, number: $0.number &+ offset) }
        }
        return keys
    }

    /// What a run has to hold, out of its records.
    static func keys(_ db: Database, of run: LookupRun) throws -> [PackedKey] {
        try Lookup.entries(db, run.kind, after: run.after, last: run.last).map {
            PackedKey(key: $0.key, number: UInt32(truncatingIfNeeded: $0.seq - 1 - run.after))
        }
    }
}
