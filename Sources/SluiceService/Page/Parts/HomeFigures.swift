import SluiceCore
import SluiceStore
import Synchronization

/// What the overview shows of the store.
struct HomeFigures: Sendable {
    /// The newest shards, the newest first.
    var shards: [StoredShard]
    /// The verdicts on the newest documents.
    var verdicts: VerdictWindow

    /// The figures as they were asked for last: however many look on, the store is asked once in a while.
    final class Cache: Sendable {
        private let last = Mutex<(made: ContinuousClock.Instant, figures: HomeFigures)?>(nil)

        /// How long figures are shown before they are asked for again.
        static let freshness = Duration.seconds(2)

        /// The figures, not much older than ``freshness``.
        func figures(_ questions: QuestionPool) async throws -> HomeFigures {
            if let last = last.withLock({ $0 }), .now - last.made < Cache.freshness { return last.figures }
            let figures = try await questions.ask { reader in
                HomeFigures(
                    shards: try reader.shards(limit: ShardPlot.limit), verdicts: try reader.verdictWindow())
            }
            last.withLock { $0 = (.now, figures) }
            return figures
        }
    }
}
