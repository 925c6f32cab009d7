import SluiceCore
import SluicePipeline
import SluiceStore

/// What one transaction of the engine changed, for whoever counts along.
package struct CommitDelta: Sendable, Equatable {
    /// Documents kept.
    package var kept: Int64 = 0
    /// Records with the words of an earlier kept document.
    package var duplicateExact: Int64 = 0
    /// Records that nearly repeat an earlier kept document.
    package var duplicateNear: Int64 = 0
    /// Records without text to keep, by reason.
    package var rejected: [Reason: Int64] = [:]
    /// Kept documents by verdict.
    package var verdicts: [Verdict: Int64] = [:]
    /// Bytes of the texts that were read.
    package var textBytes: Int64 = 0
    /// Bytes of the source that are done with.
    package var sourceBytes: Int64 = 0
    /// Bytes that belong to no record.
    package var skippedBytes: Int64 = 0
    /// Sources that the store did not know before.
    package var sourcesBegun: Int64 = 0
    /// Sources that are read to their end now.
    package var sourcesDone: Int64 = 0
    /// Verdicts of reviewers.
    package var reviews: [Verdict: Int64] = [:]
    /// Kept documents in no shard, as they are afterwards; nil where nothing was placed.
    package var held: Int64?
    /// The shards as they are afterwards; nil where they did not change.
    package var shards: ShardFigures?
    /// How long it took; nil for what is no batch.
    package var duration: Duration?

    /// A change of nothing.
    package init() {}

    /// What a commit changed, but for where documents are afterwards.
    package init(_ commit: SourceCommit) {
        let old = commit.before ?? SourceProgress()
        let new = commit.after
        kept = new.kept - old.kept
        duplicateExact = new.duplicateExact - old.duplicateExact
        duplicateNear = new.duplicateNear - old.duplicateNear
        textBytes = new.textBytes - old.textBytes
        skippedBytes = new.skippedBytes - old.skippedBytes
        sourceBytes = commit.description.bytesDone(at: new) - commit.description.bytesDone(at: old)
        sourcesBegun = commit.before == nil ? 1 : 0
        sourcesDone = new.isDone && !old.isDone ? 1 : 0
        rejected = commit.tally.rejected.mapValues { Int64($0) }
        verdicts = commit.tally.verdicts.mapValues { Int64($0) }
        duration = commit.duration
    }

    /// Takes note of where documents are afterwards.
    package mutating func place(_ placement: Placement?) {
        guard let placement else { return }
        held = Int64(placement.held)
        shards = ShardFigures(placement)
    }
}

/// How many shards there are, and what is in the open one.
package struct ShardFigures: Sendable, Equatable {
    /// Shards that were ever opened.
    package var opened: Int64 = 0
    /// Those of them that are sealed.
    package var sealed: Int64 = 0
    /// The open one; nil where none is.
    package var open: StoredShard?

    /// The figures of all the shards of a store.
    package init(_ shards: [StoredShard] = []) {
        opened = Int64(shards.count)
        sealed = Int64(shards.count { $0.isSealed })
        open = shards.last { !$0.isSealed }
    }

    /// The figures of a store that has just placed documents.
    init(_ placement: Placement) {
        opened = placement.shards
        sealed = placement.shards - (placement.open == nil ? 0 : 1)
        open = placement.open
    }
}

extension SourceDescription {
    /// The bytes of the source that need not be read again.
    func bytesDone(at progress: SourceProgress) -> Int64 {
        progress.isDone ? bytes : min(progress.memberOffset, bytes)
    }
}
