import CSluiceSystem
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
        sluice_return_memory()
        let destination = LogDestination(level: Logger.Level(rawValue: settings.service.logLevel) ?? .info)
        let logger = Logger(label: "sluice") { _ in JSONLogHandler(to: destination) }
        let notifier = SystemdNotifier(environment: environment)
        let signals = await SignalWatch(notifier: notifier, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await signals.run() }
            let store = try await opened()
            defer { store.close() }
            defer { StoreSocket.remove(from: directory) }
            defer { tasks.cancelAll() }
            let assembly = try Assembly(
                store: store, settings: settings, model: model, environment: environment, logger: logger)
            let engine = assembly.engine
            let reloading = Reloading(
                engine: engine, front: assembly.front, destination: destination, logger: logger, reread: reread)
            logger.notice(
                "started",
                metadata: [
                    "version": "\(Tool.version)", "store": "\(directory)", "socket": "\(engine.places.socket)",
                    "address": "\(assembly.front.address ?? "")",
                ])
            signals.begin(
                SignalWatch.Daemon(
                    engine: engine, reload: { reloading.run() },
                    drain: { await assembly.group.triggerGracefulShutdown() }))
            // Its sockets listen by now: who comes at once waits for a moment.
            notifier.ready()
            tasks.addTask { await notifier.feedWatchdog { !engine.isStalled } }
            let result: Result<Void, any Error>
            do {
                try await assembly.group.run()
                result = .success(())
            } catch {
                result = .failure(error)
            }
            // While the signals are still watched: the last steps of an export may take longer than draining is given.
            await assembly.stop()
            try result.get()
        }
        logger.notice("ended")
    }

    private func opened() async throws -> Store {
        var settings = settings.storeSettings
        settings.keepsRecentKeys = true
        // A vocabulary that cannot be read is found before a store is made, and not blamed on it.
        _ = try FurtherEvidence(self.settings.watermark)
        // An older store is brought up to date, which takes a while: not on a thread that the signals may need.
        return try await NIOThreadPool.singleton.runIfActive { [directory, settings] in
            try Store.open(directory: directory, mode: .write, settings: settings)
        }
    }
}
