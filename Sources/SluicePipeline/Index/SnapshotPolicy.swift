/// When the near-duplicate index is written into its file.
///
/// Writing costs in proportion to the whole index, and starting in proportion to what is not in the file. A store to which
/// runs of *m* documents are added pays least where a run's end writes from about the root of *m* over its documents on:
/// an eighth, for runs of a fiftieth. While a run goes on, only memory and the next start after a crash ask for it.
public struct SnapshotPolicy: Sendable, Equatable {
    /// The fewest documents that are worth a file: fewer are read from the store in less than a tenth of a second.
    public var least: Int
    /// The fewest documents that are worth writing the file again while a run goes on.
    public var leastRecent: Int

    /// The policy of a store.
    public init(least: Int = 1 << 16, leastRecent: Int = 1 << 17) {
        self.least = least
        self.leastRecent = leastRecent
    }

    /// Whether to write an index of `documents`, of which `recent` are not in the file.
    func isDue(documents: Int, recent: Int, atEnd: Bool) -> Bool {
        let older = documents - recent
        guard documents >= least, recent > 0 else { return false }
        return atEnd ? recent >= max(leastRecent / 8, older / 8) : recent >= max(leastRecent, older / 4)
    }

    /// The most documents to read at once when an index is opened of which `documents` are in the file: enough to be
    /// worth writing.
    func part(behind documents: Int) -> Int { max(2 * leastRecent, least, documents / 2) }
}
