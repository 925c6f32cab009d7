import GRDB
import SluiceCore
import SluiceLedger

/// What can be written within one transaction; see ``Store/write(_:)``. Not to be kept beyond it.
public final class StoreWriter {
    let db: Database
    private let settings: StoreSettings
    var shards: Admitter?
    /// The keys of the newest records.
    private(set) var pending: LookupPending
    private var sourceIDs: [Digest: Int64] = [:]

    private let recent: LookupTail?
    private let shelf: DictionaryShelf

    init(
        _ db: Database, shards: Admitter?, pending: LookupPending, settings: StoreSettings, recent: LookupTail?,
        shelf: DictionaryShelf
    ) {
        self.pending = pending
        self.db = db
        self.recent = recent
        self.shelf = shelf
        self.shards = shards
        self.settings = settings
    }

    /// What can be read, the changes of this transaction included.
    public var reader: StoreReader { StoreReader(db, recent: recent, shelf: shelf) }

    // MARK: Runs and sources

    /// Writes down that a run begins, and gives its number.
    public func beginRun(_ run: RunDescription) throws -> Int64 {
        let id = try reader.next("id", in: "run")
        let insertion = try Insertion(db, into: "run", columns: 7)
        insertion.bind(id, 1)
        insertion.bind(run.uuid, 2)
        insertion.bind(run.toolVersion, 3)
        insertion.bind(run.configuration, 4)
        insertion.bind(run.model, 5)
        insertion.bind(run.startedMicroseconds, 6)
        insertion.bind(Int64(run.workers), 7)
        try insertion.run()
        return id
    }

    /// The source with the description's digest: as it is known, or new with nothing read of it.
    public func source(_ description: SourceDescription) throws -> StoredSource {
        if let known = try reader.source(description.digest) { return known }
        let id = try reader.next("id", in: "source")
        let insertion = try Insertion(db, into: "source", columns: 7)
        insertion.bind(id, 1)
        insertion.bind(description.digest, 2)
        insertion.bind(description.name, 3)
        insertion.bind(description.bytes, 4)
        insertion.bind(description.format, 5)
        insertion.bind(description.label, 6)
        insertion.bind(description.declared, 7)
        try insertion.run()
        try db.execute(sql: "INSERT INTO progress VALUES (?, 'reading', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)", arguments: [id])
        return StoredSource(id: id, description: description, progress: SourceProgress())
    }

    /// Moves a source's cursor and counters; belongs into the transaction that appends the records they count.
    public func setProgress(_ progress: SourceProgress, ofSource id: Int64) throws {
        let update = try Insertion(
            db,
            """
            UPDATE progress SET state = ?, member_offset = ?, skip_bytes = ?, next_ordinal = ?, records = ?, kept = ?,
                duplicate_exact = ?, duplicate_near = ?, rejected = ?, text_bytes = ?, skipped_bytes = ?
            WHERE source = ?
            """)
        update.bind(progress.isDone ? "done" : "reading", 1)
        let numbers = [
            progress.memberOffset, progress.skipBytes, progress.nextOrdinal, progress.records, progress.kept,
            progress.duplicateExact, progress.duplicateNear, progress.rejected, progress.textBytes,
            progress.skippedBytes, id,
        ]
        for (index, number) in zip(Int32(2)..., numbers) { update.bind(number, index) }
        try update.run()
        guard db.changesCount == 1 else { throw SluiceError(.io, "the store has no source \(id)") }
    }

    // MARK: Records

    /// Appends records to the ledger, in order, and places the kept documents among them into shards.
    ///
    /// Their `seq` must go on where ``StoreReader/nextSeq()`` says. Costs about 30 µs a kept record, text and commit
    /// included.
    public func append(_ entries: [StoreEntry], run: Int64, timeMicroseconds: Int64) throws {
        guard let first = entries.first else { return }
        try requireShardSettings()
        let batch = try Insertion(db, into: "batch", columns: 4)
        batch.bind(first.row.seq, 1)
        batch.bind(Int64(entries.count), 2)
        batch.bind(run, 3)
        batch.bind(timeMicroseconds, 4)
        try batch.run()
        try countMissed(before: first.row.seq)
        var shards = try currentShards()
        var steps: [Admitter.Step] = []
        var counts: [String: Int64] = [:]
        var noted: [Lookup.Entry] = []
        let rows = RowInsertions(db: db)
        var rest = entries[...]
        while let next = rest.first {
            // It comes right before the first row that needs it.
            if let dictionary = next.dictionary { try add(dictionary, fromRow: next.row.seq) }
            let end = rest.dropFirst().firstIndex { $0.dictionary != nil } ?? rest.endIndex
            try rows.insert(rest[..<end], source: sourceID)
            rest = rest[end...]
        }
        var held: [Int64] = []
        for entry in entries {
            guard (entry.address != nil) == (entry.row.urlCommitment != nil),
                (entry.document != nil) == (entry.row.outcome == .kept)
            else { throw SluiceError(.io, "record \(entry.row.seq): an address or a document without its row") }
            let keys = entry.keys ?? LookupKeys(of: entry)
            pending.note(keys, seq: entry.row.seq)
            if recent != nil { noted += keys.all.map { Lookup.Entry(key: $0, seq: entry.row.seq) } }
            if let what = entry.row.censusName { counts[what, default: 0] += 1 }
            guard let admission = entry.admission else { continue }
            if !shards.place(admission, &steps) { held.append(admission.seq) }
        }
        try rows.hold(held)
        try write(steps)
        let last = first.row.seq + Int64(entries.count) - 1
        try count(counts, upTo: last)
        recent?.note(noted, last: last)
        try LookupTable(db, pending: pending).extend(records: last)
        pending.forget(upTo: last - last % LookupRun.size(0))
        self.shards = shards
    }

