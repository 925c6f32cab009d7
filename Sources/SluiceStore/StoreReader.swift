import Foundation
import GRDB
import SluiceCore
import SluiceLedger

/// What can be read of one state of the store; see ``Store/read(_:)``. Not to be kept beyond the call.
public struct StoreReader {
    let db: Database
    /// The keys of the newest records, where this process knows them: it writes them, or follows who does.
    let recent: LookupTail?
    /// The rows of `lookup` that were read before, where only what is committed is read.
    let rows: LookupRows?
    /// The dictionaries that were read before.
    let shelf: DictionaryShelf

    init(_ db: Database, recent: LookupTail? = nil, rows: LookupRows? = nil, shelf: DictionaryShelf) {
        self.db = db
        self.recent = recent
        self.rows = rows
        self.shelf = shelf
    }

    // MARK: Records and documents

    /// The seq of the record that is appended next; the ledger holds those below it.
    public func nextSeq() throws -> Int64 { try next("seq", in: "record") }

    /// The text of a kept document; nil where there is none.
    public func text(of seq: Int64) throws -> StoredText? {
        let sql = """
            SELECT raw_bytes, body, (SELECT max(first_seq) FROM dictionary WHERE first_seq <= ?1) FROM text WHERE seq = ?1
            """
        return try db.firstRow(sql, [seq]) { try storedText($0, from: 0) }
    }

    /// The text in the columns of `row` from `column` on: its length, its body, the number of its dictionary.
    func storedText(_ row: StoredRow, from column: Int32) throws -> StoredText {
        StoredText(
            body: try row.bytes(column + 1), rawBytes: Int(try row.integer(column, in: StoredText.sizes)),
            dictionary: try row.optionalInteger(column + 2).flatMap { try dictionary($0) })
    }

    /// The content key of a kept document; nil where there is none.
    public func contentKey(of seq: Int64) throws -> Digest? {
        try db.firstRow("SELECT content_key FROM document WHERE seq = ?", [seq]) { try $0.digest(0) }
    }

    // MARK: Runs and sources

    /// The run that wrote last, or is about to; nil where there is none.
    public func lastRun() throws -> RunDescription? {
        let sql = """
            SELECT uuid, tool_version, config_digest, model, started_us, workers FROM run ORDER BY id DESC LIMIT 1
            """
        return try db.firstRow(sql) { row in
            RunDescription(
                uuid: try row.text(0), toolVersion: try row.text(1), configuration: try row.digest(2),
                model: try row.optionalDigest(3), startedMicroseconds: try row.integer(4),
                workers: Int(try row.count(5)))
        }
    }

    /// The source with this digest, or nil.
    public func source(_ digest: Digest) throws -> StoredSource? {
        try db.firstRow(StoreReader.sources + " WHERE s.sha256 = ?", [Data(digest.bytes)], StoreReader.source)
    }

    /// The sources behind the one numbered `after`, at most `limit` of them (0 for all), in the order in which they came.
    public func sources(after: Int64 = 0, limit: Int = 0) throws -> [StoredSource] {
        try db.rows(
            StoreReader.sources + " WHERE s.id > ? ORDER BY s.id LIMIT ?", [after, limit > 0 ? limit : -1],
            StoreReader.source)
    }

    /// At most `limit` sources, the one numbered `last` and those before it, the newest first.
    public func sources(upTo last: Int64, limit: Int) throws -> [StoredSource] {
        try db.rows(
            StoreReader.sources + " WHERE s.id <= ? ORDER BY s.id DESC LIMIT ?", [last, max(limit, 0)],
            StoreReader.source)
    }

    /// How many records of a source were rejected, by reason. Reads that source's records, and no others.
    public func rejections(ofSource id: Int64) throws -> [Reason: Int] {
        var counts: [Reason: Int] = [:]
        let sql = """
            SELECT r.reason, count(*) FROM \(StoreReader.recordsOfSource) AND r.decision = 'rejected' GROUP BY r.reason
            """
        try db.forEachRow(sql, [id]) { row in counts[try row.word(0)] = Int(try row.count(1)) }
        return counts
    }

