import SluiceCore
import SluiceCrawl
import SluiceDetect
import SluiceStore

/// The engine: sources go in, one behind the other, and their decisions come out in the store.
///
/// Batches go through five stages: ``BatchReader``, ``Preparer``, ``Decider``, ``Finisher`` and ``Committer``. Reading,
/// deciding and committing are done one batch at a time and in order, preparing and finishing on many at once, and all
/// five beside one another. So the store is a function of the sources' order alone. Small sources that are ready together
/// share a transaction. Whatever was committed stays when the line is killed, and a source that comes again goes on there.
public struct IngestLine {
    private let workers: Int
    private var settings: Settings
    private let board = LineBoard()
    private let reader: BatchReader
    private var preparer: Preparer
    private let decider: Decider
    private var finisher: Finisher
    private let committer: Committer
    /// Settings that have to wait until the line is empty.
    private var changed: Settings?

    /// A line into `store`, which is open for writing.
    ///
    /// - Parameters:
    ///   - remark: Told, on any thread, what whoever reads the results should know beside them.
    ///   - onRead: Called, on any thread, whenever bytes of a source were read; of a large one that goes on for long before
    ///     anything is committed.
    /// - Throws: ``SluiceError`` of the kind `configuration` where the settings cannot be used.
    public init(
        store: Store, settings: Settings, model: DetectorModel, policy: SnapshotPolicy = SnapshotPolicy(),
        remark: @escaping @Sendable (LineRemark) -> Void = { _ in }, onRead: @escaping @Sendable () -> Void = {}
    ) throws(SluiceError) {
        self.settings = settings
        workers = Processors.workers(settings.ingest.workers)
        reader = BatchReader(store: store, settings: settings, board: board, onRead: onRead)
        preparer = try Preparer(settings: settings)
        finisher = try Finisher(settings: settings, model: model)
        decider = Decider(
            store: store, settings: settings,
            keeper: IndexKeeper(store: store, settings: settings, policy: policy, remark: remark), board: board)
        committer = Committer(
            store: store, settings: settings, model: model.id, workers: workers, board: board, remark: remark)
    }

    /// The name of the run under which records are written; empty before the first.
    public var runName: String { get async { await committer.runName } }

    /// Records that were not compared with all their candidates, because that would have cost more than the limits allow.
    public var cutSearches: Int { get async { await decider.cutSearches } }

    /// How often a kept document was left out of a band of the index, because too many others share its key there.
    public var fullBuckets: Int { get async { await decider.fullBuckets } }

    /// Opens the near-duplicate index now instead of with the first record. O(documents in the store).
    public func prepare() async throws { try await decider.prepare() }

    /// Takes sources from `feed` until there are no more.
    ///
    /// - Throws: ``SluiceError`` where the store takes no more; what `feed` throws. What was committed before stays.
    public mutating func run(_ feed: inout some SourceFeed) async throws {
        let work = OrderedWork(workers: workers, maxBytes: settings.ingest.batchBytes)
        await committer.waits(while: feed.waitsForStore)
        do {
            try await work.run { mayWait in
                try await next(&feed, mayWait: mayWait)
            } deliver: { news in
                for item in news {
                    switch item {
                    case .committed(let commit): feed.committed(commit)
                    case .finished(let outcome): try feed.finished(outcome)
                    }
                }
            }
        } catch {
            // What was decided and could not be written must not be built upon by whoever runs the line again.
            await reader.forget()
            await decider.forget()
            await committer.forget()
            board.clear()
            changed = nil
            throw error
        }
        await decider.settle(atEnd: true)
    }

    // MARK: What is read next

    private typealias Reading = OrderedWork.Reading<[Committer.News]>

    private mutating func next(_ feed: inout some SourceFeed, mayWait: Bool) async throws -> Reading? {
        if decider.isToSettle {
            // Once nothing is under way, all that was decided is in the store.
            guard mayWait else { return nil }
            await decider.settle()
        }
        if await reader.isReading {
            if let reason = feed.pause { return reading { $0.leave { _ in reason } } }
            if feed.isStopping { return reading { $0.leave(because: IngestLine.leftBeforeItsEnd) } }
            return reading { $0.readOn() }
        }
        if mayWait { board.settled() }
        changed = feed.changedSettings() ?? changed
        if let settings = changed {
            guard mayWait else { return nil }
            try await use(settings)
            changed = nil
        }
        if await reader.isWaiting {
            return mayWait ? reading { $0.openWaiting() } : nil
        }
        return try await feed.next(mayWait: mayWait).map { source in reading { $0.open(source) } }
    }

    private mutating func use(_ settings: Settings) async throws(SluiceError) {
        preparer = try Preparer(settings: settings)
        finisher = try finisher.using(settings)
        self.settings = settings
        await reader.use(settings)
        await decider.use(settings)
        await committer.use(settings)
    }

    private func reading(_ read: @escaping @Sendable (isolated BatchReader) -> BatchReader.Read?) -> Reading {
        let (reader, stages) = (
            reader,
            Stages(
                preparer: preparer, decider: decider, finisher: finisher, committer: committer, board: board)
        )
        return { await read(reader).map { (stages.first($0.item), $0.bytes) } }
    }

    private static func leftBeforeItsEnd(_ name: String) -> SluiceError {
        SluiceError(
            .busy, "\(name) was left before its end",
            advice: "give it again: what was committed stays, and reading goes on there")
    }
}

/// The stages behind reading, in the order in which an item goes through them.
private struct Stages: Sendable {
    let preparer: Preparer
    let decider: Decider
    let finisher: Finisher
    let committer: Committer
    let board: LineBoard

    func first(_ raw: LineItem<LineBatch<[RawRecord]>>) -> OrderedWork.Step<[Committer.News]> {
        .beside {
            let prepared = raw.map { $0.with(preparer.prepare($0.records)) }
            return .inTurn(.deciding) { _ in
                let decided = try await decide(prepared)
                return .beside {
                    let finished = try decided.map { $0.with(try finisher.finish($0.records, of: $0.source)) }
                    return .inTurn(.writing) { isFollowed in
                        .done(try await committer.take(finished, commits: !isFollowed))
                    }
                }
            }
        }
    }

    private func decide(
        _ item: LineItem<LineBatch<[PreparedRecord]>>
    ) async throws -> LineItem<LineBatch<DecidedRecords>> {
        switch item {
        case .outcome(let outcome, let source): return .outcome(outcome, source: source)
        case .dropped: return .dropped
        case .batch(let batch):
            // A source that has failed takes what is left of it with it.
            if board.hasFailed(batch.source.number) { return .dropped }
            if let change = batch.source.change {
                board.failed(batch.source.number)
                return .outcome(batch.source.outcome(.failure(change)), source: batch.source)
            }
            return .batch(batch.with(try await decider.decide(batch.records)))
        }
    }
}
