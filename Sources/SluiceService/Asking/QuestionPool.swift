import NIOPosix
import SluiceCore
import SluiceStore
import Synchronization

/// Threads that ask the store, or change it: few, so that many wait for one another and not for the disk, and with a
/// bound on those that wait.
final class QuestionPool: Sendable {
    private let store: Store
    private let threads: NIOThreadPool
    private let underWay = Mutex(0)

    /// Questions that may be asked or wait at once.
    static let limit = 256

    /// A pool that asks `store`.
    init(_ store: Store, threads count: Int = 4) {
        self.store = store
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// What `body` makes of one state of the store; it has `limit` to do so.
    ///
    /// - Throws: ``Problem`` of the kind `busy` where too many wait; `SluiceError`.
    func ask<Answer: Sendable>(
        within limit: Duration = .seconds(2), _ body: @escaping @Sendable (StoreReader) throws -> Answer
    ) async throws -> Answer {
        let store = store
        return try await run { try store.read(within: limit, body) }
    }

    /// What `body` answers, which may take its time, on one of the threads.
    func run<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        let isTaken = underWay.withLock { count in
            guard count < QuestionPool.limit else { return false }
            count += 1
            return true
        }
        guard isTaken else { throw Problem(.busy, "too many questions wait already").retry(after: 1) }
        defer { underWay.withLock { $0 -= 1 } }
        return try await threads.runIfActive(body)
    }

    /// What `body` does in one transaction, on one of the threads; waits for the transactions before it.
    func change<Answer: Sendable>(_ body: @escaping @Sendable (StoreWriter) throws -> Answer) async throws -> Answer {
        let store = store
        return try await run { try store.write(body) }
    }

    /// Ends the threads once what they do is done.
    func stop() async { try? await threads.shutdownGracefully() }
}
