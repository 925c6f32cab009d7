import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect
import SluiceStore

/// What to ingest, and where to.
public struct IngestRequest: Sendable {
    /// Files, directories and `-`.
    public var inputs: [String]
    /// The store's directory.
    public var storeDirectory: String
    /// What the sources are made of.
    public var format: SourceFormat
    /// A label for the sources.
    public var label: String?
    /// Who wrote all of it, where that is declared.
    public var declared: DeclaredLabel?

    /// A request of its parts.
    public init(
        inputs: [String], storeDirectory: String, format: SourceFormat = .auto, label: String? = nil,
        declared: DeclaredLabel? = nil
    ) {
        self.inputs = inputs
        self.storeDirectory = storeDirectory
        self.format = format
        self.label = label
        self.declared = declared
    }
}

/// A run of the main job: sources in, decisions in the store.
///
/// Batches are prepared by up to `workers` child tasks at once and committed one by one in input order, so the store is
/// a function of the input alone. Whatever was committed stays when the run is killed, and the next run goes on there.
public struct Ingest {
    private let request: IngestRequest
    private let settings: Settings
    private let model: DetectorModel
    private let workers: Int

    /// A run that is ready to start.
    public init(_ request: IngestRequest, settings: Settings, model: DetectorModel) throws(SluiceError) {
        self.request = request
        self.settings = settings
        self.model = model
        workers = settings.ingest.workers > 0 ? settings.ingest.workers : Processors.available
    }

    /// Reads every source to its end.
    ///
    /// - Parameter report: Called after each commit.
    /// - Throws: ``SluiceError`` where the run cannot go on. What was committed before stays.
    public func run(report: @Sendable (IngestProgress) -> Void) async throws -> IngestSummary {
        let start = ContinuousClock.now
        // Named before the store is made: a misspelt path must not leave an empty store behind.
        let inputs = try InputList(expanding: request.inputs)
        let preparer = try preparer()
        let store = try Store.open(directory: request.storeDirectory, mode: .write, settings: storeSettings)
        defer { store.close() }
        StandardInputCopy.removeLeftovers(in: request.storeDirectory)
        var committer = try Committer(store: store, settings: settings, model: model.id, workers: workers)
        committer.summary.passedOver = inputs.passedOver
        committer.summary.failures = inputs.failures
        var progress = IngestProgress(bytesTotal: inputs.bytes)
        for path in inputs.paths {
            if path == InputList.standardInput {
                try await StandardInputCopy.use(in: request.storeDirectory) { copy in
                    progress.bytesTotal += try SourceFile.size(of: copy)
                    try await read(copy, name: "stdin", preparer, &committer, &progress, report)
                }
            } else {
                try await read(path, name: InputList.name(of: path), preparer, &committer, &progress, report)
            }
        }
        try committer.finishRun()
        let elapsed = (ContinuousClock.now - start).components
        committer.summary.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        return committer.summary
    }

    private var storeSettings: StoreSettings {
        StoreSettings(
            shards: ShardSettings(
                capPPM: Int64((settings.shards.cap * 1_000_000).rounded()),
                targetTokens: Int64(settings.shards.targetTokens)),
            deduplication: settings.identity)
    }

    private func preparer() throws(SluiceError) -> Preparer {
        Preparer(
            decoder: RecordDecoder(limits: settings.limits), parameters: try settings.dedup.validated(),
            limits: settings.limits, detector: Detector(model: model),
            judge: try Judge(
                prior: settings.detection.prior, anchorWeight: settings.detection.anchorWeight,
                anchorBefore: settings.detection.anchorBefore),
            compressionLevel: settings.ingest.textCompression, sourceLabel: request.declared)
    }

