import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceLedger
import SluiceStore

/// The serial end of the flow, and the only place where records meet: decides on each in input order, and writes what is
/// ready as one transaction.
struct Committer {
    private let store: Store
    private let model: Digest
    private let workers: Int
    private var settings: Settings
    private var index: DedupIndex?
    private var memory: KeptMemory
    private var packer: TextPacker?
    private let compressor = ZstdCompressor()
    private var run: Int64?
    /// The name of the run under which records are written; empty before the first.
    private(set) var runName = ""

    /// A committer for `store`; the near-duplicate index waits for the first source that is read.
    init(store: Store, settings: Settings, model: Digest, workers: Int) {
        self.store = store
        self.settings = settings
        self.model = model
        self.workers = workers
        memory = KeptMemory(parameters: settings.dedup, limits: settings.limits)
    }

    /// Records that were not compared with all their candidates.
    var cutSearches: Int { index?.cutSearches ?? 0 }

    /// How often a kept document was left out of a band of the index.
    var fullBuckets: Int { index?.fullBuckets ?? 0 }

    /// Goes on under other settings, and with them in another run.
    mutating func use(_ settings: Settings) {
        self.settings = settings
        run = nil
        packer = nil
    }

    /// Rebuilds the near-duplicate index from the documents in the store, where that has not been done. O(documents).
    mutating func prepare() throws(SluiceError) {
        guard index == nil else { return }
        let parameters = settings.dedup
        index = try store.read { reader in
            var builder = DedupIndexBuilder(parameters: parameters, expecting: try reader.documentCount())
            try reader.forEachIndexKey { seq, prefix, bands in
                try builder.append(document: seq, contentKeyPrefix: prefix, packedBands: bands)
            }
            return builder.build()
        }
    }

    /// One step of a source: records with the point behind them, or nothing where it ends without any more.
    struct Step {
        /// The source's number in the line.
        var source: Int
        var records: [PreparedRecord]
        /// How far they reach; nil where the source turned out to hold no more.
        var extent: BatchExtent?
    }

    /// What a step did: how far its source had been read before and is read now, and what its records came to.
    typealias Written = (before: SourceProgress?, after: SourceProgress, tally: Tally)

    /// Decides on the records of `steps` and commits them, with the points where reading goes on, in one transaction;
    /// answers what each step did.
    ///
    /// - Throws: ``SluiceError`` where the store cannot take them; nothing of them is in it then.
    mutating func commit(
        _ steps: ArraySlice<Step>, of sources: inout [Int: SourceUnderWay]
    ) throws(SluiceError) -> [Written] {
        try prepare()
        guard var index = index.take() else { throw SluiceError(.io, "records came before the index") }
        // Taken in by the index and not by the store, a document would be found when its records come again.
        var isTrue = true
        defer { if isTrue { self.index = index } else { self.packer = nil } }
        // Learned from in a transaction that did not happen, documents would be learned from again.
        let packer = self.packer
        self.packer = nil
        var changed = sources
        var (run, name) = (run, runName)
        let written = try store.write { writer in
            isTrue = false
            if run == nil {
                name = RunName.new()
                run = try writer.beginRun(
                    RunDescription(
                        uuid: name, toolVersion: Tool.version, configuration: settings.digest, model: model,
                        startedMicroseconds: Clock.microseconds, workers: workers))
            }
            memory.begin(writer.reader)
            defer { memory.end() }
            self.packer = try packer ?? TextPacker(writer.reader, level: settings.ingest.textCompression)
            var written: [Written] = []
            for step in steps {
                guard var source = changed[step.source], let run else {
                    throw SluiceError(.io, "records came without a source")
                }
                written.append(try write(step, of: &source, run: run, writer, &index))
                changed[step.source] = source
            }
            return written
        }
        isTrue = true
        (self.run, runName) = (run, name)
        sources = changed
        return written
    }

