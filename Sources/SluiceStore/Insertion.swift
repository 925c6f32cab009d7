import GRDB
import GRDBSQLite
import SluiceCore
import SluiceLedger

/// A prepared statement that writes row after row: bound by position, stepped, reset.
///
/// It speaks to SQLite itself, since GRDB's arguments cost an allocation a value (measured: a third of an insert).
/// Invariant: `handle` belongs to `statement`, which lives as long; what is bound is copied by SQLite, so no buffer
/// outlives a call. Used only inside the transaction it was prepared in.
struct Insertion {
    private let statement: Statement
    private let handle: OpaquePointer

    /// Prepares `sql`, or finds it prepared.
    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// The statement that inserts a whole row into `table`.
    init(_ db: Database, into table: String, columns: Int) throws {
        let marks = repeatElement("?", count: columns).joined(separator: ",")
        try self.init(db, "INSERT INTO \(table) VALUES (\(marks))")
    }

    func bind(_ value: Int64?, _ index: Int32) {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ value: Double?, _ index: Int32) {
        if let value { sqlite3_bind_double(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ value: String?, _ index: Int32) {
        guard var value else {
            sqlite3_bind_null(handle, index)
            return
        }
        value.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { text in
                _ = sqlite3_bind_text64(
                    handle, index, text.baseAddress, UInt64(text.count), Insertion.copied, UInt8(SQLITE_UTF8))
            }
        }
    }

    func bind(_ value: [UInt8], _ index: Int32) {
        value.withUnsafeBytes { bytes in
            if let address = bytes.baseAddress, !bytes.isEmpty {
                _ = sqlite3_bind_blob64(handle, index, address, UInt64(bytes.count), Insertion.copied)
            } else {
                _ = sqlite3_bind_zeroblob(handle, index, 0)
            }
        }
    }

    func bind(_ value: Digest?, _ index: Int32) {
        guard let value else {
            sqlite3_bind_null(handle, index)
            return
        }
        value.withBytes { bytes in
            _ = sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), Insertion.copied)
        }
    }

    /// Executes what is bound.
    func run() throws { try statement.run() }

    /// SQLite's way of saying that it shall copy what it is given (`SQLITE_TRANSIENT`).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
