import Glibc

/// The time of day, and the time since the machine started.
package enum WallClock {
    /// Microseconds since 1970, UTC.
    @Sendable package static func now() -> Int64 { microseconds(CLOCK_REALTIME) }

    /// Microseconds on the clock that nobody sets.
    static func monotonic() -> Int64 { microseconds(CLOCK_MONOTONIC) }

    /// Microseconds of processor time that this program has taken.
    static func processor() -> Int64 { microseconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
