import SluiceCore
import SluiceDedup
import SluiceLedger
import SluiceStore

/// The one place where records meet: decides on each in input order, ahead of what is written.
///
/// Whatever is decided must be written, and in that order: the decisions behind it rest on it.
struct Decider {
    private let store: Store
    private let parameters: DedupParameters
    private var limits: Limits
    private var index: DedupIndex?
    private var memory: KeptMemory
    private var nextSeq: Int64?

    /// A decider on records for `store`; the near-duplicate index waits for the first source that is read.
    init(store: Store, settings: Settings) {
        self.store = store
        parameters = settings.dedup
        limits = settings.limits
        memory = KeptMemory(parameters: settings.dedup, limits: settings.limits)
    }

    /// Records that were not compared with all their candidates.
    var cutSearches: Int { index?.cutSearches ?? 0 }

    /// How often a kept document was left out of a band of the index.
    var fullBuckets: Int { index?.fullBuckets ?? 0 }

    /// Goes on under the limits of other settings.
    mutating func use(_ settings: Settings) { limits = settings.limits }

    /// Rebuilds the near-duplicate index from the documents in the store, where that has not been done. O(documents).
    mutating func prepare() throws(SluiceError) {
        guard index == nil else { return }
        let parameters = parameters
        (index, nextSeq) = try store.read { reader in
            var builder = DedupIndexBuilder(parameters: parameters, expecting: try reader.documentCount())
            try reader.forEachIndexKey { seq, prefix, bands in
                try builder.append(document: seq, contentKeyPrefix: prefix, packedBands: bands)
            }
            return (builder.build(), try reader.nextSeq())
        }
    }

    /// Decides on records (law 3, and law 1's three ways). Those that are kept are found by the ones that follow, written
    /// or not.
    mutating func decide(_ records: [PreparedRecord]) throws(SluiceError) -> DecidedRecords {
        try prepare()
        guard var index = index.take(), let firstSeq = nextSeq else {
            throw SluiceError(.io, "records came before the index")
        }
        let limits = limits
        var seq = firstSeq
        let outcomes = try store.read { reader in
            memory.begin(reader)
            defer { memory.end() }
            return try records.map { record in
                defer { seq += 1 }
                switch record.content {
                case .rejected(let reason, let detail): return ProvenanceRow.Outcome.rejected(reason, detail: detail)
                case .document(let document):
                    if let match = try index.findDuplicate(
                        of: document.fingerprint, words: document.words, limits: limits, lookup: &memory)
                    {
                        return .duplicate(match)
                    }
                    index.insert(document: seq, fingerprint: document.fingerprint)
                    memory.remember(document, seq: seq)
                    return .kept
                }
            }
        }
        (self.index, nextSeq) = (index, seq)
        return DecidedRecords(firstSeq: firstSeq, records: records, outcomes: outcomes)
    }

    /// The records up to the one numbered `seq` are in the store, and need not be remembered.
    mutating func written(upTo seq: Int64) { memory.forget(upTo: seq) }

    /// Not all that was decided was written: the index is rebuilt before the next decision.
    mutating func forget() {
        index = nil
        nextSeq = nil
        memory.forget(upTo: .max)
    }
}
