import SluiceCore
import SluicePipeline
import SluiceStore
import Synchronization

/// What the daemon counts and measures: a fixed set of series, each with labels of which there are few.
///
/// What is counted of the store begins with the store's own counts and goes on by what each commit changed, so the two
/// are equal whenever nothing is being committed, after a new start too.
package final class ServiceMetrics: Sendable {
    /// What became of a file of the spool.
    package enum SpoolResult: String, CaseIterable, Sendable {
        /// All of it is in the store.
        case done
        /// It could not be used.
        case failed
    }

    struct State: Sendable {
        let version: String
        let model: String
        let startSeconds: Double
        var store: StoreFigures
        var requests: RequestFigures
        var commits = Histogram()
        var queueSources: Int64 = 0
        var queueLimit: Int64 = 0
        var spoolFiles: [SpoolResult: Int64] = [:]
        var spoolWaiting: Int64 = 0
        var connections: Int64 = 0
        var disk: DiskFloor.Reading?
    }

    private let state: Mutex<State>
    private let disk: DiskFloor?

    /// Metrics that begin with what `store` counts.
    ///
    /// - Parameter routes: The templates of the routes; a request for any other counts as `other`.
    package init(
        store: Store, version: String, model: Digest, routes: [String], disk: DiskFloor? = nil
    ) throws(SluiceError) {
        let figures = try store.read { try StoreFigures($0) }
        let start = Double(Clock.microseconds) / 1_000_000
        state = Mutex(
            State(
                version: version, model: model.hex, startSeconds: start, store: figures,
                requests: RequestFigures(routes: routes)))
        self.disk = disk
    }

    /// The media type of ``render()``.
    package static let contentType = MetricsText.contentType

    /// Counts what a transaction changed; to be called after it is on disk.
    ///
    /// - Parameter placement: Where documents are. Asked under the lock, so that of two transactions that end together
    ///   the later state is the one that stays.
    package func advance(by delta: CommitDelta, placement: @autoclosure () -> Placement? = nil) {
        state.withLock { state in
            var delta = delta
            delta.place(placement())
            state.store.advance(by: delta)
            if let duration = delta.duration { state.commits.observe(duration) }
        }
    }

    /// What the store holds, as counted so far.
    var storeFigures: StoreFigures { state.withLock(\.store) }

    /// Counts a request that has been answered. `route` is the template that it matched, and nil where it matched none.
    package func countRequest(route: String?, method: String, status: Int, duration: Duration) {
        state.withLock { $0.requests.count(route: route, method: method, status: status, duration: duration) }
    }

    /// Takes note of how many connections are open.
    package func setConnections(_ count: Int) { state.withLock { $0.connections = Int64(count) } }

    /// Takes note of how many sources wait, and how many may.
    package func setQueue(sources: Int, limit: Int) {
        state.withLock { state in
            state.queueSources = Int64(sources)
            state.queueLimit = Int64(limit)
        }
    }

    /// Takes note of how many files wait in the spool, and how many have left it since the start.
    package func setSpool(waiting: Int, done: Int, failed: Int) {
        state.withLock { state in
            state.spoolWaiting = Int64(waiting)
            state.spoolFiles = [.done: Int64(done), .failed: Int64(failed)]
        }
    }

    /// Every series as it stands, in Prometheus' text format. Reads `/proc` and asks the disk, so not for an event loop.
    package func render() -> [UInt8] {
        let reading = disk?.reading
        var copy = state.withLock(\.self)
        copy.disk = reading
        return copy.render(ProcessFigures())
    }
}
