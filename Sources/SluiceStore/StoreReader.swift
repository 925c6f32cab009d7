import Foundation
import GRDB
import SluiceCore
import SluiceLedger

/// What can be read of one state of the store; see ``Store/read(_:)``. Not to be kept beyond the call.
public struct StoreReader {
    let db: Database

    init(_ db: Database) { self.db = db }

    // MARK: Records and documents

    /// The seq of the record that is appended next; the ledger holds those below it.
    public func nextSeq() throws -> Int64 {
        (try Int64.fetchOne(db, sql: "SELECT max(seq) FROM record") ?? 0) + 1
    }

    /// The text of a kept document; nil where there is none.
    public func text(of seq: Int64) throws -> StoredText? {
        let statement = try db.cachedStatement(sql: "SELECT raw_bytes, body FROM text WHERE seq = ?")
        return try Row.fetchOne(statement, arguments: [seq]).map {
            StoredText(body: $0.bytes(1), rawBytes: $0[0])
        }
    }

    /// The content key of a kept document; nil where there is none.
    public func contentKey(of seq: Int64) throws -> Digest? {
        let statement = try db.cachedStatement(sql: "SELECT content_key FROM document WHERE seq = ?")
        return try Row.fetchOne(statement, arguments: [seq])?.digest(0)
    }

