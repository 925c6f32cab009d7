import Glibc
import Logging
import SluiceCore
import Synchronization
import UnixSignals

/// SIGHUP reloads; SIGTERM and SIGINT drain, and the second of them ends the daemon at once.
///
/// Signals are caught from the beginning on. While the daemon starts, SIGHUP waits until it can reload, and the first
/// SIGTERM ends it: nothing was taken yet.
final class SignalWatch: Sendable {
    /// What the signals do once the daemon runs.
    struct Daemon: Sendable {
        let engine: Engine
        let reload: @Sendable () -> Void
        let drain: @Sendable () async -> Void
    }

    private let signals: UnixSignalsSequence
    private let notifier: SystemdNotifier
    private let logger: Logger
    private let state = Mutex((daemon: Daemon?.none, mustReload: false))

    /// How long draining may take.
    static let limit = Duration.seconds(9)

    /// Catches the signals; ``run()`` deals with them.
    init(notifier: SystemdNotifier, logger: Logger) async {
        signals = await UnixSignalsSequence(trapping: .sighup, .sigterm, .sigint)
        self.notifier = notifier
        self.logger = logger
    }

    /// The daemon has started.
    func begin(_ daemon: Daemon) {
        let mustReload = state.withLock { state in
            state.daemon = daemon
            return state.mustReload
        }
        if mustReload { daemon.reload() }
    }

    /// Watches until the task is cancelled.
    func run() async {
        var isDraining = false
        await withDiscardingTaskGroup { tasks in
            for await signal in signals {
                guard let daemon = started(signal) else { continue }
                if signal == .sighup {
                    notifier.reloading()
                    daemon.reload()
                    notifier.ready()
                    continue
                }
                // What was acknowledged is on disk, and what was not is not owed: nothing is lost by ending here.
                if isDraining { end("a second signal") }
                isDraining = true
                notifier.stopping()
                logger.notice("draining", metadata: ["signal": "\(signal)"])
                daemon.engine.drain()
                tasks.addTask { await daemon.drain() }
                tasks.addTask { [self] in
                    try? await Task.sleep(for: SignalWatch.limit)
                    if !Task.isCancelled { end(SignalWatch.tooLong(daemon.engine)) }
                }
            }
            tasks.cancelAll()
        }
    }

    /// The daemon that `signal` is for; nil while it starts.
    private func started(_ signal: UnixSignal) -> Daemon? {
        let daemon = state.withLock { state in
            if signal == .sighup { state.mustReload = true }
            return state.daemon
        }
        if daemon == nil, signal != .sighup {
            notifier.stopping()
            logger.notice("ended before it had started", metadata: ["signal": "\(signal)"])
            _exit(0)
        }
        return daemon
    }

    private static func tooLong(_ engine: Engine) -> String {
        engine.shelf.running.map { "the export \($0) was being made; it is to be asked for again" }
            ?? "draining took too long"
    }

    private func end(_ reason: String) -> Never {
        logger.warning("ended at once", metadata: ["reason": "\(reason)"])
        _exit(SluiceError.Code.busy.rawValue)
    }
}
