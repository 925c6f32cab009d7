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
        if let value { bind(value.bytes, index) } else { sqlite3_bind_null(handle, index) }
    }

    /// Executes what is bound.
    func run() throws {
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE else {
            let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
            let extended = sqlite3_extended_errcode(sqlite3_db_handle(handle))
            sqlite3_reset(handle)
            throw DatabaseError(resultCode: ResultCode(rawValue: extended), message: message)
        }
        sqlite3_reset(handle)
    }

    /// SQLite's way of saying that it shall copy what it is given (`SQLITE_TRANSIENT`).
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// The statements that write one record, prepared once a batch.
struct RowInsertions {
    private let record: Insertion
    private let address: Insertion
    private let document: Insertion
    private let text: Insertion

    init(_ db: Database) throws {
        record = try Insertion(db, into: "record", columns: 19)
        address = try Insertion(db, into: "address", columns: 6)
        document = try Insertion(db, into: "document", columns: 6)
        text = try Insertion(db, into: "text", columns: 3)
    }

    func insert(_ row: ProvenanceRow, source: Int64) throws {
        record.bind(row.seq, 1)
        record.bind(source, 2)
        record.bind(Int64(row.ordinal), 3)
        record.bind(Int64(clamping: row.offset), 4)
        record.bind(row.recordID, 5)
        record.bind(row.captured, 6)
        record.bind(row.urlCommitment, 7)
        record.bind(row.document, 8)
        record.bind(row.decision.rawValue, 9)
        var reason: (String?, String?)
        var match: DuplicateMatch?
        switch row.outcome {
        case .kept: break
        case .duplicate(let earlier): match = earlier
        case .rejected(let why, let detail): reason = (why.rawValue, detail)
        }
        record.bind(reason.0, 10)
        record.bind(reason.1, 11)
        record.bind(match?.seq, 12)
        record.bind(match?.kind.rawValue, 13)
        record.bind(match?.similarity, 14)
        record.bind(row.judgement?.verdict.rawValue, 15)
        record.bind(row.judgement?.origin.rawValue, 16)
        record.bind(row.judgement?.probability, 17)
        record.bind(row.judgement?.evidence, 18)
        record.bind(row.tokens.map(Int64.init), 19)
        try record.run()
    }

    func insert(_ value: Address, seq: Int64) throws {
        address.bind(seq, 1)
        address.bind(value.salt, 2)
        address.bind(value.url, 3)
        address.bind(value.host, 4)
        address.bind(Lookup.key(of: value.url), 5)
        address.bind(Lookup.key(of: value.host), 6)
        try address.run()
    }

    func insert(_ value: KeptDocument, _ admission: Admitter.Document) throws {
        document.bind(admission.seq, 1)
        document.bind(value.contentKey, 2)
        document.bind(value.bands, 3)
        document.bind((admission.synthetic &+ admission.real) / 1000, 4)
        document.bind(admission.synthetic, 5)
        document.bind(admission.real, 6)
        try document.run()
        text.bind(admission.seq, 1)
        text.bind(Int64(value.rawBytes), 2)
        text.bind(value.body, 3)
        try text.run()
    }
}
