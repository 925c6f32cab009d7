import SluiceCore
import SluiceCrawl

/// The batches of one source, worked on in parallel and handed back in input order.
///
/// At most `workers` batches are under way at once, and no more than `workers` times `maxBytes` of records unless a
/// single one is larger: so memory stays bounded by the settings and the largest record.
package struct OrderedBatches {
    private let workers: Int
    private let maxRecords: Int
    private let maxBytes: Int

    /// Batches of at most `maxRecords` records and about `maxBytes` bytes, on `workers` workers.
    package init(workers: Int, maxRecords: Int, maxBytes: Int) {
        self.workers = workers
        self.maxRecords = maxRecords
        self.maxBytes = maxBytes
    }

    /// Reads `reader` to its end, runs `work` on each batch in child tasks, and calls `commit` with the answers in
    /// input order.
    package func run<Answer: Sendable>(
        _ reader: SourceReader, work: @escaping @Sendable (RawBatch) throws -> Answer,
        commit: (Answer) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (number: Int, bytes: Int, answer: Answer).self) { group in
            var (read, committed, bytesUnderWay) = (0, 0, 0)
            var waiting: [Int: Answer] = [:]
            var isAtEnd = false
            while true {
                while !isAtEnd, read == committed || (read - committed < workers && bytesUnderWay < workers * maxBytes)
                {
                    guard let batch = try reader.nextBatch(maxRecords: maxRecords, maxBytes: maxBytes) else {
                        isAtEnd = true
                        break
                    }
                    let (number, bytes) = (read, batch.records.reduce(0) { $0 + $1.bytes.count })
                    group.addTask { (number, bytes, try work(batch)) }
                    read += 1
                    bytesUnderWay += bytes
                }
                guard let next = try await group.next() else { return }
                bytesUnderWay -= next.bytes
                waiting[next.number] = next.answer
                while let answer = waiting.removeValue(forKey: committed) {
                    try commit(answer)
                    committed += 1
                }
            }
        }
    }
}
