import Logging
import SluiceCore
import SluicePipeline
import Synchronization

/// Reading the configuration again: what can change while the daemon runs changes, the rest is refused by name.
final class Reloading: Sendable {
    private let engine: Engine
    private let front: HTTPFront
    private let destination: LogDestination
    private let logger: Logger
    private let reread: @Sendable () throws -> Settings

    init(
        engine: Engine, front: HTTPFront, destination: LogDestination, logger: Logger,
        reread: @escaping @Sendable () throws -> Settings
    ) {
        self.engine = engine
        self.front = front
        self.destination = destination
        self.logger = logger
        self.reread = reread
    }

    /// Reads the configuration and the tokens; a file that cannot be used leaves everything as it was.
    func run() {
        do {
            let reload = Reload(from: engine.settings, to: try reread())
            try front.access.tokens.reload()
            engine.use(reload.settings)
            front.use(reload.settings.service)
            destination.level = Logger.Level(rawValue: reload.settings.service.logLevel) ?? .info
            logger.notice("reloaded", metadata: ["applied": "\(reload.applied.joined(separator: " "))"])
            if !reload.refused.isEmpty {
                logger.warning(
                    "some keys need a new start and keep their values",
                    metadata: ["refused": "\(reload.refused.joined(separator: " "))"])
            }
        } catch {
            logger.error("not reloaded", metadata: ["error": "\(error)"])
        }
    }
}
