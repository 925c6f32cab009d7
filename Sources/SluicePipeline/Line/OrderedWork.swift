import SluiceCore
import SluiceCrawl

/// Pieces that are worked on in parallel before and after a decision on each, which is taken in the order of the pieces,
/// as are their answers handed back.
///
/// At most two pieces more than there are workers are under way at once, for what waits here for its turn, and no more than
/// `workers` times `maxBytes` of them unless a single one is larger: so memory stays bounded by the settings and the
/// largest record. One worker is one thread's work: nothing overlaps.
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

    private enum Done<Prepared: Sendable, Answer: Sendable>: Sendable {
        case prepared(Int, Prepared)
        case finished(Int, Answer)
    }

    /// Takes pieces from `next`, runs `prepare` on each in child tasks, then `decide` here in the order of the pieces, then
    /// `finish` in child tasks, and calls `commit` with the answers that are ready, in order and without a gap, until
    /// there are no more.
    ///
    /// - Parameter next: The next piece. Where it is told that it may wait, nothing is under way, and nil means the end;
    ///   where it is told not to, nil means that none is there yet.
    package func run<Content: Sendable, Prepared: Sendable, Decided: Sendable, Answer: Sendable>(
        next: (_ mayWait: Bool) async throws -> Piece<Content>?,
        prepare: @escaping @Sendable (Content) throws -> Prepared, decide: (Prepared) throws -> Decided,
        finish: @escaping @Sendable (Decided) throws -> Answer, commit: (ArraySlice<Answer>) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Done<Prepared, Answer>.self) { group in
            let most = workers > 1 ? workers + 2 : 1
            var (taken, decided, committed, bytesUnderWay) = (0, 0, 0, 0)
            var sizes: [Int: Int] = [:]
            var prepared: [Int: Prepared] = [:]
            var finished: [Int: Answer] = [:]
            while true {
                while taken == committed || (taken - committed < most && bytesUnderWay < workers * maxBytes) {
                    guard let piece = try await next(taken == committed) else {
                        if taken == committed { return }
                        break
                    }
                    let number = taken
                    group.addTask { .prepared(number, try prepare(piece.content)) }
                    taken += 1
                    sizes[number] = piece.bytes
                    bytesUnderWay += piece.bytes
                }
                switch try await group.next() {
                case .prepared(let number, let piece): prepared[number] = piece
                case .finished(let number, let answer): finished[number] = answer
                case nil: return
                }
                while let piece = prepared.removeValue(forKey: decided) {
                    let (number, step) = (decided, try decide(piece))
                    group.addTask { .finished(number, try finish(step)) }
                    decided += 1
                }
                var ready: [Answer] = []
                while let answer = finished.removeValue(forKey: committed + ready.count) { ready.append(answer) }
                guard !ready.isEmpty else { continue }
                try await commit(ready[...])
                for number in committed..<(committed + ready.count) {
                    bytesUnderWay -= sizes.removeValue(forKey: number) ?? 0
                }
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
        } prepare: {
            try work($0)
        } decide: {
            $0
        } finish: {
            $0
        } commit: {
            for answer in $0 { try commit(answer) }
        }
    }
}

extension RawBatch {
    /// The bytes of its records.
    var heldBytes: Int { records.reduce(0) { $0 + $1.heldBytes } }
}
