import SluiceCore
import SluiceStore

/// What the store counts, kept along from commit to commit so that nobody has to ask it.
struct StoreFigures: Sendable {
    var kept: Int64 = 0
    var duplicateExact: Int64 = 0
    var duplicateNear: Int64 = 0
    var rejected: [Reason: Int64] = [:]
    var verdicts: [Verdict: Int64] = [:]
    var reviews: [Verdict: Int64] = [:]
    var textBytes: Int64 = 0
    var sourceBytes: Int64 = 0
    var skippedBytes: Int64 = 0
    var sourcesBegun: Int64 = 0
    var sourcesDone: Int64 = 0
    var held: Int64 = 0
    var shards = ShardFigures()
    var ledgerSize: Int64 = 0

    /// The figures of one state of the store. As costly as ``StoreReader/statistics()``.
    init(_ reader: StoreReader) throws {
        let statistics = try reader.statistics()
        let sources = try reader.sources()
        kept = statistics.progress.kept
        duplicateExact = statistics.progress.duplicateExact
        duplicateNear = statistics.progress.duplicateNear
        for (name, count) in statistics.rejected {
            if let reason = Reason(rawValue: name) { rejected[reason] = count }
        }
        verdicts = statistics.verdicts
        reviews = try reader.reviewCounts()
        textBytes = statistics.progress.textBytes
        skippedBytes = statistics.progress.skippedBytes
        sourcesBegun = Int64(sources.count)
        for source in sources {
            sourcesDone += source.progress.isDone ? 1 : 0
            sourceBytes &+= source.description.bytesDone(at: source.progress)
        }
        held = statistics.held
        shards = ShardFigures(try reader.shards())
        ledgerSize = statistics.ledgerSize
    }

    mutating func advance(by delta: CommitDelta) {
        kept &+= delta.kept
        duplicateExact &+= delta.duplicateExact
        duplicateNear &+= delta.duplicateNear
        rejected.merge(delta.rejected, uniquingKeysWith: &+)
        verdicts.merge(delta.verdicts, uniquingKeysWith: &+)
        reviews.merge(delta.reviews, uniquingKeysWith: &+)
        textBytes &+= delta.textBytes
        sourceBytes &+= delta.sourceBytes
        skippedBytes &+= delta.skippedBytes
        sourcesBegun &+= delta.sourcesBegun
        sourcesDone &+= delta.sourcesDone
        held = delta.held ?? held
        shards = delta.shards ?? shards
        let records = delta.kept &+ delta.duplicateExact &+ delta.duplicateNear
        ledgerSize = delta.rejected.values.reduce(ledgerSize &+ records, &+)
    }
}