    /// The first records of a source, at most `limit`, that were rejected because they are damaged or beyond a limit.
    public func damage(
        inSource id: Int64, limit: Int
    ) throws -> [(ordinal: Int, offset: UInt64, reason: Reason, detail: String)] {
        let reasons = Reason.allCases.filter(\.isDamage).map(\.rawValue)
        let sql = """
            SELECT r.ordinal, r.offset, r.reason, r.reason_detail FROM \(StoreReader.recordsOfSource)
                AND r.decision = 'rejected'
                AND r.reason IN (\(repeatElement("?", count: reasons.count).joined(separator: ", ")))
            ORDER BY s.first_seq, r.seq LIMIT ?
            """
        return try db.rows(sql, [id] + StatementArguments(reasons) + [limit]) { row in
            (
                Int(try row.count(0)), UInt64(clamping: try row.count(1)), try row.word(2),
                try row.optionalText(3) ?? ""
            )
        }
    }

    private static let sources = """
        SELECT s.id, s.sha256, s.name, s.bytes, s.format, s.label, s.declared, p.state = 'done', p.member_offset,
            p.skip_bytes, p.next_ordinal, p.kept, p.duplicate_exact, p.duplicate_near, p.rejected, p.text_bytes,
            p.skipped_bytes
        FROM source AS s JOIN progress AS p ON p.source = s.id
        """

    private static func source(_ row: StoredRow) throws -> StoredSource {
        var progress = SourceProgress()
        progress.isDone = try row.flag(7)
        progress.memberOffset = try row.count(8)
        progress.skipBytes = try row.count(9)
        progress.nextOrdinal = try row.count(10)
        progress.kept = try row.count(11)
        progress.duplicateExact = try row.count(12)
        progress.duplicateNear = try row.count(13)
        progress.rejected = try row.count(14)
        progress.textBytes = try row.count(15)
        progress.skippedBytes = try row.count(16)
        return StoredSource(
            id: try row.integer(0),
            description: SourceDescription(
                digest: try row.digest(1), name: try row.text(2), bytes: try row.count(3), format: try row.text(4),
                label: try row.optionalText(5), declared: try row.optionalText(6)),
            progress: progress)
    }

    // MARK: Shards

    /// All shards, in the order in which they were opened.
    public func shards() throws -> [StoredShard] {
        try db.rows(StoreReader.shards + " ORDER BY shard", StatementArguments(), StoreReader.shard)
    }

    /// At most `limit` shards, the one numbered `last` and those before it, the newest first.
    public func shards(upTo last: Int64 = .max, limit: Int) throws -> [StoredShard] {
        try db.rows(
            StoreReader.shards + " WHERE shard <= ? ORDER BY shard DESC LIMIT ?", [last, max(limit, 0)],
            StoreReader.shard)
    }

    /// The shard of this number; nil where there is none.
    public func shard(_ number: Int64) throws -> StoredShard? {
        try db.firstRow(StoreReader.shards + " WHERE shard = ?", [number], StoreReader.shard)
    }

    private static let shards = """
        SELECT shard, state = 'sealed', cap_ppm, target_tokens, documents, synthetic, real FROM shard_total
        """

    private static func shard(_ row: StoredRow) throws -> StoredShard {
        StoredShard(
            id: try row.integer(0), isSealed: try row.flag(1),
            settings: ShardSettings(
                capPPM: try row.integer(2, in: ShardSettings.caps),
                targetTokens: try row.integer(3, in: ShardSettings.sizes)),
            totals: ShardTotals(
                documents: try row.count(4), synthetic: try row.integer(5, in: ShardTotals.masses),
                real: try row.integer(6, in: ShardTotals.masses)))
    }

    // MARK: Within

    func meta(_ key: String) throws -> String? {
        try db.firstRow("SELECT value FROM meta WHERE key = ?", [key]) { try $0.text(0) }
    }

    /// The number after the highest one in a table.
    func next(_ column: String, in table: String) throws -> Int64 {
        try db.firstRow("SELECT max(\(column)) FROM \(table)") { row in
            // A number that no honest ledger reaches; beyond it, counting on might overflow.
            try row.optionalInteger(0, in: 0...1 << 53) ?? 0
        }.map { $0 + 1 } ?? 1
    }

    /// The shards' state as the rows give it: the open shard, the last shard's number, and who is held.
    func admitter(settings: ShardSettings?) throws -> Admitter {
        let all = try shards()
        let open = all.last { !$0.isSealed }
        return Admitter(
            settings: settings,
            open: open.map { Admitter.OpenShard(id: $0.id, settings: $0.settings, totals: $0.totals) },
            lastShard: all.last?.id ?? 0,
            held: try heldDocuments())
    }
}
