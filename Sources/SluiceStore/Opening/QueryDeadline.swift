import GRDB
import GRDBSQLite

/// The moment at which a question to SQLite is given up.
///
/// Invariant: SQLite holds the address of this object only while ``guarding(_:_:)`` runs, which keeps it alive.
final class QueryDeadline {
    private let end: ContinuousClock.Instant

    /// A deadline `limit` from now.
    init(after limit: Duration) { end = .now + limit }

    /// Runs `body`; what it asks of `db` ends with `SQLITE_INTERRUPT` once the deadline has passed.
    func guarding<T>(_ db: Database, _ body: () throws -> T) rethrows -> T {
        guard let connection = db.sqliteConnection else { return try body() }
        return try withExtendedLifetime(self) {
            // Asked every 10,000 instructions of SQLite's machine: some tens of microseconds.
            sqlite3_progress_handler(
                connection, 10_000,
                { context in
                    guard let context else { return 0 }
                    let deadline = Unmanaged<QueryDeadline>.fromOpaque(context).takeUnretainedValue()
                    return deadline.end < .now ? 1 : 0
                }, Unmanaged.passUnretained(self).toOpaque())
            defer { sqlite3_progress_handler(connection, 0, nil, nil) }
            return try body()
        }
    }
}
