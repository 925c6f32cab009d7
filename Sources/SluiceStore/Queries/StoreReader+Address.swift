import GRDB

extension StoreReader {
    /// The address a record was captured from; nil where it had none, or where it has been erased.
    public func url(of seq: Int64) throws -> String? {
        try db.firstRow("SELECT url FROM address WHERE seq = ?", [seq]) { try $0.text(0) }
    }
}
