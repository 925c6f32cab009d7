import SluiceCore
import SluiceCrawl
import SluiceDetect
import SluiceStore

/// The engine: sources go in, one behind the other, and their decisions come out in the store.
///
/// Batches go through four stages: ``Preparer`` (in child tasks), ``Decider`` (in the order in which they were read),
/// ``Finisher`` (in child tasks again) and ``Committer`` (in order). So the store is a function of the sources' order
/// alone. Small sources that are ready together share a transaction. Whatever was committed stays when the line is
/// killed, and a source that comes again goes on there.
public struct IngestLine {
    private let store: Store
    private let model: DetectorModel
    private let workers: Int
    private var settings: Settings
    private var preparer: Preparer
    private var finisher: Finisher
    private var decider: Decider
    private var committer: Committer
    private var underWay: [Int: SourceUnderWay] = [:]
    private var taken = 0
    private var current: (number: Int, reader: SourceReader)?
    /// A source that has to wait until the line is empty, and the settings that have.
    private var waiting: (source: SourceRequest?, settings: Settings?) = (nil, nil)

    /// A line into `store`, which is open for writing.
    ///
    /// - Parameter remark: Told what did not go as it should and costs no more than time.
    /// - Throws: ``SluiceError`` of the kind `configuration` where the settings cannot be used.
    public init(
        store: Store, settings: Settings, model: DetectorModel, policy: SnapshotPolicy = SnapshotPolicy(),
        remark: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SluiceError) {
        self.store = store
        self.settings = settings
        self.model = model
        workers = settings.ingest.workers > 0 ? settings.ingest.workers : Processors.available
        preparer = try Preparer(settings: settings)
        finisher = try Finisher(settings: settings, model: model)
        decider = Decider(
            store: store, settings: settings,
            keeper: IndexKeeper(store: store, settings: settings, policy: policy, remark: remark))
        committer = Committer(store: store, settings: settings, model: model.id, workers: workers)
    }

    /// The name of the run under which records are written; empty before the first.
    public var runName: String { committer.runName }

    /// Records that were not compared with all their candidates, because that would have cost more than the limits allow.
    public var cutSearches: Int { decider.cutSearches }

    /// How often a kept document was left out of a band of the index, because too many others share its key there.
    public var fullBuckets: Int { decider.fullBuckets }

    /// Opens the near-duplicate index now instead of with the first source. O(documents in the store).
    public mutating func prepare() throws(SluiceError) { try decider.prepare() }

    /// Takes sources from `feed` until there are no more.
    ///
    /// - Throws: ``SluiceError`` where the store takes no more; what `feed` throws. What was committed before stays.
    public mutating func run(_ feed: inout some SourceFeed) async throws {
        let work = OrderedWork(workers: workers, maxBytes: settings.ingest.batchBytes)
        // What was decided and could not be written must not be built upon by whoever runs the line again.
        var isWhole = false
        defer {
            if !isWhole {
                decider.forget()
                (underWay, current, waiting) = ([:], nil, (nil, nil))
            }
        }
        try await work.run { mayWait in
            try await next(&feed, mayWait: mayWait)
        } prepare: { piece in
            piece.map { $0.prepared() }
        } decide: { piece in
            try decide(piece)
        } finish: { piece in
            try piece.map { try $0.finished() }
        } commit: { answers in
            try await commit(answers, &feed)
        }
        isWhole = true
        decider.settle(atEnd: true)
    }

    /// What goes through the line, in order.
    private enum Item<Content: Sendable>: Sendable {
        case batch(Content)
        /// A source was read to its end before, or cannot be read on.
        case outcome(SourceOutcome, source: Int?)
        /// A batch of a source that has failed.
        case dropped

        func map<Next>(_ change: (Content) throws -> Next) rethrows -> Item<Next> {
            switch self {
            case .batch(let batch): .batch(try change(batch))
            case .outcome(let outcome, let source): .outcome(outcome, source: source)
            case .dropped: .dropped
            }
        }
    }

    private struct Raw: Sendable {
        var batch: LineBatch<[RawRecord]>
        var preparer: Preparer

        func prepared() -> LineBatch<[PreparedRecord]> { batch.with(preparer.prepare(batch.records)) }
    }

    private struct Decided: Sendable {
        var batch: LineBatch<DecidedRecords>
        var finisher: Finisher
        var digest: Digest
        var label: DeclaredLabel?

        func finished() throws(SluiceError) -> Committer.Step {
            batch.with(try finisher.finish(batch.records, of: digest, sourceLabel: label))
        }
    }

    // MARK: Reading