    // MARK: Shards and releases

    /// Kept documents in no shard.
    public func heldCount() throws -> Int { try currentShards().heldCount }

    /// Seals the open shard; gives its number, or nil where none is open with anything in it.
    public func sealShard() throws -> Int64? {
        var shards = try currentShards()
        var steps: [Admitter.Step] = []
        shards.seal(&steps)
        try write(steps)
        self.shards = shards
        guard case .seal(let shard) = steps.first else { return nil }
        return shard
    }

    /// Writes down a release and the documents in it. A name is given once, to one manifest: what is there already is
    /// left as it is if it has this manifest, and an error if it has another.
    public func record(_ release: ReleaseDescription, documents: some Sequence<Int64>) throws {
        if let known = try reader.release(named: release.name) {
            guard known.manifest == release.manifest else { throw known.isTaken }
            return
        }
        let id = try reader.next("id", in: "release")
        var count: Int64 = 0
        var waiting: [Int64] = []
        func writeWaiting() throws {
            try Insertion.insert(waiting, into: "release_document", columns: 2, db) { document, membership in
                membership.bind(id, 1)
                membership.bind(document, 2)
            }
            count += Int64(waiting.count)
            waiting = []
        }
        for document in documents {
            waiting.append(document)
            if waiting.count == 4096 { try writeWaiting() }
        }
        try writeWaiting()
        let insertion = try Insertion(db, into: "release", columns: 6)
        insertion.bind(id, 1)
        insertion.bind(release.name, 2)
        insertion.bind(release.capPPM, 3)
        insertion.bind(count, 4)
        insertion.bind(release.ledgerSize, 5)
        insertion.bind(release.manifest, 6)
        try insertion.run()
    }

    // MARK: Within

    func setMeta(_ key: String, _ value: String) throws {
        try db.execute(sql: "INSERT INTO meta VALUES (?, ?)", arguments: [key, value])
    }

    private func sourceID(_ digest: Digest) throws -> Int64 {
        if let id = sourceIDs[digest] { return id }
        guard let source = try reader.source(digest) else {
            throw SluiceError(.io, "the store has no source \(digest.hex)")
        }
        sourceIDs[digest] = source.id
        return source.id
    }

    /// Fails where what is placed into shards from here on would depend on settings that nobody gave.
    func requireShardSettings() throws(SluiceError) {
        guard settings.shards == nil else { return }
        throw SluiceError(
            .configuration, "the store was opened without a cap and a size for its shards",
            advice: "this is a defect of the program, please report it")
    }

    func currentShards() throws -> Admitter {
        if let shards { return shards }
        let read = try reader.admitter(settings: settings.shards)
        shards = read
        return read
    }

    func write(_ steps: [Admitter.Step]) throws {
        guard !steps.isEmpty else { return }
        var id = try reader.next("id", in: "admission")
        var moves: [(shard: Int64, document: Int64, action: Int64, totals: ShardTotals)] = []
        func writeMoves() throws {
            try Insertion.insert(moves, into: "admission", columns: 7, db) { move, admission in
                admission.bind(id, 1)
                admission.bind(move.shard, 2)
                admission.bind(move.document, 3)
                admission.bind(move.action, 4)
                admission.bind(move.totals.documents, 5)
                admission.bind(move.totals.synthetic, 6)
                admission.bind(move.totals.real, 7)
                id += 1
            }
            moves = []
        }
        for step in steps {
            switch step {
            case .open(let shard, let settings):
                try writeMoves()
                try db.execute(
                    sql: "INSERT INTO shard VALUES (?, ?, ?, 'open')",
                    arguments: [shard, settings.capPPM, settings.targetTokens])
            case .seal(let shard):
                try writeMoves()
                try db.execute(sql: "UPDATE shard SET state = 'sealed' WHERE id = ?", arguments: [shard])
            case .admit(let shard, let document, let totals): moves.append((shard, document, 1, totals))
            case .withdraw(let shard, let document, let totals): moves.append((shard, document, -1, totals))
            }
        }
        try writeMoves()
    }
}

/// What a release is, besides its documents.
public struct ReleaseDescription: Sendable, Equatable {
    /// Its name, a ``GivenName``, given once.
    public var name: String
    /// The cap its files were written under, in millionths.
    public var capPPM: Int64
    /// The last seq that the export could see.
    public var ledgerSize: Int64
    /// SHA-256 of its manifest.
    public var manifest: Digest

    /// A description of its parts.
    public init(name: String, capPPM: Int64, ledgerSize: Int64, manifest: Digest) {
        self.name = name
        self.capPPM = capPPM
        self.ledgerSize = ledgerSize
        self.manifest = manifest
    }

    /// The error of another export that wants this one's name.
    public var isTaken: SluiceError {
        SluiceError(
            .cannotCreate, "there is a release named \(name) already, with other files (manifest \(manifest.hex))",
            advice: "choose another name")
    }
}

extension ProvenanceRow {
    /// What the record is counted as; nil for a duplicate.
    fileprivate var censusName: String? {
        switch outcome {
        case .kept: judgement?.verdict.rawValue
        case .duplicate: nil
        case .rejected(let reason, _): reason.rawValue
        }
    }
}
