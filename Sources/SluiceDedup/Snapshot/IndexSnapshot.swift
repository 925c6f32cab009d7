import SluiceCore

/// An index as it was written beside the store: never changed, and read where it lies.
///
/// Every value that is read from the file is held against its bounds, so that whatever the file holds, what is asked of
/// it ends and answers; whether it answers the truth is what the checksums are for.
public final class IndexSnapshot: Sendable {
    let header: SnapshotHeader
    let layout: SnapshotLayout
    let bytes: MappedBytes

    init(header: SnapshotHeader, layout: SnapshotLayout, bytes: MappedBytes) {
        self.header = header
        self.layout = layout
        self.bytes = bytes
    }

    /// Documents in it.
    public var count: Int { header.documents }

    /// The sequence number of the last of them.
    public var lastSeq: Int64 { header.lastSeq }

    /// What the store said of its history up to ``lastSeq`` when this was written.
    public var mark: Digest { header.mark }

    /// The bytes of the file, all of which may stand in memory, and none of which must.
    public var fileBytes: Int { layout.fileBytes }

    /// Tables of bands; behind them comes that of the content keys.
    public var bands: Int { layout.tables.count - 1 }

    /// The document at a position.
    func document(_ position: UInt32) -> Int64 { bytes.load(layout.offsets[0] + 8 * Int(position), as: Int64.self) }

    /// The lower half of the first eight bytes of the content key of the document at a position.
    func tail(_ position: UInt32) -> UInt32 { bytes.load(layout.offsets[1] + 4 * Int(position), as: UInt32.self) }

    /// How many documents are filed under a key in a table.
    func count(_ key: UInt32, table: Int) -> Int { layout.tables[table].range(of: key, in: bytes).count }

    /// Appends the positions of the documents that are filed under a key in a table, the earliest first.
    func collect(_ key: UInt32, table: Int, into out: inout [UInt32]) {
        let table = layout.tables[table]
        for entry in table.range(of: key, in: bytes) {
            let position = table.position(entry, in: bytes)
            if Int(position) < count { out.append(position) }
        }
    }

    /// Appends the positions of the documents that are filed under one of `keys`, a band each in their order.
    ///
    /// First all buckets are looked up, then all are brought in, and only then is any of them read: memory answers many
    /// questions in the time of one, but not where each waits for a branch that depends on the one before.
    func collect(_ keys: [UInt32], into out: inout [UInt32]) {
        var buckets: [(start: Int, end: Int)] = []
        buckets.reserveCapacity(keys.count)
        for (table, key) in zip(layout.tables, keys) { bytes.prefetch(table.directory + 4 * Int(key >> table.shift)) }
        for (table, key) in zip(layout.tables, keys) { buckets.append(table.bucket(of: key, in: bytes)) }
        for (table, bucket) in zip(layout.tables, buckets) { table.prefetch(bucket, in: bytes) }
        for band in keys.indices {
            let table = layout.tables[band]
            for entry in table.range(of: keys[band], within: buckets[band], in: bytes) {
                let position = table.position(entry, in: bytes)
                if Int(position) < count { out.append(position) }
            }
        }
    }

    /// A walk over every entry of a table.
    func walk(table number: Int) -> SnapshotWalk { SnapshotWalk(table: layout.tables[number], bytes: bytes) }
}

/// A walk over the entries of a table, from the first to the last.
struct SnapshotWalk {
    private let table: SnapshotTable
    private let bytes: MappedBytes
    private let buckets: Int
    private var bucket = 0
    private var entry = 0
    private var end = 0

    init(table: SnapshotTable, bytes: MappedBytes) {
        self.table = table
        self.bytes = bytes
        buckets = 1 << Int(32 - table.shift)
        end = min(Int(bytes.load(table.directory + 4, as: UInt32.self)), table.entries)
    }

    /// The next entry: a key in the upper half, a position plus one in the lower. All ones behind the last.
    mutating func next() -> UInt64 {
        while entry >= end {
            bucket &+= 1
            guard bucket < buckets else { return .max }
            end = min(Int(bytes.load(table.directory &+ 4 &* bucket &+ 4, as: UInt32.self)), table.entries)
        }
        let low = UInt64(bytes.load(table.keys &+ 2 &* entry, as: UInt16.self))
        let upper = UInt64(truncatingIfNeeded: bucket) << UInt64(table.shift) & 0xFFFF_0000
        let position = UInt64(table.position(entry, in: bytes))
        entry &+= 1
        return (upper | low) << 32 | (position &+ 1)
    }
}