    private func read(
        _ path: String, name: String, _ preparer: Preparer, _ committer: inout Committer,
        _ progress: inout IngestProgress, _ report: @Sendable (IngestProgress) -> Void
    ) async throws {
        let opened: OpenedSource
        do throws(SluiceError) {
            guard let some = try open(path, &committer) else { return }
            opened = some
        } catch {
            guard error.concernsOneInput else { throw error }
            // One source that cannot be used leaves the others as they are. Once its first batch is in the store it
            // must be read to its end: then every error ends the run.
            committer.summary.failures.append(error)
            return
        }
        var source = try committer.begin(
            SourceDescription(
                digest: opened.digest, name: name, bytes: Int64(clamping: opened.bytes),
                format: opened.reader.format.rawValue, label: request.label, declared: request.declared?.json))
        progress.source = name
        let (doneBefore, readBefore) = (progress.bytesDone, committer.summary.bytesRead)
        let batches = OrderedBatches(
            workers: workers, maxRecords: settings.ingest.batchRecords, maxBytes: settings.ingest.batchBytes)
        try await batches.run(opened.reader) { batch in
            (try preparer.prepare(batch.records), BatchExtent(batch))
        } commit: { records, extent in
            try opened.stamp.requireUnchanged(path)
            try committer.commit(records, of: &source, upTo: extent)
            committer.summary.bytesRead =
                readBefore + extent.position - min(opened.resumedAt.memberOffset, extent.position)
            progress.bytesDone = doneBefore + extent.position
            progress.summary = committer.summary
            report(progress)
        }
        try opened.stamp.requireUnchanged(path)
        if !source.progress.isDone { try committer.finish(&source) }
        progress.bytesDone = doneBefore + opened.bytes
    }

    private struct OpenedSource {
        var stamp: SourceStamp
        var digest: Digest
        var bytes: UInt64
        var reader: SourceReader
        var resumedAt: ResumePoint
    }

    /// Opens a source at the point where its last committed batch ended; nil where it was read to its end before.
    private func open(_ path: String, _ committer: inout Committer) throws(SluiceError) -> OpenedSource? {
        let stamp = try SourceStamp(of: path)
        let (digest, bytes) = try SourceFile.digest(of: path)
        let known = try committer.known(digest)
        if let known {
            try requireSameRequest(known, path)
            try committer.meet(known)
            if known.progress.isDone { return nil }
        }
        let format = known.flatMap { SourceFormat(rawValue: $0.description.format) } ?? request.format
        let resume = known?.progress.resumePoint
        let reader = try SourceReader(path: path, format: format, limits: settings.limits, resume: resume)
        return OpenedSource(stamp: stamp, digest: digest, bytes: bytes, reader: reader, resumedAt: resume ?? .start)
    }

    /// A source keeps what it was first read under: a cursor counts records of one framing, and half a source cannot be
    /// declared otherwise than its other half.
    private func requireSameRequest(_ known: StoredSource, _ path: String) throws(SluiceError) {
        let was = known.description
        guard was.declared == request.declared?.json, was.label == request.label else {
            if known.progress.isDone { return }
            throw SluiceError(
                .configuration, "\(path) was begun with another --source, --origin or --generator",
                advice: "give the same ones to read it to its end")
        }
        guard request.format == .auto || request.format.rawValue == was.format || known.progress.isDone else {
            throw SluiceError(
                .configuration, "\(path) was begun as \(was.format), not \(request.format.rawValue)",
                advice: "leave --format out to read it to its end")
        }
    }
}

/// How far a batch reaches in its source.
struct BatchExtent: Sendable {
    /// Where reading goes on once the batch is committed.
    var resume: ResumePoint
    /// Bytes of the source, as stored, up to its end.
    var position: UInt64
    /// Bytes in it that belong to no record.
    var skipped: UInt64
    /// True where the source ends with it.
    var isLast: Bool

    init(_ batch: RawBatch) {
        resume = batch.resume
        position = batch.position
        skipped = batch.skipped
        isLast = batch.isLast
    }
}

extension SourceProgress {
    /// Where reading goes on.
    fileprivate var resumePoint: ResumePoint {
        ResumePoint(
            memberOffset: UInt64(clamping: memberOffset), skipBytes: UInt64(clamping: skipBytes),
            ordinal: Int(clamping: nextOrdinal))
    }
}

extension DeclaredLabel {
    /// The label as the store keeps it of a source.
    fileprivate var json: String {
        var json = JSONText()
        json.object { json in
            json.member("synthetic", isSynthetic)
            json.member("generator", generator)
        }
        return json.string
    }
}