    private mutating func write(
        _ step: Step, of source: inout SourceUnderWay, run: Int64, _ writer: StoreWriter, _ index: inout DedupIndex
    ) throws -> Written {
        var tally = Tally()
        let before = source.stored?.progress
        var stored = try source.stored ?? writer.source(source.description)
        var progress = stored.progress
        var seq = try writer.reader.nextSeq()
        var entries: [StoreEntry] = []
        entries.reserveCapacity(step.records.count)
        for record in step.records {
            let decision = try decide(on: record, &index)
            tally.count(record, decision)
            entries.append(try entry(for: record, of: source.description.digest, seq: seq, decision))
            if case .document(let document) = record.content, decision == .kept {
                index.insert(document: seq, fingerprint: document.fingerprint)
                memory.remember(document, seq: seq)
            }
            seq += 1
        }
        if let extent = step.extent {
            tally.skippedBytes = extent.skipped
            progress.memberOffset = Int64(clamping: extent.resume.memberOffset)
            progress.skipBytes = Int64(clamping: extent.resume.skipBytes)
            progress.nextOrdinal = Int64(extent.resume.ordinal)
        }
        progress.add(tally)
        progress.isDone = step.extent?.isLast ?? true
        try writer.append(entries, run: run, timeMicroseconds: Clock.microseconds)
        try writer.setProgress(progress, ofSource: stored.id)
        stored.progress = progress
        source.stored = stored
        source.report.counts.add(tally)
        return (before, progress, tally)
    }

    /// Law 3, and law 1's three ways.
    private mutating func decide(on record: PreparedRecord, _ index: inout DedupIndex) throws -> ProvenanceRow.Outcome {
        switch record.content {
        case .rejected(let reason, let detail):
            return .rejected(reason, detail: detail)
        case .document(let document):
            let match = try index.findDuplicate(
                of: document.fingerprint, words: document.words, limits: settings.limits, lookup: &memory)
            return match.map { .duplicate($0) } ?? .kept
        }
    }

    private mutating func entry(
        for record: PreparedRecord, of source: Digest, seq: Int64, _ outcome: ProvenanceRow.Outcome
    ) throws -> StoreEntry {
        let commitment = record.url.map { Commitment(to: $0, inRecord: record.rawDigest) }
        var row = ProvenanceRow(
            seq: seq, source: source, ordinal: record.ordinal, offset: record.offset, recordID: record.id,
            captured: record.captured, urlCommitment: commitment?.digest, outcome: outcome)
        var entry = StoreEntry(row: row, dictionary: try packer?.begin(row: seq))
        if case .document(let document) = record.content {
            row.document = document.digest
            row.tokens = document.tokens
            if outcome == .kept {
                row.judgement = document.judgement
                entry.document = KeptDocument(
                    contentKey: document.fingerprint.contentKey, bands: document.fingerprint.packedBands,
                    synthetic: document.syntheticMass, rawBytes: document.text.count,
                    body: try compressor.compress(
                        document.text, level: settings.ingest.textCompression, dictionary: packer?.dictionary))
                packer?.keep(document.text, row: seq)
            }
        }
        entry.row = row
        if let url = record.url, let commitment {
            entry.address = Address(salt: commitment.salt, url: url, host: Host.of(url))
        }
        return entry
    }
}

extension Tally {
    /// Counts one record with its decision.
    fileprivate mutating func count(_ record: PreparedRecord, _ outcome: ProvenanceRow.Outcome) {
        if case .document(let document) = record.content {
            textBytes += UInt64(document.readBytes)
            if outcome == .kept { verdicts[document.judgement.verdict, default: 0] += 1 }
        }
        switch outcome {
        case .kept: kept += 1
        case .duplicate(let match) where match.kind == .exact: exactDuplicates += 1
        case .duplicate: nearDuplicates += 1
        case .rejected(let reason, let detail):
            rejected[reason, default: 0] += 1
            guard reason.isDamage, errors.count < Tally.errorLimit else { return }
            errors.append(
                RecordError(ordinal: record.ordinal, offset: record.offset, reason: reason, detail: detail))
        }
    }
}

extension SourceProgress {
    /// Adds what the records behind these came to.
    fileprivate mutating func add(_ tally: Tally) {
        kept += Int64(tally.kept)
        duplicateExact += Int64(tally.exactDuplicates)
        duplicateNear += Int64(tally.nearDuplicates)
        rejected += Int64(tally.rejectedCount)
        textBytes += Int64(clamping: tally.textBytes)
        skippedBytes += Int64(clamping: tally.skippedBytes)
    }
}