    private mutating func next(
        _ feed: inout some SourceFeed, mayWait: Bool
    ) async throws -> OrderedWork.Piece<Item<Raw>>? {
        if decider.isToSettle {
            // Once nothing is under way, all that was decided is in the store.
            guard mayWait else { return nil }
            decider.settle()
        }
        if current != nil { return nextBatch(feed) }
        waiting.settings = feed.changedSettings() ?? waiting.settings
        if let changed = waiting.settings {
            guard mayWait else { return nil }
            preparer = try Preparer(settings: changed)
            finisher = try finisher.using(changed)
            settings = changed
            decider.use(changed)
            committer.use(changed)
            waiting.settings = nil
        }
        let request: SourceRequest
        if let source = waiting.source {
            guard mayWait else { return nil }
            request = source
            waiting.source = nil
        } else {
            guard let source = try await feed.next(mayWait: mayWait) else { return nil }
            request = source
        }
        do throws(SluiceError) {
            if let outcome = try open(request) { return (.outcome(outcome, source: nil), 0) }
            return current == nil ? nil : nextBatch(feed)
        } catch {
            let outcome = SourceOutcome(
                request: request, result: .failure(error), hasBegun: false,
                bytes: (try? SourceFile.size(of: request.path)) ?? 0)
            return (.outcome(outcome, source: nil), 0)
        }
    }

    private mutating func nextBatch(_ feed: some SourceFeed) -> OrderedWork.Piece<Item<Raw>>? {
        guard let (number, reader) = current, let source = underWay[number] else { return nil }
        do throws(SluiceError) {
            if let reason = feed.pause { throw reason }
            if feed.isStopping {
                throw SluiceError(
                    .busy, "\(source.request.name) was left before its end",
                    advice: "give it again: what was committed stays, and reading goes on there")
            }
            guard
                let batch = try reader.nextBatch(
                    maxRecords: settings.ingest.batchRecords, maxBytes: settings.ingest.batchBytes)
            else {
                current = nil
                return (.batch(Raw(batch: LineBatch(source: number, records: []), preparer: preparer)), 0)
            }
            if batch.isLast { current = nil }
            let piece = LineBatch(source: number, records: batch.records, extent: BatchExtent(batch))
            return (.batch(Raw(batch: piece, preparer: preparer)), batch.heldBytes)
        } catch {
            current = nil
            return (.outcome(outcome(of: source, .failure(error)), source: number), 0)
        }
    }

    /// Opens a source at the point where its last committed batch ended; answers an outcome where there is no more to
    /// read, and leaves ``current`` empty where it has to wait for its own first half.
    private mutating func open(_ request: SourceRequest) throws(SluiceError) -> SourceOutcome? {
        let path = request.path
        let (stamp, digest): (SourceStamp, Digest)
        if let known = request.stamp { stamp = known } else { stamp = try SourceStamp(of: path) }
        if let known = request.digest { digest = known } else { digest = try SourceFile.digest(of: path).digest }
        if underWay.values.contains(where: { $0.description.digest == digest }) {
            waiting.source = request
            return nil
        }
        let known = try store.read { try $0.source(digest) }
        let bytes = try SourceFile.size(of: path)
        if let known {
            try known.requireSame(request)
            if known.progress.isDone {
                return SourceOutcome(
                    request: request, result: .success(try report(on: known, request)), hasBegun: true, bytes: bytes)
            }
        }
        try decider.prepare()
        let format = known.flatMap { SourceFormat(rawValue: $0.description.format) } ?? request.format
        let resume = known?.progress.resumePoint
        let reader = try SourceReader(
            path: path, name: request.name, format: format, limits: settings.limits, resume: resume)
        underWay[taken] = SourceUnderWay(
            request: request,
            description: SourceDescription(
                digest: digest, name: request.name, bytes: Int64(clamping: bytes), format: reader.format.rawValue,
                label: request.label, declared: request.declared?.json),
            stamp: stamp, stored: known, report: SourceReport(source: digest, name: request.name),
            position: resume?.memberOffset ?? 0, isResumed: known != nil)
        current = (taken, reader)
        taken += 1
        return nil
    }

    // MARK: Deciding

    private mutating func decide(_ item: Item<LineBatch<[PreparedRecord]>>) throws -> Item<Decided> {
        switch item {
        case .outcome(let outcome, let source): return .outcome(outcome, source: source)
        case .dropped: return .dropped
        case .batch(let batch):
            // A source that has failed takes what is left of it with it.
            guard let source = underWay[batch.source], !source.hasFailed else { return .dropped }
            if let change = source.change {
                underWay[batch.source]?.hasFailed = true
                if current?.number == batch.source { current = nil }
                return .outcome(outcome(of: source, .failure(change)), source: batch.source)
            }
            return .batch(
                Decided(
                    batch: batch.with(try decider.decide(batch.records)), finisher: finisher,
                    digest: source.description.digest, label: source.request.declared))
        }
    }

    // MARK: Committing

