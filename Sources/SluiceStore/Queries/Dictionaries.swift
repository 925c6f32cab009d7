import GRDB
import SluiceCore
import Synchronization

/// The dictionaries that a store's texts were compressed with, each read once.
///
/// A dictionary of a store is never changed, so what was read stays true, but for one that was never committed.
final class DictionaryShelf: Sendable {
    private let read = Mutex<[Int64: TextDictionary]>([:])

    init() {}

    /// The dictionary of this number, from here or from where `make` finds it.
    func dictionary(_ number: Int64, _ make: () throws -> TextDictionary?) rethrows -> TextDictionary? {
        if let known = read.withLock({ $0[number] }) { return known }
        let made = try make()
        if let made { read.withLock { $0[number] = made } }
        return made
    }

    /// Forgets all, after a transaction that did not happen.
    func clear() { read.withLock { $0 = [:] } }
}

extension StoreReader {
    /// The dictionary with which the text of row `seq` is compressed; nil where there is none yet. The texts of all rows
    /// from some row on have the same one, until another takes its place.
    public func dictionary(forRow seq: Int64) throws -> TextDictionary? {
        let number = try db.integer("SELECT max(first_seq) FROM dictionary WHERE first_seq <= ?", [seq])
        return try number.flatMap { try dictionary($0) }
    }

    func dictionary(_ number: Int64) throws -> TextDictionary? {
        try shelf.dictionary(number) {
            try db.firstRow("SELECT body FROM dictionary WHERE first_seq = ?", [number]) {
                TextDictionary(bytes: try $0.bytes(0))
            }
        }
    }

    /// Calls `body` with the texts of the kept documents of these rows, in order.
    public func forEachText(_ rows: ClosedRange<Int64>, _ body: (StoredText) throws -> Void) throws {
        let sql = """
            SELECT raw_bytes, body, (SELECT max(first_seq) FROM dictionary WHERE first_seq <= seq) FROM text
            WHERE seq BETWEEN ? AND ? ORDER BY seq
            """
        try db.forEachRow(sql, [rows.lowerBound, rows.upperBound]) { try body(try storedText($0, from: 0)) }
    }
}

extension StoreWriter {
    /// Writes down what the texts from row `seq` on are compressed with; the row before it is the last one there is.
    func add(_ dictionary: TextDictionary, fromRow seq: Int64) throws {
        let insertion = try Insertion(db, into: "dictionary", columns: 2)
        insertion.bind(seq, 1)
        insertion.bind(dictionary.bytes, 2)
        try insertion.run()
    }
}
