import NIOCore
import SluiceCore
import SluiceExport
import SluiceLedger
import SluicePipeline
import SluiceStore
import Synchronization

/// The person in the loop: what is asked of them, and what they answer.
final class ReviewDesk: Sendable {
    private let questions: QuestionPool
    private let requireRoom: @Sendable () throws -> Void
    private let reviewed: @Sendable (_ old: Verdict, _ new: Verdict) -> Void
    /// The queue as it was made last: making it reads up to a million rows.
    private let last = Mutex<(made: ContinuousClock.Instant, items: [ReviewItem])?>(nil)

    /// How long a queue is handed out before it is made anew.
    private static let freshness = Duration.seconds(10)
    /// How many documents are looked up at once.
    private static let length = 1000

    /// A desk that asks and writes by way of `questions`; `requireRoom` fails where the disk takes no more, `reviewed` is
    /// called after each review.
    init(
        questions: QuestionPool, requireRoom: @escaping @Sendable () throws -> Void,
        reviewed: @escaping @Sendable (_ old: Verdict, _ new: Verdict) -> Void
    ) {
        self.requireRoom = requireRoom
        self.questions = questions
        self.reviewed = reviewed
    }

    /// The first `limit` documents that a person should look at, 1,000 at most.
    func queue(limit: Int) async throws -> [ReviewItem] {
        if let last = last.withLock({ $0 }), .now - last.made < ReviewDesk.freshness, !last.items.isEmpty {
            return Array(last.items.prefix(limit))
        }
        let items = try await questions.ask(on: .long, within: .seconds(10)) {
            try $0.reviewQueue(limit: ReviewDesk.length)
        }
        last.withLock { $0 = (.now, items) }
        return Array(items.prefix(limit))
    }

    /// Writes down a verdict on the kept document of this text, and answers where that leaves the document.
    func review(
        _ document: Digest, _ verdict: Verdict, reviewer: String, note: String?
    ) async throws -> DocumentState {
        try await notice(document, verdict, reviewer: reviewer, note: note).after
    }

    /// Writes down a verdict on the kept document of this text, and answers what that changed.
    func notice(
        _ document: Digest, _ verdict: Verdict, reviewer: String, note: String?
    ) async throws -> ReviewNotice {
        try requireRoom()
        let notice = try await questions.change { writer in
            let known = try writer.reader.document(document)
            let open = try writer.reader.shards(limit: 1).first { !$0.isSealed }
            let old = try known.shard.flatMap { try writer.reader.shard($0) }
            let review = ReviewDescription(
                document: known.seq, verdict: verdict, reviewer: reviewer, note: note)
            let state = try writer.review(review, timeMicroseconds: Clock.microseconds)
            let new = try state.shard.flatMap { try writer.reader.shard($0) }
            let before = [old, open].compactMap(\.self)
            let numbers = Set((before + [new].compactMap(\.self)).filter { !$0.isSealed }.map(\.id)).sorted()
            return ReviewNotice(
                before: known, after: state, shardsBefore: before,
                shardsAfter: try numbers.compactMap { try writer.reader.shard($0) })
        }
        last.withLock { last in last?.items.removeAll { $0.digest == document } }
        reviewed(notice.before.judgement.verdict, verdict)
        return notice
    }

    /// Writes every reviewed document as a labelled line.
    func export(_ write: (ByteBuffer) async throws -> Void) async throws {
        var lines = ReviewLines()
        while true {
            let (next, read) = try await questions.ask(on: .long, within: .seconds(30)) { [lines] reader in
                var lines = lines
                let read = try lines.next(reader)
                return (lines, read)
            }
            guard let read else { return }
            lines = next
            if read.count > 0 { try await write(ByteBuffer(bytes: read.bytes)) }
        }
    }
}
