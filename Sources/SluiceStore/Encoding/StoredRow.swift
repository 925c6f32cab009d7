import GRDB
import GRDBSQLite
import SluiceCore
import SluiceLedger

/// A row of a query as SQLite hands it over, and the only way by which a value leaves the database file.
///
/// A file may have been written by anybody, so each value is checked on its way out: its type, its range, its being
/// UTF-8. What is not as it should be is an error that names the row and the column, and never a trap.
///
/// Text is read by its length and not up to the first NUL, where GRDB's own conversion stops.
///
/// Invariant: `handle` is the statement that was just stepped; no row outlives the call that it was handed to.
struct StoredRow {
    private let handle: OpaquePointer

    init(_ statement: Statement) { handle = statement.sqliteStatement }

    /// True where there is nothing.
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    // MARK: Numbers

    /// An integer, or nil where there is none.
    func optionalInteger(
        _ column: Int32, in range: ClosedRange<Int64> = .min ... .max
    ) throws(SluiceError) -> Int64? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: return nil
        case SQLITE_INTEGER:
            let value = sqlite3_column_int64(handle, column)
            guard range.contains(value) else { throw damaged(column, "a number from \(range.lowerBound)") }
            return value
        default: throw damaged(column, "an integer")
        }
    }

    /// An integer.
    func integer(_ column: Int32, in range: ClosedRange<Int64> = .min ... .max) throws(SluiceError) -> Int64 {
        guard let value = try optionalInteger(column, in: range) else { throw damaged(column, "an integer") }
        return value
    }

    /// A number of things: far from where sums of a few would overflow, and exact in every JSON reader.
    func count(_ column: Int32) throws(SluiceError) -> Int64 { try integer(column, in: 0...1 << 53) }

    /// True for anything but zero.
    func flag(_ column: Int32) throws(SluiceError) -> Bool { try integer(column) != 0 }

    /// A number, or nil where there is none.
    func optionalNumber(_ column: Int32) throws(SluiceError) -> Double? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: return nil
        case SQLITE_FLOAT, SQLITE_INTEGER: return sqlite3_column_double(handle, column)
        default: throw damaged(column, "a number")
        }
    }

    /// A share of one.
    func share(_ column: Int32) throws(SluiceError) -> Double {
        let type = sqlite3_column_type(handle, column)
        let value = sqlite3_column_double(handle, column)
        guard type == SQLITE_FLOAT || type == SQLITE_INTEGER, (0...1).contains(value) else {
            throw damaged(column, "a number from 0 to 1")
        }
        return value
    }

    // MARK: Text and bytes

    /// A text, or nil where there is none.
    func optionalText(_ column: Int32) throws(SluiceError) -> String? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: return nil
        case SQLITE_TEXT:
            let start = sqlite3_column_text(handle, column)
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
            guard start != nil, let text = String(validating: bytes, as: UTF8.self) else {
                throw damaged(column, "UTF-8")
            }
            return text
        default: throw damaged(column, "text")
        }
    }

    /// A text.
    func text(_ column: Int32) throws(SluiceError) -> String {
        guard let text = try optionalText(column) else { throw damaged(column, "text") }
        return text
    }

    /// One of the words that a type knows, or nil where there is none.
    func optionalWord<Word: RawRepresentable<String>>(_ column: Int32) throws(SluiceError) -> Word? {
        guard let text = try optionalText(column) else { return nil }
        guard let word = Word(rawValue: text) else { throw damaged(column, "a word that this version knows") }
        return word
    }

    /// One of the words that a type knows.
    func word<Word: RawRepresentable<String>>(_ column: Int32) throws(SluiceError) -> Word {
        guard let word: Word = try optionalWord(column) else { throw damaged(column, "a word that this version knows") }
        return word
    }

    /// The bytes of a blob.
    func bytes(_ column: Int32) throws(SluiceError) -> [UInt8] {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { throw damaged(column, "a blob") }
        // An empty blob has no address.
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Calls `body` with the bytes of a blob, which are there during the call only.
    func withBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { throw damaged(column, "a blob") }
        let start = sqlite3_column_blob(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A digest, or nil where there is none.
    func optionalDigest(_ column: Int32) throws(SluiceError) -> Digest? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: return nil
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, column)
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
            guard start != nil, let digest = Digest(bytes: bytes) else { throw damaged(column, "32 bytes") }
            return digest
        default: throw damaged(column, "a blob")
        }
    }

    /// A digest.
    func digest(_ column: Int32) throws(SluiceError) -> Digest {
        guard let digest = try optionalDigest(column) else { throw damaged(column, "32 bytes") }
        return digest
    }

    // MARK: Short forms

    /// A record's own id in either form, or nil where there is none.
    func optionalRecordID(_ column: Int32) throws(SluiceError) -> String? {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { return try optionalText(column) }
        guard let id = StoredRecordID.unpack(try bytes(column)) else { throw damaged(column, "a record's id") }
        return id
    }

    /// A moment of capture in either form, or nil where there is none.
    func optionalMoment(_ column: Int32) throws(SluiceError) -> String? {
        guard sqlite3_column_type(handle, column) == SQLITE_INTEGER else { return try optionalText(column) }
        guard let moment = StoredMoment.unpack(try integer(column)) else { throw damaged(column, "a moment") }
        return moment
    }

    /// Evidence in either form.
    func evidence(_ column: Int32) throws(SluiceError) -> RecordedEvidence {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { return .json(try text(column)) }
        guard let evidence = RecordedEvidence(packed: try bytes(column)) else { throw damaged(column, "evidence") }
        return evidence
    }

    // MARK: Errors

    /// The error of a row whose `column` should hold something else.
    func damaged(_ column: Int32, _ expected: String) -> SluiceError {
        let found =
            switch sqlite3_column_type(handle, column) {
            case SQLITE_NULL: "nothing"
            case SQLITE_INTEGER: String(sqlite3_column_int64(handle, column))
            case SQLITE_FLOAT: String(sqlite3_column_double(handle, column))
            case SQLITE_TEXT: "a text of \(sqlite3_column_bytes(handle, column)) bytes"
            default: "a blob of \(sqlite3_column_bytes(handle, column)) bytes"
            }
        var row = ""
        if column > 0, sqlite3_column_type(handle, 0) == SQLITE_INTEGER {
            row = ", where \(name(0)) is \(sqlite3_column_int64(handle, 0)),"
        }
        return SluiceError(
            .io, "the store is damaged: \(name(column))\(row) holds \(found) in the place of \(expected)",
            advice: StoreFault.advice)
    }

    private func name(_ column: Int32) -> String {
        sqlite3_column_name(handle, column).map { String(cString: $0) } ?? "a column"
    }
}
