import Hummingbird
import Logging
import NIOPosix
import SluiceCore
import SluiceDetect
import SluicePipeline
import SluiceStore
import Synchronization

/// What the routes, the spool and the page work with.
final class Engine: Sendable {
    let store: Store
    let places: Places
    let logger: Logger
    let intake: Intake
    let questions: QuestionPool
    let desk: ReviewDesk
    let shelf: ExportShelf
    let floor: DiskFloor
    let metrics: ServiceMetrics
    let spool: Spool
    let model: DetectorModel
    let throughput = Throughput()
    private let writers: NIOThreadPool
    private let state: Mutex<State>

    private struct State {
        var settings: Settings
        var isDraining = false
    }

    /// An engine around `store`, which is open for writing.
    init(
        store: Store, settings: Settings, model: DetectorModel, places: Places, logger: Logger
    ) throws(SluiceError) {
        self.store = store
        self.places = places
        self.logger = logger
        self.model = model
        state = Mutex(State(settings: settings))
        try Places.make(places.bodies)
        BodyFile.sweep(places.bodies)
        let floor = DiskFloor(
            UInt64(clamping: settings.service.diskFloorBytes), directory: store.directory, logger: logger)
        self.floor = floor
        let metrics = try ServiceMetrics(
            store: store, version: Tool.version, model: model.id, routes: Engine.routes, disk: floor)
        self.metrics = metrics
        intake = Intake(
            store: store, settings: settings, model: model, logger: logger, hasRoom: { floor.hasRoom() }
        ) { [store, throughput] commit in
            metrics.advance(by: CommitDelta(commit), placement: store.placement)
            throughput.add(records: Int64(commit.tally.records), bytes: Int64(clamping: commit.bytesRead))
        }
        questions = QuestionPool(store)
        desk = ReviewDesk(questions: questions, requireRoom: { try floor.require() }) { [store] old, new in
            var delta = CommitDelta()
            delta.reviews[new] = 1
            delta.verdicts[old, default: 0] -= 1
            delta.verdicts[new, default: 0] += 1
            metrics.advance(by: delta, placement: store.placement)
        }
        spool = try Spool(
            directory: places.spool, sink: intake.unlimited,
            isOpen: { [intake] in floor.hasRoom() && !intake.isClosed }, logger: logger)
        shelf = ExportShelf(directory: places.exports, store: store, logger: logger)
        writers = NIOThreadPool(numberOfThreads: 2)
        writers.start()
    }

    /// The templates of the routes that are counted apart.
    static let routes = OpenAPI.templates + PageRoutes.templates

    /// The settings in force.
    var settings: Settings { state.withLock { $0.settings } }

    /// Puts other settings in force.
    func use(_ settings: Settings) {
        state.withLock { $0.settings = settings }
        floor.setFloor(UInt64(clamping: settings.service.diskFloorBytes))
        intake.use(settings)
    }

    /// True where there is work and none of it gets done.
    var isStalled: Bool { readiness.isStalled }

    /// Stops taking work; what waits is told so, the source at hand is left after its batches under way, and an export is
    /// given up.
    func drain() {
        state.withLock { $0.isDraining = true }
        intake.drain()
        shelf.close()
    }

    /// True once no more work is taken.
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Fails where no work is taken at the moment.
    @Sendable func requireOpen() throws {
        if isDraining { throw Problem.ending }
        try requireRoom()
        guard intake.takesMore else {
            throw Problem(.busy, "\(intake.waiting) sources wait for their turn already").retry(after: 5)
        }
    }

    /// Fails where the disk has no room for what a person or a program asks to be written.
    @Sendable func requireRoom() throws { try floor.require() }

    /// Whether work would be taken now.
    var readiness: Readiness {
        Readiness(
            storeFault: intake.fault ?? store.failure?.description, disk: floor.reading, waiting: intake.waiting,
            limit: intake.limit,
            sinceProgress: intake.sinceProgress, spoolFault: spool.status.problem, isDraining: isDraining)
    }

    /// Seals the open shard, and answers its number.
    ///
    /// - Throws: ``Problem`` of the kind `conflict` where none is open with a document in it.
    @Sendable func sealShard() async throws -> Int64 {
        try requireRoom()
        guard let sealed = try await questions.change({ try $0.sealShard() }) else {
            throw Problem(.conflict, "no shard is open with a document in it")
        }
        metrics.advance(by: CommitDelta(), placement: store.placement)
        return sealed
    }

    /// Adds every route.
    func addRoutes(to router: Router<ServiceContext>, front: HTTPFront) {
        router.add(middleware: PageProblems())
        OperationRoutes(
            readiness: { [self] in .readiness(readiness) },
            metrics: { [self] in
                metrics.setQueue(sources: intake.waiting, limit: intake.limit)
                metrics.setConnections(front.connections)
                let status = spool.status
                metrics.setSpool(waiting: status.waiting, done: status.done, failed: status.failed)
                return try await questions.run { [metrics] in metrics.render() }
            }
        ).add(to: router)
        SessionRoutes(access: front.access).add(to: router)
        let routes = router.group("v1")
        DocumentRoutes(
            intake: intake, keys: IdempotencyKeys(questions: questions), questions: questions, requireOpen: requireOpen,
            bodies: places.bodies, writers: writers
        ).add(to: routes)
        ProvenanceRoutes(questions: questions).add(to: routes)
        ShardRoutes(questions: questions, prior: { [self] in settings.detection.prior }, seal: sealShard).add(
            to: routes)
        ExportRoutes(shelf: shelf, settings: { [self] in settings }, questions: questions, requireRoom: requireRoom)
            .add(to: routes)
        ReviewRoutes(desk: desk).add(to: routes)
        PageRoutes(engine: self, isOpen: front.access.tokens.isOpen).add(to: router)
    }

    /// Ends the threads.
    func stop() async {
        await shelf.stop()
        await questions.stop()
        try? await writers.shutdownGracefully()
    }
}
