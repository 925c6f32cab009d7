import NIOPosix
import SluiceCore
import SluiceStore
import Synchronization

/// Threads that ask the store, or change it: few, so that many wait for one another and not for the disk, and with a
/// bound on those that wait.
///
/// What may take long has threads of its own, and so have changes, which wait for the transaction under way. A handful of
/// those who ask for the figures of a large store again and again would otherwise keep everybody waiting who only looks
/// something up.
final class QuestionPool: Sendable {
    /// How long a question may take.
    enum Lane: Int, CaseIterable {
        /// A look-up: a few rows that an index leads to.
        case quick
        /// A walk through many rows.
        case long
        /// A change, which waits for the transaction that is under way.
        case change

        fileprivate var threads: Int {
            switch self {
            case .quick: 4
            case .long: 2
            case .change: 1
            }
        }
    }

    private let store: Store
    private let lanes: [NIOThreadPool]
    private let underWay = Mutex([Int](repeating: 0, count: Lane.allCases.count))

    /// Questions of a lane that may be asked or wait at once.
    static let limit = 256

    /// A pool that asks `store`.
    init(_ store: Store) {
        self.store = store
        lanes = Lane.allCases.map { lane in
            let threads = NIOThreadPool(numberOfThreads: lane.threads)
            threads.start()
            return threads
        }
    }

    /// What `body` makes of one state of the store; it has `limit` to do so.
    ///
    /// - Throws: ``Problem`` of the kind `busy` where too many wait; `SluiceError`.
    func ask<Answer: Sendable>(
        on lane: Lane = .quick, within limit: Duration = .seconds(2),
        _ body: @escaping @Sendable (StoreReader) throws -> Answer
    ) async throws -> Answer {
        let store = store
        return try await run(on: lane) { try store.read(within: limit, body) }
    }

    /// What `body` answers, which may take its time, on one of the threads.
    func run<Answer: Sendable>(
        on lane: Lane = .quick, _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        let isTaken = underWay.withLock { counts in
            guard counts[lane.rawValue] < QuestionPool.limit else { return false }
            counts[lane.rawValue] += 1
            return true
        }
        guard isTaken else { throw Problem(.busy, "too many questions wait already").retry(after: 1) }
        defer { underWay.withLock { $0[lane.rawValue] -= 1 } }
        return try await lanes[lane.rawValue].runIfActive(body)
    }

    /// What `body` does in one transaction; waits for the transactions before it.
    func change<Answer: Sendable>(_ body: @escaping @Sendable (StoreWriter) throws -> Answer) async throws -> Answer {
        let store = store
        return try await run(on: .change) { try store.write(body) }
    }

    /// Ends the threads once what they do is done.
    func stop() async {
        for lane in lanes { try? await lane.shutdownGracefully() }
    }
}