    private mutating func commit(
        _ answers: ArraySlice<Item<Committer.Step>>, _ feed: inout some SourceFeed
    ) async throws {
        var rest = answers
        while let first = rest.first {
            switch first {
            case .dropped: rest.removeFirst()
            case .outcome(let outcome, let source):
                rest.removeFirst()
                guard let source else {
                    try feed.finished(outcome)
                    continue
                }
                // Its commits may have changed what is known of it since it was taken from there.
                if let last = underWay[source] { try finish(source, self.outcome(of: last, outcome.result), &feed) }
            case .batch:
                // As many records as one batch may have, however many sources they come from.
                var (steps, records): ([Committer.Step], Int) = ([], 0)
                while case .batch(let step)? = rest.first,
                    steps.isEmpty || records + step.records.entries.count <= settings.ingest.batchRecords
                {
                    steps.append(step)
                    records += step.records.entries.count
                    rest.removeFirst()
                }
                try await write(steps, &feed)
            }
        }
    }

    /// Commits steps of sources that are under way, and ends those of which there is no more.
    private mutating func write(_ steps: [Committer.Step], _ feed: inout some SourceFeed) async throws {
        let start = ContinuousClock.now
        let written = try await committed(steps[...], feed)
        if let last = steps.compactMap(\.records.lastSeq).last { decider.written(upTo: last) }
        var duration: Duration? = .now - start
        for (step, (before, after, tally)) in zip(steps, written) {
            guard let source = underWay[step.source] else { continue }
            let position = step.extent?.position ?? source.position
            feed.committed(
                SourceCommit(
                    description: source.description, before: before, after: after, tally: tally,
                    bytesRead: position - min(source.position, position), position: position,
                    duration: duration.take()))
            underWay[step.source]?.position = position
            guard after.isDone else { continue }
            let result: Result<SourceReport, SluiceError> =
                if let change = source.change { .failure(change) } else { .success(try report(on: source)) }
            try finish(step.source, outcome(of: source, result), &feed)
        }
    }

    private mutating func committed(
        _ steps: ArraySlice<Committer.Step>, _ feed: some SourceFeed
    ) async throws -> [Committer.Written] {
        while true {
            do throws(SluiceError) {
                return try committer.commit(steps, of: &underWay)
            } catch {
                guard feed.waitsForStore, error.code == .busy, !feed.isStopping else { throw error }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private mutating func finish(_ number: Int, _ outcome: SourceOutcome, _ feed: inout some SourceFeed) throws {
        underWay[number] = nil
        if current?.number == number { current = nil }
        try feed.finished(outcome)
    }

    // MARK: Reporting

    private func outcome(of source: SourceUnderWay, _ result: Result<SourceReport, SluiceError>) -> SourceOutcome {
        SourceOutcome(
            request: source.request, result: result, hasBegun: source.hasBegun,
            bytes: UInt64(clamping: source.description.bytes))
    }

    private func report(on source: SourceUnderWay) throws(SluiceError) -> SourceReport {
        var whole = source.report
        if source.isResumed, let stored = source.stored { whole = try report(on: stored, source.request) }
        whole.isRepeat = false
        whole.run = committer.runName
        whole.counts.verdicts = source.report.verdicts
        return whole
    }

    /// What the store says of a source that it has read to its end.
    private func report(on stored: StoredSource, _ request: SourceRequest) throws(SluiceError) -> SourceReport {
        var report = SourceReport(source: stored.description.digest, name: request.name)
        report.isRepeat = true
        report.counts = try store.read { try Tally(of: stored, $0) }
        return report
    }
}

extension StoredSource {
    /// A source keeps what it was first read under: a cursor counts records of one framing, and half a source cannot be
    /// declared otherwise than its other half.
    fileprivate func requireSame(_ request: SourceRequest) throws(SluiceError) {
        if progress.isDone { return }
        guard description.declared == request.declared?.json, description.label == request.label else {
            throw SluiceError(
                .configuration, "\(request.name) was begun with another --source, --origin or --generator",
                advice: "give the same ones to read it to its end")
        }
        guard request.format == .auto || request.format.rawValue == description.format else {
            throw SluiceError(
                .configuration, "\(request.name) was begun as \(description.format), not \(request.format.rawValue)",
                advice: "leave --format out to read it to its end")
        }
    }
}

extension Tally {
    /// What the store counts of a source.
    fileprivate init(of stored: StoredSource, _ reader: StoreReader) throws {
        kept = Int(stored.progress.kept)
        exactDuplicates = Int(stored.progress.duplicateExact)
        nearDuplicates = Int(stored.progress.duplicateNear)
        rejected = try reader.rejections(ofSource: stored.id)
        textBytes = UInt64(clamping: stored.progress.textBytes)
        skippedBytes = UInt64(clamping: stored.progress.skippedBytes)
        if hasDamage {
            errors = try reader.damage(inSource: stored.id, limit: Tally.errorLimit).map {
                RecordError(ordinal: $0.ordinal, offset: $0.offset, reason: $0.reason, detail: $0.detail)
            }
        }
    }
}
