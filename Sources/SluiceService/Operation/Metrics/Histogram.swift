/// Durations, counted by size.
struct Histogram: Sendable {
    /// The upper bounds of the buckets in seconds, the last of which has none.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// How many were no longer than each bound and longer than the one before.
    private(set) var counts = [Int64](repeating: 0, count: bounds.count)
    /// How many there were.
    private(set) var count: Int64 = 0
    /// How long they took together, in seconds.
    private(set) var sum = 0.0

    mutating func observe(_ duration: Duration) {
        let seconds = max(0, duration / Duration.seconds(1))
        count &+= 1
        sum += seconds
        if let bucket = Histogram.bounds.firstIndex(where: { seconds <= $0 }) { counts[bucket] &+= 1 }
    }
}
