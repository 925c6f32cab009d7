import GRDB
import GRDBSQLite
import SluiceCore
import SluiceLedger

/// A prepared statement that writes a row, or a group of them: bound by position, stepped, reset.
///
/// It speaks to SQLite itself, since GRDB's arguments cost an allocation a value (measured: a third of an insert).
/// Invariant: `handle` belongs to `statement`, which lives as long; what is bound is copied by SQLite, so no buffer
/// outlives a call. Used only inside the transaction it was prepared in.
struct Insertion {
    private let statement: Statement
    private let handle: OpaquePointer
    /// How many parameters stand before the first one of the row at hand.
    private var before: Int32 = 0

    /// Prepares `sql`, or finds it prepared.
    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
    }

    /// The statement that inserts whole rows into `table`.
    init(_ db: Database, into table: String, columns: Int, rows: Int = 1) throws {
        let row = "(" + repeatElement("?", count: columns).joined(separator: ",") + ")"
        try self.init(db, "INSERT INTO \(table) VALUES " + repeatElement(row, count: rows).joined(separator: ","))
    }

    /// The rows of a statement, where there are as many.
    private static let groupSize = 16

    /// Inserts `rows` into `table`, in their order, sixteen to a statement as far as they go: SQLite keeps a journal for each
    /// statement that a trigger may refuse, which costs more than a row. `bind` gives the values of one. Where not `atOnce`,
    /// each has a statement to itself.
    static func insert<Rows: RandomAccessCollection>(
        _ rows: Rows, into table: String, columns: Int, atOnce: Bool = true, _ db: Database,
        bind: (Rows.Element, Insertion) throws -> Void
    ) throws where Rows.Index == Int {
        var at = rows.startIndex
        for size in atOnce ? [groupSize, 1] : [1] where rows.endIndex - at >= size {
            var insertion = try Insertion(db, into: table, columns: columns, rows: size)
            while rows.endIndex - at >= size {
                for row in 0..<size {
                    insertion.before = Int32(row * columns)
                    try bind(rows[at + row], insertion)
                }
                try insertion.run()
                at += size
            }
        }
    }

    func bind(_ value: Int64?, _ index: Int32) {
        if let value {
            sqlite3_bind_int64(handle, before + index, value)
        } else {
            sqlite3_bind_null(handle, before + index)
        }
    }

    func bind(_ value: Double?, _ index: Int32) {
        if let value {
            sqlite3_bind_double(handle, before + index, value)
        } else {
            sqlite3_bind_null(handle, before + index)
        }
    }

    func bind(_ value: String?, _ index: Int32) {
        guard var value else {
            sqlite3_bind_null(handle, before + index)
            return
        }
        value.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { text in
                _ = sqlite3_bind_text64(
                    handle, before + index, text.baseAddress, UInt64(text.count), Insertion.copied, UInt8(SQLITE_UTF8))
            }
        }
    }

    func bind(_ value: [UInt8], _ index: Int32) {
        value.withUnsafeBytes { bytes in
            if let address = bytes.baseAddress, !bytes.isEmpty {
                _ = sqlite3_bind_blob64(handle, before + index, address, UInt64(bytes.count), Insertion.copied)
            } else {
                _ = sqlite3_bind_zeroblob(handle, before + index, 0)
            }
        }
    }

    func bind(_ value: Digest?, _ index: Int32) {
        guard let value else {
            sqlite3_bind_null(handle, before + index)
            return
        }
        value.withBytes { bytes in
            _ = sqlite3_bind_blob64(handle, before + index, bytes.baseAddress, UInt64(bytes.count), Insertion.copied)
        }
    }

    /// Executes what is bound.
    func run() throws { try statement.run() }

    /// SQLite's way of saying that it shall copy what it is given (`SQLITE_TRANSIENT`).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
