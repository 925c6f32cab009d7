import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect
import SluiceStore
import Synchronization

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
/// Whatever was committed stays when the run is killed, and the next run goes on there.
public struct Ingest {
    private let request: IngestRequest
    private let settings: Settings
    private let model: DetectorModel

    /// A run that is ready to start.
    public init(_ request: IngestRequest, settings: Settings, model: DetectorModel) {
        self.request = request
        self.settings = settings
        self.model = model
    }

    /// Reads every source to its end.
    ///
    /// - Parameter report: Called after each commit.
    /// - Throws: ``SluiceError`` where the run cannot go on. What was committed before stays.
    public func run(report: @escaping @Sendable (IngestProgress) -> Void) async throws -> IngestSummary {
        let start = ContinuousClock.now
        // Named before the store is made: a misspelt path must not leave an empty store behind.
        let list = try InputList(expanding: request.inputs)
        _ = try FurtherEvidence(settings.watermark)
        // What needs no store is done while that is opened, which is waiting for the disk mostly.
        async let first = list.inputs.first.flatMap { KnownSource($0) }
        let store = try Store.open(
            directory: request.storeDirectory, mode: .write, settings: settings.storeSettings)
        defer { store.close() }
        StandardInputCopy.removeLeftovers(in: request.storeDirectory)
        defer { StandardInputCopy.removeLeftovers(in: request.storeDirectory) }
        var feed = InputFeed(request, list, first: await first, report: report)
        feed.progress.summary.heldBefore = try store.write { try $0.heldCount() }
        let remarks = Mutex<[LineRemark]>([])
        var line = try IngestLine(store: store, settings: settings, model: model) { remark in
            remarks.withLock { $0.append(remark) }
        }
        try await line.run(&feed)
        var summary = feed.progress.summary
        summary.run = await line.runName
        let open: StoredShard?
        (summary.held, open) = try store.write { (try $0.heldCount(), try $0.reader.shards().last { !$0.isSealed }) }
        (summary.cutSearches, summary.fullBuckets) = (await line.cutSearches, await line.fullBuckets)
        summary.lineRemarks = remarks.withLock { $0 }
        let configured = ShardSettings.ppm(settings.shards.cap)
        if let cap = open?.settings.capPPM, cap != configured, summary.counts.kept > 0 {
            summary.lineRemarks.append(.shardCap(cap, configured: configured))
        }
        summary.seconds = (ContinuousClock.now - start) / .seconds(1)
        return summary
    }
}

extension Settings {
    /// What a store is opened with under these settings.
    public var storeSettings: StoreSettings {
        StoreSettings(
            shards: ShardSettings(
                capPPM: ShardSettings.ppm(shards.cap), targetTokens: Int64(shards.targetTokens)),
            deduplication: identity)
    }
}

/// A file with the digest that it is known by, and what it was before that was taken.
private struct KnownSource: Sendable {
    let stamp: SourceStamp
    let digest: Digest

    /// Nil where the file cannot be read: whoever reads it next says why.
    init?(_ input: InputList.Input) {
        guard !input.isStandardInput, let stamp = try? SourceStamp(of: input.path),
            let digest = try? SourceFile.digest(of: input.path).digest
        else { return nil }
        (self.stamp, self.digest) = (stamp, digest)
    }
}

/// The inputs of a run, in order, and what became of them.
private struct InputFeed: SourceFeed {
    private let request: IngestRequest
    private var inputs: ArraySlice<InputList.Input>
    private let report: @Sendable (IngestProgress) -> Void
    /// How far the run has come.
    var progress: IngestProgress
    /// Bytes of the sources that are dealt with to their end.
    private var bytesDone: UInt64 = 0
    /// The first source, where it is known already.
    private var first: KnownSource?

    init(
        _ request: IngestRequest, _ list: InputList, first: KnownSource?,
        report: @escaping @Sendable (IngestProgress) -> Void
    ) {
        self.request = request
        self.first = first
        self.report = report
        inputs = list.inputs[...]
        progress = IngestProgress(bytesTotal: list.bytes)
        progress.summary.passedOver = list.passedOver
        progress.summary.failures = list.failures
    }

    mutating func next(mayWait: Bool) throws -> SourceRequest? {
        guard let input = inputs.first else { return nil }
        // What comes before standard input may take long; its end is not waited for meanwhile.
        if input.isStandardInput, !mayWait { return nil }
        inputs.removeFirst()
        var source = SourceRequest(
            path: input.path, name: input.name, format: request.format, label: request.label,
            declared: request.declared)
        if let known = first.take() { (source.stamp, source.digest) = (known.stamp, known.digest) }
        if input.isStandardInput {
            source.path = try StandardInputCopy.make(in: request.storeDirectory)
            progress.bytesTotal += try SourceFile.size(of: source.path)
        }
        return source
    }

    mutating func committed(_ commit: SourceCommit) {
        progress.summary.counts.add(commit.tally)
        progress.summary.bytesRead += commit.bytesRead
        progress.source = commit.description.name
        progress.bytesDone = bytesDone + commit.position
        report(progress)
    }

    mutating func finished(_ outcome: SourceOutcome) throws {
        bytesDone += outcome.bytes
        progress.bytesDone = bytesDone
        switch outcome.result {
        case .success(let source):
            guard source.isRepeat else {
                progress.summary.sources += 1
                if source.hasDamage { progress.summary.hasEarlierDamage = true }
                if source.isUseful { progress.summary.hasEarlierUse = true }
                return
            }
            progress.summary.addRepeat(source)
        case .failure(let error):
            // One source that cannot be used leaves the others as they are. Once its first batch is in the store it
            // must be read to its end: then every error ends the run. Of a source that is not open yet, `.usage`
            // says that an earlier run began it as something else.
            guard error.concernsOneInput || error.code == .usage, !outcome.hasBegun else { throw error }
            progress.summary.failures.append(error)
        }
    }
}
