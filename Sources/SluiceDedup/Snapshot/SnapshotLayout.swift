/// Where the sections of an index file lie: a function of its header.
///
/// Sequence numbers by position (8 bytes each), tails of content keys by position (4), then of each table its directory (4
/// bytes a bucket and one more), the lower halves of its keys (2) and its positions (4).
struct SnapshotLayout: Sendable {
    /// The least width of a directory: with it, bucket and lower half give the whole of a key.
    static let leastDirectoryBits = 16
    /// The greatest: what four thousand million documents take.
    static let mostDirectoryBits = 28

    /// Bytes from one boundary to the next at which a section may start: a line of the processor's cache.
    private static let alignment = 64

    /// Where the sections start, and behind the last one the end of the file, in bytes.
    let offsets: [Int]
    /// The bytes of each section.
    let lengths: [Int]
    /// The tables: those of the bands, then that of the content keys.
    let tables: [SnapshotTable]

    /// The layout of the file with this header, whose figures are plausible.
    init(_ header: SnapshotHeader) {
        let directory = 4 * (1 << header.directoryBits + 1)
        var lengths = [8 * header.documents, 4 * header.documents]
        for entries in header.entries { lengths += [directory, 2 * entries, 4 * entries] }
        var at = SnapshotLayout.aligned(SnapshotHeader.bytes(tables: header.entries.count))
        var offsets: [Int] = []
        for length in lengths {
            offsets.append(at)
            at = SnapshotLayout.aligned(at + length)
        }
        offsets.append(at)
        self.offsets = offsets
        self.lengths = lengths
        tables = header.entries.indices.map { table in
            SnapshotTable(
                directory: offsets[2 + 3 * table], keys: offsets[3 + 3 * table], positions: offsets[4 + 3 * table],
                entries: header.entries[table], shift: UInt32(32 - header.directoryBits))
        }
    }

    /// The bytes of the file.
    var fileBytes: Int { offsets.last ?? 0 }

    /// The width of the directories for so many documents: 8 to 16 entries a bucket, in large indexes.
    static func directoryBits(documents: Int) -> Int {
        min(max(Int.bitWidth - documents.leadingZeroBitCount - 4, leastDirectoryBits), mostDirectoryBits)
    }

    private static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}

/// One table of an index file: entries in ascending order of key and position, and a directory of the keys' upper bits.
///
/// Of a key only the lower sixteen bits are written; the bucket that an entry is in gives the others.
struct SnapshotTable: Sendable {
    /// Where the number of the first entry of each bucket is, in bytes.
    let directory: Int
    /// Where the lower halves of the keys are.
    let keys: Int
    /// Where the positions are.
    let positions: Int
    /// How many entries there are.
    let entries: Int
    /// What a key is shifted by to give its bucket.
    let shift: UInt32

    /// The entries with a key. O(log *n*), mostly two lines of memory.
    @inline(__always)
    func range(of key: UInt32, in bytes: MappedBytes) -> Range<Int> {
        let bucket = bucket(of: key, in: bytes)
        return range(of: key, within: bucket, in: bytes)
    }

    /// The entries that a key may be among; what the file says, but within the table.
    @inline(__always)
    func bucket(of key: UInt32, in bytes: MappedBytes) -> (start: Int, end: Int) {
        let place = directory &+ 4 &* Int(key >> shift)
        return (
            min(Int(bytes.load(place, as: UInt32.self)), entries),
            min(Int(bytes.load(place &+ 4, as: UInt32.self)), entries)
        )
    }

    /// The entries with a key, which are in `bucket` if anywhere.
    @inline(__always)
    func range(of key: UInt32, within bucket: (start: Int, end: Int), in bytes: MappedBytes) -> Range<Int> {
        var (low, high) = bucket
        let wanted = UInt16(truncatingIfNeeded: key)
        while high &- low > 32 {
            let middle = low &+ (high &- low) / 2
            if bytes.load(keys &+ 2 &* middle, as: UInt16.self) < wanted { low = middle &+ 1 } else { high = middle }
        }
        while low < bucket.end, bytes.load(keys &+ 2 &* low, as: UInt16.self) < wanted { low &+= 1 }
        high = low
        while high < bucket.end, bytes.load(keys &+ 2 &* high, as: UInt16.self) == wanted { high &+= 1 }
        return low..<high
    }

    /// Has the keys of a bucket brought in.
    @inline(__always)
    func prefetch(_ bucket: (start: Int, end: Int), in bytes: MappedBytes) {
        bytes.prefetch(keys &+ 2 &* bucket.start)
        bytes.prefetch(keys &+ 2 &* bucket.end &- 2)
    }

    /// The position of the document that an entry is of.
    @inline(__always)
    func position(_ entry: Int, in bytes: MappedBytes) -> UInt32 {
        bytes.load(positions &+ 4 &* entry, as: UInt32.self)
    }
}
