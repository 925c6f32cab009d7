import SluiceCore
import SluicePipeline
import SluiceService
import SluiceStore

extension Verdict {
    /// Writes down what a person says of a document, in the store or through the daemon, and answers what it led to, the
    /// way the options ask for.
    static func record(
        _ verdict: Verdict, on document: Digest, by reviewer: String, note: String?, _ route: DaemonRoute,
        _ shared: SharedOptions
    ) async throws(SluiceError) -> String {
        switch route {
        case .store(let store):
            defer { store.close() }
            let state = try store.write { writer in
                let seq = try writer.reader.document(document).seq
                let review = ReviewDescription(document: seq, verdict: verdict, reviewer: reviewer, note: note)
                return try writer.review(review, timeMicroseconds: Clock.microseconds)
            }
            return shared.json ? state.json : state.line
        case .daemon(let daemon):
            let json = try await daemon.review(document, verdict, reviewer: reviewer, note: note)
            if shared.json { return String(decoding: json, as: UTF8.self) }
            let outcome = try DaemonRoute.decoded(ReviewOutcome.self, json)
            var isSealed = false
            if let shard = outcome.shard {
                isSealed = try DaemonRoute.decoded(ShardLine.self, await daemon.shard(shard)).state == "sealed"
            }
            return outcome.line(isSealed: isSealed)
        }
    }
}

/// What a verdict led to, as far as people are shown it.
struct ReviewOutcome: Decodable {
    var document: String
    var verdict: String
    var review: Int64
    var shard: Int64?

    /// The line.
    func line(isSealed: Bool) -> String {
        let place = shard.map { "in shard \($0)" + (isSealed ? ", which is sealed" : "") } ?? "held"
        return "\(document)  \(verdict), review \(review)  \(place)"
    }
}
