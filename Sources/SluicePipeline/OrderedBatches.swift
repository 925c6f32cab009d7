import SluiceCore
import SluiceCrawl

/// The batches of one source, worked on in parallel and handed back in input order.
///
/// At most `workers + 2` batches are under way at once, so memory stays bounded however far the workers are apart.
struct OrderedBatches {
    let workers: Int
    let maxRecords: Int
    let maxBytes: Int

    /// Reads `reader` to its end, runs `work` on each batch in child tasks, and calls `commit` with the answers in
    /// input order.
    func run<Answer: Sendable>(
        _ reader: SourceReader, work: @escaping @Sendable (RawBatch) throws -> Answer,
        commit: (Answer) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (number: Int, answer: Answer).self) { group in
            var (read, committed) = (0, 0)
            var waiting: [Int: Answer] = [:]
            var isAtEnd = false
            while true {
                while !isAtEnd, read - committed < workers + 2 {
                    guard let batch = try reader.nextBatch(maxRecords: maxRecords, maxBytes: maxBytes) else {
                        isAtEnd = true
                        break
                    }
                    let number = read
                    group.addTask { (number, try work(batch)) }
                    read += 1
                }
                guard let next = try await group.next() else { return }
                waiting[next.number] = next.answer
                while let answer = waiting.removeValue(forKey: committed) {
                    try commit(answer)
                    committed += 1
                }
            }
        }
    }
}
