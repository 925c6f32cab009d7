import HTTPTypes
import Hummingbird
import SluiceCore
import SluicePipeline
import SluiceStore
import Synchronization

/// What `Idempotency-Key` promises: one key of one caller stands for one body, and asking again gives the first answer.
///
/// The store knows which body a key was used for; the answer is made anew from what the store counts of that body.
final class IdempotencyKeys: Sendable {
    private let questions: QuestionPool
    private let underWay = Mutex<Set<Digest>>([])

    /// Keys that the store remembers.
    init(questions: QuestionPool) {
        self.questions = questions
    }

    /// The key of a request, with its caller's name in it; nil where it has none.
    static func key(_ request: Request, _ context: ServiceContext) throws(Problem) -> Digest? {
        let fields = request.headers[values: .idempotencyKey]
        guard let field = fields.first else { return nil }
        guard fields.count == 1, (1...255).contains(field.utf8.count),
            field.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Problem(.badParameter, "an Idempotency-Key is one text of 1 to 255 visible characters") }
        return Digest.of(Array("\(context.caller.name)\u{0}\(field)".utf8))
    }

    /// Runs `body` under `key`, which stands for `payload` from now on, so that nobody else has it after a crash either;
    /// where `body` fails and nothing of `source`, which is what it brings, came into the store, the key is free again.
    ///
    /// - Throws: ``Problem`` of the kind `conflict` where a request with the key is under way, `key-reused` where it
    ///   stands for another payload; what `body` throws.
    func once(
        _ key: Digest, payload: Digest, source: Digest, _ body: () async throws -> SourceReport
    ) async throws -> SourceReport {
        guard underWay.withLock({ $0.insert(key).inserted }) else {
            throw Problem(.conflict, "a request with this Idempotency-Key is under way").retry(after: 1)
        }
        defer { underWay.withLock { _ = $0.remove(key) } }
        let (known, before) = try await questions.ask { reader in
            (try reader.payload(ofRequestKey: key), try reader.source(source)?.progress)
        }
        let repeated = IdempotencyKeys.repeated(payload)
        guard known == nil || known == payload || known == repeated else {
            throw Problem(.keyReused, "this Idempotency-Key was used for another body")
        }
        if known == nil { try await remember(key, before?.isDone == true ? repeated : payload) }
        do {
            var report = try await body()
            guard let known else {
                // The same body under another key may have come before it in the meantime.
                if report.isRepeat, before?.isDone != true { try await remember(key, repeated) }
                return report
            }
            // Whoever asks again under a key gets the first answer.
            report.isRepeat = known == repeated
            return try await report.whole(questions)
        } catch {
            let isUnmoved = try? await questions.ask { try $0.source(source)?.progress == before }
            if known == nil, isUnmoved == true { try? await questions.change { try $0.forget(requestKey: key) } }
            throw error
        }
    }

    /// Has `key` stand for `payload`, whatever it stood for.
    private func remember(_ key: Digest, _ payload: Digest) async throws {
        try await questions.change {
            try $0.forget(requestKey: key)
            try $0.remember(requestKey: key, payload: payload, timeMicroseconds: Clock.microseconds)
        }
    }

    /// What is remembered of a payload that had come before its key did, for the first answer said so.
    private static func repeated(_ payload: Digest) -> Digest { Digest.of(Array("repeat \(payload.hex)".utf8)) }
}
