import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

/// The serial end of the flow: writes what is ready, in input order, as one transaction, and says so once it is on disk.
actor Committer {
    private let store: Store
    private let model: Digest
    private let workers: Int
    private let board: LineBoard
    private let remark: @Sendable (LineRemark) -> Void
    private var settings: Settings
    private var isToWait: @Sendable () -> Bool = { false }
    private var run: Int64?
    /// The name of the run under which records are written; empty before the first.
    private(set) var runName = ""
    /// The sources of which a part is written, as the store knows them.
    private var sources: [Int: SourceUnderWay] = [:]
    /// What goes into the next transaction.
    private var steps: [Step] = []
    private var news: [News] = []

    /// A committer for `store`; `remark` is told where a run decides otherwise than the one before it.
    init(
        store: Store, settings: Settings, model: Digest, workers: Int, board: LineBoard,
        remark: @escaping @Sendable (LineRemark) -> Void = { _ in }
    ) {
        self.remark = remark
        self.store = store
        self.settings = settings
        self.model = model
        self.workers = workers
        self.board = board
    }

    /// One step of a source: records with the point behind them, or nothing where it ends without any more.
    typealias Step = LineBatch<FinishedRecords>

    /// What is told of the sources, after the fact.
    enum News: Sendable {
        case committed(SourceCommit)
        case finished(SourceOutcome)
    }

    /// What a step did: how far its source had been read before and is read now, and what its records came to.
    private typealias Written = (before: SourceProgress?, after: SourceProgress, tally: Tally)

    /// Goes on under other settings, and with them in another run.
    func use(_ settings: Settings) {
        self.settings = settings
        run = nil
    }

    /// Where another program holds the store, waits for it as long as `isToWait` says so.
    func waits(while isToWait: @escaping @Sendable () -> Bool) { self.isToWait = isToWait }

    /// Not all that came was written: nothing of it is known any more.
    func forget() { (sources, steps, news) = ([:], [], []) }

    /// Takes the next item. Records are kept for the next transaction until as many have come as one batch may have,
    /// however many sources they are of, or until it is said that nothing follows; all else is told in its place.
    ///
    /// - Returns: What is on disk now and was not told before, in order.
    /// - Throws: ``SluiceError`` where the store cannot take the records; nothing of them is in it then.
    func take(_ item: LineItem<Step>, commits: Bool) async throws -> [News] {
        switch item {
        case .dropped: break
        case .outcome(let outcome, let source):
            try await commit()
            guard let source else {
                news.append(.finished(outcome))
                break
            }
            // Its commits may have changed what is known of it since it was taken from there.
            finish(source.number, (sources[source.number] ?? source).outcome(outcome.result))
        case .batch(let step):
            if records + step.records.entries.count > settings.ingest.batchRecords { try await commit() }
            steps.append(step)
            if records >= settings.ingest.batchRecords { try await commit() }
        }
        if commits { try await commit() }
        defer { news = [] }
        return news
    }

    private var records: Int { steps.reduce(0) { $0 + $1.records.entries.count } }

    /// Commits what waits, and ends the sources of which there is no more.
    private func commit() async throws {
        guard !steps.isEmpty else { return }
        let start = ContinuousClock.now
        let written = try await writeWaiting()
        if let last = steps.compactMap(\.records.lastSeq).last { board.wrote(upTo: last) }
        var duration: Duration? = .now - start
        for (step, (before, after, tally)) in zip(steps, written) {
            guard let source = sources[step.source.number] else { continue }
            // A source without a record has no batch, and was read to its end all the same.
            let position = step.extent?.position ?? UInt64(clamping: source.description.bytes)
            news.append(
                .committed(
                    SourceCommit(
                        description: source.description, before: before, after: after, tally: tally,
                        bytesRead: position - min(source.position, position), position: position,
                        duration: duration.take())))
            sources[source.number]?.position = position
            guard after.isDone else { continue }
            let result: Result<SourceReport, SluiceError> =
                if let change = source.change { .failure(change) } else { .success(try report(on: source)) }
            finish(source.number, source.outcome(result))
        }
        steps = []
    }

    private func finish(_ source: Int, _ outcome: SourceOutcome) {
        sources[source] = nil
        if board.ended(source) { news.append(.finished(outcome)) }
    }

    private func writeWaiting() async throws -> [Written] {
        while true {
            do throws(SluiceError) {
                return try write()
            } catch {
                guard error.code == .busy, isToWait() else { throw error }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Writes the records of `steps`, with the points where reading goes on, in one transaction; answers what each step
    /// did.
    private func write() throws(SluiceError) -> [Written] {
        var changed = sources
        var (run, name) = (run, runName)
        var differences: [RunDescription.Part] = []
        let written = try store.write { writer in
            if run == nil {
                name = RunName.new()
                let description = RunDescription(
                    uuid: name, toolVersion: Tool.version, configuration: settings.digest, model: model,
                    startedMicroseconds: Clock.microseconds, workers: workers)
                differences = try writer.reader.lastRun().map(description.differences) ?? []
                run = try writer.beginRun(description)
            }
            return try steps.map { step in
                guard let run else { throw SluiceError(.io, "records came without a run") }
                return try Committer.write(
                    step, of: &changed[step.source.number, default: step.source], run: run, writer)
            }
        }
        (self.run, runName) = (run, name)
        sources = changed
        if !differences.isEmpty { remark(.changed(differences)) }
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
        if let labelled = step.records.labelledDuplicates {
            tally.otherLabels = try writer.reader.otherLabels(among: labelled)
        }
        try writer.setProgress(progress, ofSource: stored.id)
        stored.progress = progress
        source.stored = stored
        source.report.counts.add(tally)
        return (before, progress, tally)
    }

    private func report(on source: SourceUnderWay) throws(SluiceError) -> SourceReport {
        var whole = source.report
        if source.isResumed, let stored = source.stored {
            whole = try store.read { try SourceReport(on: stored, source.request, $0) }
        }
        whole.isRepeat = false
        whole.run = runName
        whole.counts.verdicts = source.report.verdicts
        whole.counts.unreadLabels = source.report.unreadLabels
        whole.counts.otherLabels = source.report.otherLabels
        return whole
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
