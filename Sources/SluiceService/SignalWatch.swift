import Glibc
import Logging
import SluiceCore
import UnixSignals

/// SIGHUP reloads; SIGTERM and SIGINT drain, and the second of them ends the daemon at once.
struct SignalWatch {
    let engine: Engine
    let notifier: SystemdNotifier
    let logger: Logger
    let reload: @Sendable () -> Void
    let drain: @Sendable () async -> Void

    /// How long draining may take.
    static let limit = Duration.seconds(9)

    /// Watches until the task is cancelled.
    func run() async {
        var isDraining = false
        await withDiscardingTaskGroup { tasks in
            for await signal in await UnixSignalsSequence(trapping: .sighup, .sigterm, .sigint) {
                if signal == .sighup {
                    notifier.reloading()
                    reload()
                    notifier.ready()
                    continue
                }
                // What was acknowledged is on disk, and what was not is not owed: nothing is lost by ending here.
                if isDraining { SignalWatch.end(logger, "a second signal") }
                isDraining = true
                notifier.stopping()
                logger.notice("draining", metadata: ["signal": "\(signal)"])
                engine.drain()
                tasks.addTask { await drain() }
                tasks.addTask {
                    try? await Task.sleep(for: SignalWatch.limit)
                    if !Task.isCancelled { SignalWatch.end(logger, tooLong) }
                }
            }
            tasks.cancelAll()
        }
    }

    private var tooLong: String {
        engine.shelf.running.map { "the export \($0) was being made; it is to be asked for again" }
            ?? "draining took too long"
    }

    private static func end(_ logger: Logger, _ reason: String) -> Never {
        logger.warning("ended at once", metadata: ["reason": "\(reason)"])
        _exit(SluiceError.Code.busy.rawValue)
    }
}
