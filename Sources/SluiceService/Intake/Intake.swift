import Logging
import NIOCore
import ServiceLifecycle
import SluiceCore
import SluiceDetect
import SluicePipeline
import SluiceStore
import Synchronization

/// The one line that writes to the store, and the queue in front of it.
final class Intake: SourceSink, Service {
    private let store: Store
    private let settings: Settings
    private let model: DetectorModel
    private let logger: Logger
    private let queue: IntakeQueue
    private let hasRoom: @Sendable () -> Bool
    private let committed: @Sendable (SourceCommit) -> Void
    private let state = Mutex((fault: String?.none, moved: ContinuousClock.now))

    /// An intake into `store`, which is open for writing.
    ///
    /// - Parameters:
    ///   - hasRoom: Asked before each batch: where it is false, the source at hand is left where it is.
    ///   - committed: Called after each commit.
    init(
        store: Store, settings: Settings, model: DetectorModel, logger: Logger,
        hasRoom: @escaping @Sendable () -> Bool = { true }, committed: @escaping @Sendable (SourceCommit) -> Void
    ) {
        self.store = store
        self.settings = settings
        self.model = model
        self.logger = logger
        self.hasRoom = hasRoom
        self.committed = committed
        queue = IntakeQueue(limit: settings.service.queue)
        // Whoever's write it was that the disk refused, this line will find the store closed.
        store.onFailure { [queue] in queue.close($0, stops: true) }
    }

    /// Sources that wait for their turn.
    var waiting: Int { queue.count }

    /// The most sources that may wait.
    var limit: Int { queue.limit }

    /// True where another source would be taken.
    var takesMore: Bool { queue.hasRoom }

    /// True once no more sources are taken.
    var isClosed: Bool { queue.isClosed }

    func ingest(_ source: SourceRequest) async throws -> SourceReport { try await queue.put(source) }

    /// The same line for who brings one source at a time and would otherwise never find room among many others.
    var unlimited: any SourceSink { Unlimited(queue: queue) }

    private struct Unlimited: SourceSink {
        let queue: IntakeQueue

        func ingest(_ source: SourceRequest) async throws -> SourceReport {
            try await queue.put(source, evenWhereFull: true)
        }
    }

    /// Stops taking sources: those that wait are told so, and the one at hand is left after its batches under way.
    func drain() { queue.close(Intake.draining, stops: true) }

    /// Why the line takes no more; nil while it does.
    var fault: String? { state.withLock { $0.fault } }

    /// How long ago the line took, read or committed something; zero while there is nothing to do.
    var sinceProgress: Duration {
        queue.isIdle ? .zero : .now - state.withLock { max($0.moved, queue.lastTaken) }
    }

    private func noteMove() { state.withLock { $0.moved = .now } }

    /// Goes on under other settings from the next source on.
    func use(_ settings: Settings) { queue.use(settings) }

    /// Runs the line until the daemon drains; the source at hand is left after the batches that are under way, and goes
    /// on there when it comes again.
    func run() async throws {
        let workers = settings.ingest.workers > 0 ? settings.ingest.workers : System.coreCount
        let threads = WorkerThreads(count: max(2, workers))
        do {
            try await withGracefulShutdownHandler {
                try await withTaskExecutorPreference(threads) { try await runLine() }
            } onGracefulShutdown: { [queue] in
                queue.close(Intake.draining, stops: true)
            }
        } catch {
            let failure = Intake.failed(error)
            state.withLock { $0.fault = failure.description }
            logger.critical("the store takes no more", metadata: ["error": "\(failure)"])
            queue.close(failure, stops: true)
            await threads.stop()
            throw error
        }
        await threads.stop()
        // Those who hand sources in end before this one does; a service that ends out of turn counts as failed.
        try? await gracefulShutdown()
    }

    private func runLine() async throws {
        var line = try IngestLine(
            store: store, settings: settings, model: model,
            remark: { [logger] in logger.warning("the line has a remark", metadata: ["remark": "\($0)"]) },
            onRead: { [self] in noteMove() })
        try await line.prepare()
        logger.info("the line is ready")
        var feed = QueueFeed(queue: queue, hasRoom: hasRoom) { [self] commit in
            noteMove()
            committed(commit)
        }
        do {
            repeat { try await line.run(&feed) } while !queue.isClosed
            if let failure = store.failure { throw failure }
            feed.abandon(Intake.draining)
        } catch {
            feed.abandon(Intake.failed(error))
            throw error
        }
    }

    private static let draining = SluiceError(
        .busy, "the daemon is about to end", advice: "try again when it is back: what was committed stays")

    fileprivate static let noRoom = SluiceError(
        .busy, "the disk is nearly full", advice: "give it again when there is room: what was committed stays")

    private static func failed(_ error: any Error) -> SluiceError {
        (error as? SluiceError) ?? SluiceError(.io, "the daemon cannot write: \(error)", advice: "see its log")
    }
}

/// The queue as the line sees it.
private struct QueueFeed: SourceFeed {
    let queue: IntakeQueue
    let hasRoom: @Sendable () -> Bool
    let committed: @Sendable (SourceCommit) -> Void
    /// Who waits for the sources in the line, in their order.
    private var answers: [CheckedContinuation<SourceReport, any Error>] = []

    init(
        queue: IntakeQueue, hasRoom: @escaping @Sendable () -> Bool,
        committed: @escaping @Sendable (SourceCommit) -> Void
    ) {
        self.queue = queue
        self.hasRoom = hasRoom
        self.committed = committed
    }

    mutating func next(mayWait: Bool) async -> SourceRequest? {
        guard let entry = await queue.take(mayWait: mayWait) else { return nil }
        answers.append(entry.answer)
        return entry.source
    }

    mutating func finished(_ outcome: SourceOutcome) {
        guard !answers.isEmpty else { return }
        answers.removeFirst().resume(with: outcome.result.mapError { $0 as any Error })
    }

    mutating func committed(_ commit: SourceCommit) { committed(commit) }

    mutating func changedSettings() -> Settings? { queue.changedSettings() }

    var isStopping: Bool { queue.isStopping }

    var pause: SluiceError? { hasRoom() ? nil : Intake.noRoom }

    var waitsForStore: @Sendable () -> Bool { { [queue] in !queue.isStopping } }

    /// Tells those who still wait that the line has ended.
    mutating func abandon(_ error: SluiceError) {
        for answer in answers { answer.resume(throwing: error) }
        answers = []
    }
}
