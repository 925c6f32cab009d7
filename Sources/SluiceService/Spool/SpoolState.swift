import Synchronization

/// What the spool's two sides share: one watches `incoming/`, the other takes files from it.
final class SpoolState: Sendable {
    let arrivals: Mutex<Arrivals>
    let status = Mutex(SpoolStatus())
    /// The directories as they are now; others once somebody has moved one of them away.
    let directories: Mutex<SpoolDirectories>
    /// True once the spool is to end.
    let isStopping = Atomic(false)

    init(_ directories: SpoolDirectories, _ timing: SpoolTiming) {
        self.directories = Mutex(directories)
        arrivals = Mutex(Arrivals(timing))
    }
}
