import Synchronization

/// What was committed in each of the last seconds.
package final class Throughput: Sendable {
    /// One second.
    package struct Second: Sendable, Equatable {
        /// Records with a decision.
        package var records: Int64 = 0
        /// Bytes of sources, as stored.
        package var bytes: Int64 = 0

        /// Nothing.
        package init() {}
    }

    /// How many seconds are remembered.
    package static let seconds = 300

    private struct State {
        var ring = [Second](repeating: Second(), count: Throughput.seconds)
        /// The newest second in the ring.
        var newest: Int64 = 0
    }

    private let start: ContinuousClock.Instant
    private let state = Mutex(State())

    /// Nothing committed yet.
    package init(start: ContinuousClock.Instant = .now) { self.start = start }

    /// Counts a commit.
    package func add(records: Int64, bytes: Int64, at now: ContinuousClock.Instant = .now) {
        let second = self.second(of: now)
        state.withLock { state in
            Throughput.turn(&state, to: second)
            guard second > state.newest - Int64(Throughput.seconds) else { return }
            let place = Int(second % Int64(Throughput.seconds))
            state.ring[place].records &+= records
            state.ring[place].bytes &+= bytes
        }
    }

    /// The last ``seconds`` seconds, the one under way included, oldest first.
    package func history(at now: ContinuousClock.Instant = .now) -> [Second] {
        let second = self.second(of: now)
        return state.withLock { state in
            Throughput.turn(&state, to: second)
            let first = Int((state.newest + 1) % Int64(Throughput.seconds))
            return Array(state.ring[first...] + state.ring[..<first])
        }
    }

    /// Records and bytes a second over the last `span` full seconds.
    package func rate(over span: Int, at now: ContinuousClock.Instant = .now) -> (records: Double, bytes: Double) {
        let full = history(at: now).dropLast().suffix(max(span, 1))
        let sum = full.reduce(into: Second()) { sum, second in
            sum.records &+= second.records
            sum.bytes &+= second.bytes
        }
        return (Double(sum.records) / Double(full.count), Double(sum.bytes) / Double(full.count))
    }

    private func second(of now: ContinuousClock.Instant) -> Int64 { max(0, (now - start).components.seconds) }

    /// Forgets what is older than the ring when `second` begins.
    private static func turn(_ state: inout State, to second: Int64) {
        guard second > state.newest else { return }
        for step in 0..<min(second - state.newest, Int64(seconds)) {
            state.ring[Int((second - step) % Int64(seconds))] = Second()
        }
        state.newest = second
    }
}
