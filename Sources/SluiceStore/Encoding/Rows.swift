import GRDB
import GRDBSQLite

// Statements are stepped here and not by GRDB's cursors, which cost several microseconds a query for what a store has no
// use for: the observation of changes, and the check that each column is one that a type asks for.

extension Statement {
    /// Goes on to the next row of a query; false where there is none.
    func advance() throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let connection = sqlite3_db_handle(sqliteStatement)
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
                message: String(cString: sqlite3_errmsg(connection)), sql: sql)
        }
    }

    /// Executes a statement that gives no rows.
    func run() throws {
        defer { rewind() }
        _ = try advance()
    }

    /// Ends a query, which need not have been read to its end; what it held of the database is free again.
    func rewind() { sqlite3_reset(sqliteStatement) }
}

extension Database {
    /// Calls `body` with each row of a query.
    ///
    /// - Parameter staysPrepared: True where the statement is kept for the next time, which saves some hundred
    ///   microseconds and asks that `body` does not come to the same query.
    func forEachRow(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), staysPrepared: Bool = false,
        _ body: (StoredRow) throws -> Void
    ) throws {
        let statement = try staysPrepared ? cachedStatement(sql: sql) : makeStatement(sql: sql)
        try statement.setArguments(arguments)
        defer { statement.rewind() }
        while try statement.advance() { try body(StoredRow(statement)) }
    }

    /// What `body` makes of the rows of a query; the statement stays prepared.
    func rows<Value>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (StoredRow) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try forEachRow(sql, arguments, staysPrepared: true) { values.append(try body($0)) }
        return values
    }

    /// What `body` makes of the first row of a query, or nil where there is none; the statement stays prepared.
    func firstRow<Value>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (StoredRow) throws -> Value
    ) throws -> Value? {
        let statement = try cachedStatement(sql: sql)
        try statement.setArguments(arguments)
        defer { statement.rewind() }
        return try statement.advance() ? body(StoredRow(statement)) : nil
    }

    /// The integer that a query of one row asks for; nil where it finds nothing.
    func integer(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int64? {
        try firstRow(sql, arguments) { try $0.optionalInteger(0) } ?? nil
    }

    /// Runs `body` in a transaction that only reads, on one state of the database.
    ///
    /// GRDB's own `read` prepares the statements that begin and end it each time, which takes longer than a look-up.
    func inOneState<Value>(_ body: () throws -> Value) throws -> Value {
        let (begin, end) = (try cachedStatement(sql: "BEGIN DEFERRED"), try cachedStatement(sql: "ROLLBACK"))
        try begin.run()
        // There is nothing to commit, and on a damaged page COMMIT fails: what `body` came to would be lost. SQLite may
        // have ended the transaction by itself.
        defer { if isInsideTransaction { try? end.run() } }
        return try body()
    }
}
