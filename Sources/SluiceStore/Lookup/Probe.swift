import GRDB
import GRDBSQLite
import SluiceCore

/// A prepared statement that asks for one blob by a number, in a microsecond; GRDB's own way takes three.
///
/// Invariant: `handle` belongs to `statement`, which lives as long; it is reset before a call returns. Used only inside the
/// transaction it was prepared in.
struct Probe {
    private let statement: Statement
    private let handle: OpaquePointer

    /// Prepares `sql`, or finds it prepared.
    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// What `body` makes of the blob in the row of this number, whose bytes are there during the call only; nil where
    /// there is no row.
    ///
    /// - Throws: `io` where the row holds something else.
    func find<Value>(_ number: Int64, _ body: (UnsafeRawBufferPointer) -> Value) throws -> Value? {
        sqlite3_bind_int64(handle, 1, number)
        defer { statement.rewind() }
        guard try statement.advance() else { return nil }
        guard sqlite3_column_type(handle, 0) == SQLITE_BLOB else {
            throw SluiceError(
                .io, "the store is damaged: row \(number) of a derived table holds no blob",
                advice: StoreFault.advice)
        }
        let start = sqlite3_column_blob(handle, 0)
        let count = Int(sqlite3_column_bytes(handle, 0))
        return body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
