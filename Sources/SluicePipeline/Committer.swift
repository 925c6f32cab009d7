import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceLedger
import SluiceStore

/// The serial end of the flow, and the only place where records meet: decides on each in input order, and writes a batch
/// as one transaction.
struct Committer {
    private let store: Store
    private let settings: Settings
    private let model: Digest
    private let workers: Int
    private var index: DedupIndex
    private var memory: KeptMemory
    private var run: Int64?
    /// What has been committed in this run.
    var summary = IngestSummary()

    /// A committer for `store`; the near-duplicate index waits for the first source that is read.
    init(store: Store, settings: Settings, model: Digest, workers: Int) throws(SluiceError) {
        self.store = store
        self.settings = settings
        self.model = model
        self.workers = workers
        memory = KeptMemory(parameters: settings.dedup, limits: settings.limits)
        summary.heldBefore = try store.write { try $0.heldCount() }
        index = DedupIndex(parameters: settings.dedup)
    }

    /// The near-duplicate index, rebuilt from the documents in the store. O(documents).
    private func rebuiltIndex() throws(SluiceError) -> DedupIndex {
        try store.read { reader in
            var index = DedupIndex(parameters: settings.dedup)
            try reader.forEachDocumentKeys { keys in
                try index.insert(
                    document: keys.seq, contentKeyPrefix: keys.contentKey.prefix, packedBands: keys.bands)
            }
            return index
        }
    }

    /// How far the source with this digest has been read before; nil where it is new.
    func known(_ digest: Digest) throws(SluiceError) -> StoredSource? {
        try store.read { try $0.source(digest) }
    }

    /// Takes note of a source that earlier runs have read, to its end or not.
    mutating func meet(_ known: StoredSource) throws(SluiceError) {
        if known.progress.isDone {
            summary.alreadyIngested += 1
            if known.progress.records > 0 { summary.hasEarlierRecords = true }
        } else {
            let rejections = try store.read { try $0.rejections(ofSource: known.id) }
            if rejections.contains(where: { $0.key.isDamage }) { summary.hasEarlierDamage = true }
        }
    }

    /// Adds to the summary what only the end of a run can tell.
    mutating func finishRun() throws(SluiceError) {
        summary.held = try store.write { try $0.heldCount() }
        summary.cutSearches = index.cutSearches
        summary.fullBuckets = index.fullBuckets
    }

    /// Enters a source that is about to be read, and the run before its first one.
    mutating func begin(_ description: SourceDescription) throws(SluiceError) -> StoredSource {
        if run == nil { index = try rebuiltIndex() }
        var (run, name) = (run, summary.run)
        let source = try store.write { writer in
            if run == nil {
                name = RunName.new()
                run = try writer.beginRun(
                    RunDescription(
                        uuid: name, toolVersion: Tool.version, configuration: settings.digest, model: model,
                        startedMicroseconds: Clock.microseconds, workers: workers))
            }
            return try writer.source(description)
        }
        (self.run, summary.run) = (run, name)
        summary.sources += 1
        return source
    }

    /// Decides on the records of a batch and commits them with the point where reading goes on.
    ///
    /// - Throws: ``SluiceError`` where the store cannot take them; nothing of the batch is in it then.
    mutating func commit(
        _ records: [PreparedRecord], of source: inout StoredSource, upTo batch: BatchExtent
    ) throws(SluiceError) {
        var batchSummary = summary
        var progress = source.progress
        let digest = source.description.digest
        guard let run else { throw SluiceError(.io, "a batch came before its source") }
        try store.write { writer in
            memory.begin(writer.reader)
            defer { memory.end() }
            var seq = try writer.reader.nextSeq()
            var entries: [StoreEntry] = []
            entries.reserveCapacity(records.count)
            for record in records {
                let decision = try decide(on: record)
                count(record, decision, in: &batchSummary, and: &progress)
                entries.append(entry(for: record, of: digest, seq: seq, decision))
                if case .document(let document) = record.content, decision == .kept {
                    index.insert(document: seq, fingerprint: document.fingerprint)
                    memory.remember(document, seq: seq)
                }
                seq += 1
            }
            progress.memberOffset = Int64(clamping: batch.resume.memberOffset)
            progress.skipBytes = Int64(clamping: batch.resume.skipBytes)
            progress.nextOrdinal = Int64(batch.resume.ordinal)
            progress.skippedBytes += Int64(clamping: batch.skipped)
            progress.isDone = batch.isLast
            try writer.append(entries, run: run, timeMicroseconds: Clock.microseconds)
            try writer.setProgress(progress, ofSource: source.id)
        }
        source.progress = progress
        summary = batchSummary
        summary.skippedBytes += batch.skipped
    }

    /// Enters that a source which held no record, or no more, is at its end.
    mutating func finish(_ source: inout StoredSource) throws(SluiceError) {
        var progress = source.progress
        progress.isDone = true
        let id = source.id
        try store.write { try $0.setProgress(progress, ofSource: id) }
        source.progress = progress
    }

    /// Law 3, and law 1's three ways.
    private mutating func decide(on record: PreparedRecord) throws -> ProvenanceRow.Outcome {
        switch record.content {
        case .rejected(let reason, let detail):
            return .rejected(reason, detail: detail)
        case .document(let document):
            let match = try index.findDuplicate(
                of: document.fingerprint, words: document.words, limits: settings.limits, lookup: &memory)
            return match.map { .duplicate($0) } ?? .kept
        }
    }

    private func entry(
        for record: PreparedRecord, of source: Digest, seq: Int64, _ outcome: ProvenanceRow.Outcome
    ) -> StoreEntry {
        let commitment = record.url.map { Commitment(to: $0, inRecord: record.rawDigest) }
        var row = ProvenanceRow(
            seq: seq, source: source, ordinal: record.ordinal, offset: record.offset, recordID: record.id,
            captured: record.captured, urlCommitment: commitment?.digest, outcome: outcome)
        var entry = StoreEntry(row: row)
        if case .document(let document) = record.content {
            row.document = document.digest
            row.tokens = document.tokens
            if outcome == .kept {
                row.judgement = document.judgement
                entry.document = KeptDocument(
                    contentKey: document.fingerprint.contentKey, bands: document.fingerprint.packedBands,
                    synthetic: document.syntheticMass, rawBytes: document.rawBytes, body: document.body)
            }
        }
        entry.row = row
        if let url = record.url, let commitment {
            entry.address = Address(salt: commitment.salt, url: url, host: Host.of(url))
        }
        return entry
    }

    private func count(
        _ record: PreparedRecord, _ outcome: ProvenanceRow.Outcome, in summary: inout IngestSummary,
        and progress: inout SourceProgress
    ) {
        summary.records += 1
        if case .document(let document) = record.content {
            summary.textBytes += UInt64(document.readBytes)
            progress.textBytes += Int64(document.readBytes)
            if outcome == .kept { summary.verdicts[document.judgement.verdict, default: 0] += 1 }
        }
        switch outcome {
        case .kept:
            summary.kept += 1
            progress.kept += 1
        case .duplicate(let match) where match.kind == .exact:
            summary.exactDuplicates += 1
            progress.duplicateExact += 1
        case .duplicate:
            summary.nearDuplicates += 1
            progress.duplicateNear += 1
        case .rejected(let reason, _):
            summary.rejected[reason, default: 0] += 1
            progress.rejected += 1
        }
    }
}
