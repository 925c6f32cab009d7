import GRDB
import SluiceCore

/// What the near-duplicate index is made from, and told by.
extension StoreReader {
    /// Kept documents behind the one numbered `after`. Reads an index, not the rows: some milliseconds a million.
    public func documentCount(after: Int64 = 0) throws -> Int {
        Int(try db.integer("SELECT count(*) FROM document WHERE seq > ?", [after]) ?? 0)
    }

    /// Calls `body` with the seq, the first eight bytes of the content key (big-endian) and the packed band keys of every
    /// kept document behind the one numbered `after`, at most `limit` of them (0 for all), in order of seq: what the
    /// near-duplicate index is rebuilt from. The bytes are there during the call only. About 0.4 µs a document.
    public func forEachIndexKey(
        after: Int64 = 0, limit: Int = 0, _ body: (Int64, UInt64, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try db.forEachRow(
            "SELECT seq, content_key, bands FROM document WHERE seq > ? ORDER BY seq LIMIT ?",
            [after, limit > 0 ? limit : -1]
        ) { row in
            let prefix = try row.withBytes(1) { key in
                key.count >= 8 ? UInt64(bigEndian: key.loadUnaligned(as: UInt64.self)) : 0
            }
            let seq = try row.integer(0)
            try row.withBytes(2) { try body(seq, prefix, $0) }
        }
    }

    /// A digest that stands for the store's history up to a kept document; nil where there is no such document.
    ///
    /// A batch carries the moment of its commit and the name of its run, which no other run has. So two stores agree here
    /// only where one is a copy of the other as far as this document's batch: a backup that was restored and went on
    /// otherwise gives another mark.
    public func historyMark(at seq: Int64) throws -> Digest? {
        let sql = """
            SELECT b.first_seq, b.time_us, r.uuid, d.content_key
            FROM document AS d
            JOIN batch AS b ON b.first_seq = (SELECT max(first_seq) FROM batch WHERE first_seq <= d.seq)
            JOIN run AS r ON r.id = b.run WHERE d.seq = ?
            """
        return try db.firstRow(sql, [seq]) { row in
            let line = "\(seq) \(try row.integer(0)) \(try row.integer(1)) \(try row.text(2)) \(try row.digest(3).hex)"
            return Digest.of(Array(line.utf8))
        }
    }

    /// The line of parameters that the store keeps for life; nil where nothing was ingested yet.
    public func deduplication() throws -> String? { try meta("deduplication") }
}
