/// How long the spool waits for what, and how much it takes on.
package struct SpoolTiming: Sendable {
    /// How long a file that was not renamed in must stand still.
    package var settle: Duration = .seconds(2)
    /// How long a file that somebody has open for writing must stand still: the kernel may have lost that he closed it.
    package var abandoned: Duration = .seconds(600)
    /// How long after one scan the next begins; later where a scan takes long.
    package var scan: Duration = .seconds(5)
    /// The wait after a first failure; it doubles with each one after.
    package var retry: Duration = .milliseconds(500)
    /// The longest wait after a failure.
    package var longestRetry: Duration = .seconds(300)
    /// The longest pause of the whole spool while the engine takes nothing.
    package var longestPause: Duration = .seconds(5)
    /// How long at most one wait for the kernel lasts, and with it the end of the spool.
    package var tickMilliseconds: Int32 = 100
    /// The most files that are kept in mind.
    package var limit = 100_000

    /// The times of a daemon.
    package init() {}

    /// The wait after `failures` in a row.
    func retry(after failures: Int) -> Duration { min(longestRetry, retry * (1 << min(max(failures - 1, 0), 20))) }

    /// The pause after `failures` in a row.
    func pause(after failures: Int) -> Duration { min(longestPause, retry(after: failures)) }
}
