import SluiceCore
import SluiceDedup
import SluiceLedger
import SluiceStore
import SluiceText
import Synchronization

/// The one place where records meet: decides on each in input order, ahead of what is written.
///
/// Whatever is decided must be written, and in that order: the decisions behind it rest on it.
actor Decider {
    private let store: Store
    private let board: LineBoard
    private var keeper: IndexKeeper
    private var limits: Limits
    private var index: DedupIndex?
    private var memory: KeptMemory
    private var nextSeq: Int64?
    private var compressionLevel: Int
    private var packer: TextPacker?
    private let isDue = Atomic(false)

    /// A decider on records for `store`; the near-duplicate index waits for the first batch that is decided on.
    init(store: Store, settings: Settings, keeper: IndexKeeper, board: LineBoard) {
        self.board = board
        self.store = store
        self.keeper = keeper
        limits = settings.limits
        memory = KeptMemory(parameters: settings.dedup, limits: settings.limits)
        compressionLevel = settings.ingest.textCompression
    }

    /// Records that were not compared with all their candidates.
    var cutSearches: Int { index?.cutSearches ?? 0 }

    /// How often a kept document was left out of a band of the index.
    var fullBuckets: Int { index?.fullBuckets ?? 0 }

    /// Goes on under the limits of other settings, once all that was decided is written.
    func use(_ settings: Settings) {
        limits = settings.limits
        compressionLevel = settings.ingest.textCompression
        packer = nil
    }

    /// Opens the near-duplicate index, where that has not been done. O(documents), some 30 ns each.
    func prepare() throws(SluiceError) {
        guard index == nil else { return }
        keep(try keeper.open())
        nextSeq = try store.read { try $0.nextSeq() }
    }

    /// True where the index should be written into its file as soon as all that was decided is in the store.
    nonisolated var isToSettle: Bool { isDue.load(ordering: .relaxed) }

    /// Writes the index into its file where that is due; all that was decided is in the store.
    func settle(atEnd: Bool = false) {
        guard var index = index.take() else { return }
        keeper.settle(&index, atEnd: atEnd)
        keep(index)
    }

    /// Decides on records (law 3, and law 1's three ways). Those that are kept are found by the ones that follow, written
    /// or not.
    func decide(_ records: [PreparedRecord]) throws(SluiceError) -> DecidedRecords {
        try prepare()
        guard var index = index.take(), let firstSeq = nextSeq else {
            throw SluiceError(.io, "records came before the index")
        }
        let (limits, level) = (limits, compressionLevel)
        var packer = if let known = packer { known } else { try store.read { try TextPacker($0, level: level) } }
        var packing = TextPacking(dictionary: packer.dictionary)
        var seq = firstSeq
        var templates: [Int64: Neighbour] = [:]
        // Asked before the store is: whatever is written by now can be read there.
        memory.forget(upTo: board.written)
        let outcomes = try store.read { reader in
            memory.begin(reader)
            defer { memory.end() }
            return try records.map { record in
                defer { seq += 1 }
                if let change = try packer.begin(row: seq) { packing.changes.append(change) }
                switch record.content {
                case .rejected(let reason, let detail): return ProvenanceRow.Outcome.rejected(reason, detail: detail)
                case .document(let document):
                    let match = try index.findDuplicate(
                        of: document.fingerprint, words: document.words, limits: limits, lookup: &memory)
                    let nearest = memory.takeNearest()
                    if let match { return .duplicate(match) }
                    // It follows from the earlier records alone, written or not, and from which of their addresses have
                    // been erased: so it is the same with any number of workers and after any crash.
                    if let nearest, Neighbour.areUnrelated(record.url, try memory.url(of: nearest.seq)) {
                        templates[seq] = nearest
                    }
                    index.insert(document: seq, fingerprint: document.fingerprint)
                    memory.remember(document, url: record.url, seq: seq)
                    packer.keep(document.text.bytes, row: seq)
                    return .kept
                }
            }
        }
        (self.packer, nextSeq) = (packer, seq)
        keep(index)
        return DecidedRecords(
            firstSeq: firstSeq, records: records, outcomes: outcomes, packing: packing, templates: templates)
    }

    private func keep(_ index: DedupIndex) {
        isDue.store(keeper.isDue(index), ordering: .relaxed)
        self.index = index
    }

    /// Not all that was decided was written: the index is rebuilt before the next decision.
    func forget() {
        index = nil
        packer = nil
        nextSeq = nil
        memory.clear()
        isDue.store(false, ordering: .relaxed)
    }
}
