import SluiceCore
import SluiceDedup
import SluiceStore

/// Opens the near-duplicate index of a store at the start, and sees to it that the next start is as quick.
///
/// The index is what a rebuild from the store would give, whatever lies beside the store: an index file that is damaged,
/// or that belongs to another store or another history of this one, is taken away.
struct IndexKeeper: Sendable {
    private let store: Store
    private let file: IndexFile
    private let parameters: DedupParameters
    private let policy: SnapshotPolicy
    private let remark: @Sendable (LineRemark) -> Void
    /// How many documents must be in memory alone before writing is tried once more, after it has failed.
    private var patience = 0

    /// A keeper for `store`, which is open for writing; `remark` is told what did not go as it should, and costs no more
    /// than time.
    init(
        store: Store, settings: Settings, policy: SnapshotPolicy = SnapshotPolicy(),
        remark: @escaping @Sendable (LineRemark) -> Void = { _ in }
    ) {
        self.store = store
        self.policy = policy
        self.remark = remark
        parameters = settings.dedup
        file = IndexFile(directory: store.directory, identity: Digest.of(Array(settings.identity.utf8)))
    }

    /// The index of all documents in the store. O(bytes of the index file + documents that are not in it).
    ///
    /// Where many must be read from the store, they come in parts, and the file is written after each: so a rebuild takes
    /// no more memory than the index took when it grew.
    mutating func open() throws(SluiceError) -> DedupIndex {
        file.removeLeftovers()
        let snapshot = try usable()
        var (index, isWhole) = try read(behind: snapshot, limit: policy.part(behind: snapshot?.count ?? 0))
        while !isWhole {
            settle(&index)
            // Where the file cannot be written, memory takes all.
            let limit = index.recentCount == 0 ? policy.part(behind: index.count) : 0
            (index, isWhole) = try read(behind: index.snapshot, limit: limit)
        }
        settle(&index)
        return index
    }

    /// The index of the documents in `snapshot` and of `limit` behind them (0 for all), and whether there are no more.
    private func read(
        behind snapshot: IndexSnapshot?, limit: Int
    ) throws(SluiceError) -> (index: DedupIndex, isWhole: Bool) {
        try store.read { reader in
            let last = snapshot?.lastSeq ?? 0
            let count = try reader.documentCount(after: last)
            var builder = DedupIndexBuilder(
                parameters: parameters, behind: snapshot, expecting: limit > 0 ? min(count, limit) : count)
            try reader.forEachIndexKey(after: last, limit: limit) { seq, prefix, bands in
                try builder.append(document: seq, contentKeyPrefix: prefix, packedBands: bands)
            }
            return (builder.build(), limit == 0 || count <= limit)
        }
    }

    /// Whether the index should be written into its file.
    func isDue(_ index: DedupIndex, atEnd: Bool = false) -> Bool {
        index.recentCount >= patience
            && policy.isDue(documents: index.count, recent: index.recentCount, atEnd: atEnd)
    }

    /// Writes the index into its file where that is due; every document in it is committed.
    mutating func settle(_ index: inout DedupIndex, atEnd: Bool = false) {
        guard isDue(index, atEnd: atEnd) else { return }
        do {
            let seq = index.lastSeq
            guard let mark = try store.read({ try $0.historyMark(at: seq) }) else {
                throw SluiceError(.io, "the store lacks document \(seq), the last one of its index")
            }
            try requireRoom(for: index)
            try file.save(&index, mark: mark)
            patience = 0
        } catch {
            // Each time it fails, it is tried again later.
            patience = index.recentCount + index.count / 8
            remark(.index("\(error)"))
        }
    }

    /// The snapshot in the file, where it is one of this store and of its history.
    private func usable() throws(SluiceError) -> IndexSnapshot? {
        switch file.open() {
        case .missing: return nil
        case .opened(let snapshot):
            let mark = try store.read { try $0.historyMark(at: snapshot.lastSeq) }
            if mark == snapshot.mark, snapshot.bands == max(parameters.bands, 1) { return snapshot }
            remark(
                .index("\(file.path) belongs to another store, or to another past of this one: it is made again"))
        case .refused(let reason):
            remark(.index("\(file.path) cannot be used, because \(reason): it is made again"))
        case .unavailable(let error):
            remark(.index("\(error.message): the store is read instead"))
            return nil
        }
        // Left where it is, it might fit again one day, when the store has come as far once more.
        file.remove()
        return nil
    }

    /// A disk that the index would fill belongs to the store.
    private func requireRoom(for index: DedupIndex) throws(SluiceError) {
        let bytes = index.estimatedFileBytes
        guard let free = FreeSpace.bytes(at: store.directory), free / 2 < UInt64(clamping: bytes) else { return }
        throw SluiceError(
            .io, "the near-duplicate index is not written: it takes \(bytes) bytes, and the disk has \(free)",
            advice: "nothing is lost: the next start takes longer, since it reads more from the store")
    }
}
