import SluiceCore
import SluiceCrawl

/// Pieces that are worked on in parallel, and whose answers are handed back in the order of the pieces.
///
/// At most `workers` pieces are under way at once, and no more than `workers` times `maxBytes` of them unless a single
/// one is larger: so memory stays bounded by the settings and the largest record.
package struct OrderedWork {
    private let workers: Int
    private let maxBytes: Int

    /// Work for `workers` workers, on pieces of about `maxBytes` bytes.
    package init(workers: Int, maxBytes: Int) {
        self.workers = workers
        self.maxBytes = maxBytes
    }

    /// One piece, with the bytes that it holds in memory.
    package typealias Piece<Content> = (content: Content, bytes: Int)

    /// Takes pieces from `next`, runs `work` on each in child tasks, and calls `commit` with the answers that are ready,
    /// in the order of their pieces and without a gap, until there are no more.
    ///
    /// - Parameter next: The next piece. Where it is told that it may wait, nothing is under way, and nil means the end;
    ///   where it is told not to, nil means that none is there yet.
    package func run<Content: Sendable, Answer: Sendable>(
        next: (_ mayWait: Bool) async throws -> Piece<Content>?, work: @escaping @Sendable (Content) throws -> Answer,
        commit: (ArraySlice<Answer>) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (number: Int, bytes: Int, answer: Answer).self) { group in
            var (taken, committed, bytesUnderWay) = (0, 0, 0)
            var waiting: [Int: Answer] = [:]
            while true {
                while taken == committed || (taken - committed < workers && bytesUnderWay < workers * maxBytes) {
                    guard let piece = try await next(taken == committed) else {
                        if taken == committed { return }
                        break
                    }
                    let (number, bytes) = (taken, piece.bytes)
                    group.addTask { (number, bytes, try work(piece.content)) }
                    taken += 1
                    bytesUnderWay += bytes
                }
                guard let done = try await group.next() else { return }
                bytesUnderWay -= done.bytes
                waiting[done.number] = done.answer
                var ready: [Answer] = []
                while let answer = waiting.removeValue(forKey: committed + ready.count) { ready.append(answer) }
                guard !ready.isEmpty else { continue }
                try await commit(ready[...])
                committed += ready.count
            }
        }
    }

    /// Runs `work` on the batches of one source, and calls `commit` with the answers one by one, in input order.
    package func run<Answer: Sendable>(
        _ reader: SourceReader, maxRecords: Int, work: @escaping @Sendable (RawBatch) throws -> Answer,
        commit: (Answer) throws -> Void
    ) async throws {
        try await run { _ in
            try reader.nextBatch(maxRecords: maxRecords, maxBytes: maxBytes).map { ($0, $0.heldBytes) }
        } work: {
            try work($0)
        } commit: {
            for answer in $0 { try commit(answer) }
        }
    }
}

extension RawBatch {
    /// The bytes of its records.
    var heldBytes: Int { records.reduce(0) { $0 + $1.bytes.count } }
}
