import GRDB
import SluiceCore

extension StoreReader {
    /// The names of the releases, in the order in which they were made.
    public func releases() throws -> [String] {
        try db.rows("SELECT name FROM release ORDER BY id") { try $0.text(0) }
    }

    /// What was written down about the release of this name; nil where there is none.
    public func release(named name: String) throws -> ReleaseDescription? {
        try db.firstRow("SELECT cap_ppm, ledger_size, manifest_sha256 FROM release WHERE name = ?", [name]) { row in
            ReleaseDescription(
                name: name, capPPM: try row.integer(0), ledgerSize: try row.integer(1), manifest: try row.digest(2))
        }
    }

    /// The release that was made before the one of this name, which need not be there yet; nil where there is none.
    public func release(before name: String) throws -> String? {
        let sql = """
            SELECT name FROM release WHERE id < ifnull((SELECT id FROM release WHERE name = ?), ?) ORDER BY id DESC LIMIT 1
            """
        return try db.firstRow(sql, [name, Int64.max]) { try $0.text(0) }
    }

    /// Calls `body` with the row of each document in the release of this name, in their order.
    public func forEachDocument(inRelease name: String, _ body: (Int64) throws -> Void) throws {
        let sql = """
            SELECT document FROM release_document WHERE release = (SELECT id FROM release WHERE name = ?) ORDER BY document
            """
        try db.forEachRow(sql, [name]) { try body($0.integer(0)) }
    }
}
