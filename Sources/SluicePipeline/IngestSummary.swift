import SluiceCore
import SluiceStore

/// What a run did: the counts of law 1 and what the verdicts were.
@dynamicMemberLookup
public struct IngestSummary: Sendable {
    /// The run's name in the store.
    public var run = ""
    /// Sources read in this run.
    public var sources = 0
    /// Sources that were passed over because every record of theirs has its decision already.
    public var alreadyIngested = 0
    /// The names of those among them that had been read under another label, origin, generator or format.
    public var readOtherwise: [String] = []
    /// Those among them that the store knows by another name, which is another file of the same bytes.
    public var sameBytes: [(name: String, known: String)] = []
    /// Files in the directories given that were passed over, because their names are not those of dumps.
    public var passedOver: [String] = []
    /// True where a source has a record of use, kept or a duplicate, that an earlier run read, as below.
    public var hasEarlierUse = false
    /// True where a source was damaged that an earlier run read, in whole or up to an interruption: whether a run is stopped
    /// and begun again must not decide how it ends.
    public var hasEarlierDamage = false
    /// Records that were not compared with all their candidates, because that would have cost more than the limits allow.
    public var cutSearches = 0
    /// How often a kept document was left out of a band of the index, because too many others share its key there.
    public var fullBuckets = 0
    /// What the line had to say beside its results.
    public var lineRemarks: [LineRemark] = []
    /// What the records of this run came to.
    public var counts = Tally()
    /// Documents in no shard once the run has ended, those of earlier runs included; nil where a daemon does not tell.
    public var held: Int? = 0
    /// Documents in no shard before this run; nil as above.
    public var heldBefore: Int? = 0
    /// Bytes of the sources as they are stored, read in this run.
    public var bytesRead: UInt64 = 0
    /// Wall time in seconds.
    public var seconds = 0.0
    /// Sources that could not be read at all, each with the reason.
    public var failures: [SluiceError] = []

    /// An empty summary.
    public init() {}

    /// A figure of ``counts``.
    public subscript<Value>(dynamicMember path: KeyPath<Tally, Value>) -> Value { counts[keyPath: path] }

    /// True where a record was rejected because its input is damaged or beyond a limit, in this run or before.
    public var hasDamage: Bool { hasEarlierDamage || counts.hasDamage }

    /// What decided in this run that did not decide in the run before.
    public var changed: [RunDescription.Part] {
        lineRemarks.flatMap { remark -> [RunDescription.Part] in
            if case .changed(let parts) = remark { parts } else { [] }
        }
    }

    /// True where this run kept documents and none of them could be judged or found room in a shard.
    public var isWhollyHeld: Bool {
        guard let held, let heldBefore else { return false }
        return counts.kept > 0 && held - heldBefore >= counts.kept
            && counts.verdicts[.uncertain, default: 0] == counts.kept
    }

    /// Counts a source that was complete before.
    public mutating func addRepeat(_ source: SourceReport) {
        alreadyIngested += 1
        if source.isUseful { hasEarlierUse = true }
        if source.hasDamage { hasEarlierDamage = true }
        if source.isReadOtherwise { readOtherwise.append(source.name) }
        if let known = source.knownAs { sameBytes.append((source.name, known)) }
    }

    /// How the run ended, as an exit code: 0; 1 where something was damaged; 65 where there was nothing to use.
    public var exitCode: Int32 {
        if hasDamage { return SluiceError.Code.checkFailed.rawValue }
        let isUseful = counts.isUseful || hasEarlierUse
        if let failure = failures.first {
            return (isUseful ? SluiceError.Code.checkFailed : failure.code).rawValue
        }
        return isUseful ? 0 : SluiceError.Code.noUsableData.rawValue
    }

    /// The summary as the command line's contract has it.
    public var json: String {
        var json = JSONText()
        json.object { json in
            json.member("run", run)
            json.member("sources", sources)
            json.member("alreadyIngested", alreadyIngested)
            json.member("readOtherwise", readOtherwise.count)
            json.member("passedOver", passedOver.count)
            json.key("changed")
            json.array { json in
                for part in changed { json.value(part.rawValue) }
            }
            counts.writeCounts(to: &json)
            counts.writeVerdicts(to: &json)
            json.member("held", held)
            json.key("bytes")
            json.object { json in
                for (key, bytes) in [
                    ("read", bytesRead), ("text", counts.textBytes), ("skipped", counts.skippedBytes),
                ] {
                    json.member(key, Int64(clamping: bytes))
                }
            }
            json.member("seconds", seconds, places: 3)
        }
        return json.string
    }
}

/// How far a run has come; handed out after each commit.
public struct IngestProgress: Sendable {
    /// What has been committed so far.
    public var summary = IngestSummary()
    /// Bytes of all sources of the run, as far as known.
    public var bytesTotal: UInt64
    /// Bytes of them that are dealt with, in this run or before.
    public var bytesDone: UInt64 = 0
    /// The source at hand.
    public var source = ""

    /// Nothing done yet.
    public init(bytesTotal: UInt64) { self.bytesTotal = bytesTotal }
}
