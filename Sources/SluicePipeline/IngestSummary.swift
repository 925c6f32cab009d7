import SluiceCore

/// What a run did: the counts of law 1 and what the verdicts were.
public struct IngestSummary: Sendable, Equatable {
    /// The run's name in the store.
    public var run = ""
    /// Sources read in this run.
    public var sources = 0
    /// Sources that were passed over because every record of theirs has its decision already.
    public var alreadyIngested = 0
    /// Files in the directories given that were passed over, because their names are not those of dumps.
    public var passedOver: [String] = []
    /// True where a source that was passed over holds records.
    public var hasEarlierRecords = false
    /// True where a source that was read on after an interruption had damage before it.
    public var hasEarlierDamage = false
    /// Records that were not compared with all their candidates, because that would have cost more than the limits allow.
    public var cutSearches = 0
    /// How often a kept document was left out of a band of the index, because too many others share its key there.
    public var fullBuckets = 0
    /// Records decided in this run.
    public var records = 0
    /// Documents kept.
    public var kept = 0
    /// Records with the words of an earlier kept document.
    public var exactDuplicates = 0
    /// Records that nearly repeat an earlier kept document.
    public var nearDuplicates = 0
    /// Records without text to keep, by reason.
    public var rejected: [Reason: Int] = [:]
    /// Kept documents by verdict.
    public var verdicts: [Verdict: Int] = [:]
    /// Documents in no shard once the run has ended, those of earlier runs included.
    public var held = 0
    /// Documents in no shard before this run.
    public var heldBefore = 0
    /// Bytes of the sources as they are stored, read in this run.
    public var bytesRead: UInt64 = 0
    /// Bytes of the documents' texts as they came, duplicates included.
    public var textBytes: UInt64 = 0
    /// Bytes that belong to no record.
    public var skippedBytes: UInt64 = 0
    /// Wall time in seconds.
    public var seconds = 0.0
    /// Sources that could not be read at all, each with the reason.
    public var failures: [SluiceError] = []

    /// An empty summary.
    public init() {}

    /// All rejected records.
    public var rejectedCount: Int { rejected.values.reduce(0, +) }

    /// True where a record was rejected because its input is damaged or beyond a limit.
    public var hasDamage: Bool { hasEarlierDamage || rejected.contains { $0.key.isDamage && $0.value > 0 } }

    /// True where this run kept documents and none of them could be judged or found room in a shard.
    public var isWhollyHeld: Bool {
        kept > 0 && held - heldBefore >= kept && verdicts[.uncertain, default: 0] == kept
    }

    /// How the run ended, as an exit code: 0; 1 where something was damaged; 65 where there was nothing to use.
    public var exitCode: Int32 {
        if hasDamage { return SluiceError.Code.checkFailed.rawValue }
        let isUseful = kept + exactDuplicates + nearDuplicates > 0 || hasEarlierRecords
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
            for (key, count) in [
                ("sources", sources), ("alreadyIngested", alreadyIngested),
                ("passedOver", passedOver.count), ("records", records), ("kept", kept),
            ] {
                json.member(key, count)
            }
            json.key("duplicates")
            json.object { json in
                json.member("exact", exactDuplicates)
                json.member("near", nearDuplicates)
            }
            json.key("rejected")
            json.object { json in
                for reason in Reason.allCases where rejected[reason, default: 0] > 0 {
                    json.key(reason.rawValue)
                    json.value(rejected[reason])
                }
            }
            json.key("verdicts")
            json.object { json in
                for verdict in Verdict.allCases {
                    json.key(verdict.rawValue)
                    json.value(verdicts[verdict, default: 0])
                }
            }
            json.member("held", held)
            json.key("bytes")
            json.object { json in
                for (key, bytes) in [("read", bytesRead), ("text", textBytes), ("skipped", skippedBytes)] {
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

    init(bytesTotal: UInt64) { self.bytesTotal = bytesTotal }
}
