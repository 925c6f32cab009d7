import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

/// The serial end of the flow: writes what is ready, in input order, as one transaction.
struct Committer {
    private let store: Store
    private let model: Digest
    private let workers: Int
    private var settings: Settings
    private var run: Int64?
    /// The name of the run under which records are written; empty before the first.
    private(set) var runName = ""

    /// A committer for `store`.
    init(store: Store, settings: Settings, model: Digest, workers: Int) {
        self.store = store
        self.settings = settings
        self.model = model
        self.workers = workers
    }

    /// Goes on under other settings, and with them in another run.
    mutating func use(_ settings: Settings) {
        self.settings = settings
        run = nil
    }

    /// One step of a source: records with the point behind them, or nothing where it ends without any more.
    typealias Step = LineBatch<FinishedRecords>

    /// What a step did: how far its source had been read before and is read now, and what its records came to.
    typealias Written = (before: SourceProgress?, after: SourceProgress, tally: Tally)

    /// Commits the records of `steps`, with the points where reading goes on, in one transaction; answers what each step
    /// did.
    ///
    /// - Throws: ``SluiceError`` where the store cannot take them; nothing of them is in it then.
    mutating func commit(
        _ steps: ArraySlice<Step>, of sources: inout [Int: SourceUnderWay]
    ) throws(SluiceError) -> [Written] {
        var changed = sources
        var (run, name) = (run, runName)
        let written = try store.write { writer in
            if run == nil {
                name = RunName.new()
                run = try writer.beginRun(
                    RunDescription(
                        uuid: name, toolVersion: Tool.version, configuration: settings.digest, model: model,
                        startedMicroseconds: Clock.microseconds, workers: workers))
            }
            return try steps.map { step in
                guard var source = changed[step.source], let run else {
                    throw SluiceError(.io, "records came without a source")
                }
                defer { changed[step.source] = source }
                return try Committer.write(step, of: &source, run: run, writer)
            }
        }
        (self.run, runName) = (run, name)
        sources = changed
        return written
    }

    private static func write(
        _ step: Step, of source: inout SourceUnderWay, run: Int64, _ writer: StoreWriter
    ) throws -> Written {
        var tally = step.records.tally
        let before = source.stored?.progress
        var stored = try source.stored ?? writer.source(source.description)
        var progress = stored.progress
        if let extent = step.extent {
            tally.skippedBytes = extent.skipped
            progress.memberOffset = Int64(clamping: extent.resume.memberOffset)
            progress.skipBytes = Int64(clamping: extent.resume.skipBytes)
            progress.nextOrdinal = Int64(extent.resume.ordinal)
        }
        progress.add(tally)
        progress.isDone = step.extent?.isLast ?? true
        try writer.append(step.records.entries, run: run, timeMicroseconds: Clock.microseconds)
        try writer.setProgress(progress, ofSource: stored.id)
        stored.progress = progress
        source.stored = stored
        source.report.counts.add(tally)
        return (before, progress, tally)
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
