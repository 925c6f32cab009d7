import Logging
import NIOPosix
import ServiceLifecycle
import SluiceCore
import SluiceDetect
import SluicePipeline
import SluiceStore
import Synchronization

/// The daemon: one store, the line that writes to it, and the doors through which sources, questions and people come.
public struct Daemon {
    private let directory: String
    private let settings: Settings
    private let model: DetectorModel
    private let reread: @Sendable () throws -> Settings
    private let environment: [String: String]

    /// A daemon for the store in `directory`.
    ///
    /// - Parameter reread: Reads the configuration again.
    public init(
        store directory: String, settings: Settings, model: DetectorModel, environment: [String: String],
        reread: @escaping @Sendable () throws -> Settings
    ) {
        self.directory = directory
        self.settings = settings
        self.model = model
        self.environment = environment
        self.reread = reread
    }

    /// Runs until it is told to end, and then until what it has taken is dealt with.
    ///
    /// - Throws: `SluiceError` where it cannot start, or where the store takes no more.
    public func run() async throws {
        let destination = LogDestination(level: Logger.Level(rawValue: settings.service.logLevel) ?? .info)
        let logger = Logger(label: "sluice") { _ in JSONLogHandler(to: destination) }
        let notifier = SystemdNotifier(environment: environment)
        let places = Places(settings.service, store: directory, environment: environment)
        let store = try Store.open(directory: directory, mode: .write, settings: settings.storeSettings)
        defer { store.close() }
        let engine = try Engine(store: store, settings: settings, model: model, places: places, logger: logger)
        try StoreSocket.lead(from: directory, to: places.socket)
        defer { StoreSocket.remove(from: directory) }
        let front = try HTTPFront(
            settings: places.applied(to: settings.service), socket: places.socket, logger: logger,
            onAnswer: { [metrics = engine.metrics] answer in
                metrics.countRequest(
                    route: answer.route.isEmpty ? nil : answer.route, method: answer.method, status: answer.status,
                    duration: .nanoseconds(answer.nanoseconds))
            })
        let router = HTTPFront.router()
        engine.addRoutes(to: router, front: front)
        let reloading = Reloading(
            engine: engine, access: front.access, destination: destination, logger: logger, reread: reread)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: engine.intake, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: engine.spool, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: front.serving(router), failureTerminationBehavior: .gracefullyShutdownGroup),
                ], logger: logger))
        let signals = SignalWatch(
            engine: engine, notifier: notifier, logger: logger, reload: { reloading.run() },
            drain: { await group.triggerGracefulShutdown() })
        logger.notice(
            "started",
            metadata: [
                "version": "\(Tool.version)", "store": "\(directory)", "socket": "\(places.socket)",
                "address": "\(front.address ?? "")",
            ])
        // Its sockets listen by now: who comes at once waits for a moment.
        notifier.ready()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await signals.run() }
            tasks.addTask { await notifier.feedWatchdog { !engine.isStalled } }
            defer { tasks.cancelAll() }
            try await group.run()
        }
        await engine.stop()
        logger.notice("ended")
    }
}