    /// Calls `body` with the keys of every kept document after `seq`, in order of seq: what the near-duplicate index is
    /// rebuilt from. About 1 µs a document.
    public func forEachDocumentKeys(after seq: Int64 = 0, _ body: (DocumentKeys) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT seq, content_key, bands, tokens FROM document WHERE seq > ? ORDER BY seq",
            arguments: [seq])
        while let row = try rows.next() {
            try body(DocumentKeys(seq: row[0], contentKey: row.requiredDigest(1), bands: row.bytes(2), tokens: row[3]))
        }
    }

    // MARK: Sources

    /// The source with this digest, or nil.
    public func source(_ digest: Digest) throws -> StoredSource? {
        try Row.fetchOne(db, sql: StoreReader.sources + " WHERE s.sha256 = ?", arguments: [Data(digest.bytes)])
            .map(StoreReader.source)
    }

    /// All sources, in the order in which they came.
    public func sources() throws -> [StoredSource] {
        try Row.fetchAll(db, sql: StoreReader.sources + " ORDER BY s.id").map(StoreReader.source)
    }

    private static let sources = """
        SELECT s.id, s.sha256, s.name, s.bytes, s.format, s.label, s.declared, p.state = 'done', p.member_offset,
            p.skip_bytes, p.next_ordinal, p.kept, p.duplicate_exact, p.duplicate_near, p.rejected, p.text_bytes,
            p.skipped_bytes
        FROM source AS s JOIN progress AS p ON p.source = s.id
        """

    private static func source(_ row: Row) throws -> StoredSource {
        var progress = SourceProgress()
        progress.isDone = row[7]
        progress.memberOffset = row[8]
        progress.skipBytes = row[9]
        progress.nextOrdinal = row[10]
        progress.kept = row[11]
        progress.duplicateExact = row[12]
        progress.duplicateNear = row[13]
        progress.rejected = row[14]
        progress.textBytes = row[15]
        progress.skippedBytes = row[16]
        return StoredSource(
            id: row[0],
            description: SourceDescription(
                digest: try row.requiredDigest(1), name: row[2], bytes: row[3], format: row[4], label: row[5],
                declared: row[6]),
            progress: progress)
    }

    // MARK: Shards

    /// All shards, in the order in which they were opened.
    public func shards() throws -> [StoredShard] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT shard, state = 'sealed', cap_ppm, target_tokens, documents, synthetic, real
                FROM shard_total ORDER BY shard
                """
        ).map { row in
            StoredShard(
                id: row[0], isSealed: row[1], settings: ShardSettings(capPPM: row[2], targetTokens: row[3]),
                totals: ShardTotals(documents: row[4], synthetic: row[5], real: row[6]))
        }
    }

    /// The held documents, oldest first, after `seq`; at most `limit` of them.
    public func held(after seq: Int64 = 0, limit: Int) throws -> [Admitter.Document] {
        try documentsHeld(after: seq, limit: limit)
    }

    /// The names of the releases, in the order in which they were made.
    public func releases() throws -> [String] {
        try String.fetchAll(db, sql: "SELECT name FROM release ORDER BY id")
    }

    /// The store in figures. A scan of the records: about 0.3 s for a million.
    public func statistics() throws -> StoreStatistics {
        var statistics = StoreStatistics()
        for source in try sources() {
            statistics.sources += 1
            statistics.sourcesDone += source.progress.isDone ? 1 : 0
            statistics.progress.kept += source.progress.kept
            statistics.progress.duplicateExact += source.progress.duplicateExact
            statistics.progress.duplicateNear += source.progress.duplicateNear
            statistics.progress.rejected += source.progress.rejected
            statistics.progress.textBytes += source.progress.textBytes
            statistics.progress.skippedBytes += source.progress.skippedBytes
        }
        for shard in try shards() {
            statistics.shards += 1
            statistics.admitted.documents += shard.totals.documents
            statistics.admitted.synthetic += shard.totals.synthetic
            statistics.admitted.real += shard.totals.real
        }
        let counts = try Row.fetchAll(
            db,
            sql: "SELECT decision, reason, verdict, count(*) FROM record WHERE decision <> 'duplicate' GROUP BY 1, 2, 3"
        )
        for row in counts {
            if let reason: String = row[1] { statistics.rejected[reason, default: 0] += row[3] }
            if let verdict = (row[2] as String?).flatMap(Verdict.init) {
                statistics.verdicts[verdict, default: 0] += row[3]
            }
        }
        let held = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*), ifnull(sum(synthetic), 0), ifnull(sum(real), 0) FROM document
                WHERE \(StoreReader.isHeld)
                """)
        if let held { (statistics.held, statistics.heldSynthetic, statistics.heldReal) = (held[0], held[1], held[2]) }
        statistics.ledgerSize = try nextSeq() - 1
        statistics.releases = try Int64.fetchOne(db, sql: "SELECT count(*) FROM release") ?? 0
        return statistics
    }

    // MARK: Within

    func meta(_ key: String) throws -> String? {
        try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
    }

    /// The shards' state as the rows give it: the open shard, the last shard's number, and who is held.
    func admitter(settings: ShardSettings?) throws -> Admitter {
        let all = try shards()
        let open = all.last { !$0.isSealed }
        return Admitter(
            settings: settings,
            open: open.map { Admitter.OpenShard(id: $0.id, settings: $0.settings, totals: $0.totals) },
            lastShard: all.last?.id ?? 0,
            held: try documentsHeld(after: 0, limit: -1))
    }

    /// The condition on `document` that no shard holds it: its actions add up to nothing, or there are none.
    private static let isHeld = "(SELECT sum(action) FROM admission WHERE document = document.seq) IS NOT 1"

    private func documentsHeld(after seq: Int64, limit: Int) throws -> [Admitter.Document] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT seq, synthetic, real FROM document WHERE seq > ? AND \(StoreReader.isHeld)
                ORDER BY seq LIMIT ?
                """, arguments: [seq, limit]
        ).map { Admitter.Document(seq: $0[0], synthetic: $0[1], real: $0[2]) }
    }
}

extension Row {
    /// The bytes of a blob; empty where it is null.
    func bytes(_ index: Int) -> [UInt8] {
        (try? withUnsafeData(atIndex: index) { $0.map { [UInt8]($0) } ?? [] }) ?? []
    }

    /// A digest; nil where it is null or not one.
    func digest(_ index: Int) -> Digest? { Digest(bytes: bytes(index)) }

    /// A digest; an error where it is none.
    func requiredDigest(_ index: Int) throws -> Digest {
        guard let digest = digest(index) else {
            throw SluiceError(.io, "the store holds a row without its digest", advice: "run `sluice verify`")
        }
        return digest
    }
}
