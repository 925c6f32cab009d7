import SluiceCore

/// Holds a snapshot against the documents that it should hold, one after the other.
///
/// Every document must be where its keys lead, or rightly left out; and no table may have an entry besides.
public struct IndexAudit {
    private let snapshot: IndexSnapshot
    private var position = 0
    private var found: [Int]
    private var leftOut = 0
    private var wrong: String?

    /// An audit of `snapshot` that has seen no document yet.
    public init(of snapshot: IndexSnapshot) {
        self.snapshot = snapshot
        found = [Int](repeating: 0, count: snapshot.layout.tables.count)
    }

    /// Holds the next kept document of the store against the snapshot, the first one first; those behind its end are
    /// passed over. O(bands).
    public mutating func hold(_ seq: Int64, contentKeyPrefix: UInt64, packedBands: UnsafeRawBufferPointer) {
        guard seq <= snapshot.lastSeq, wrong == nil else { return }
        guard position < snapshot.count else { return wrong = "it lacks document \(seq)" }
        let place = UInt32(position)
        guard snapshot.document(place) == seq else { return wrong = "it has another document in the place of \(seq)" }
        guard packedBands.count == 4 * snapshot.bands else {
            return wrong = "document \(seq) has keys for another number of bands"
        }
        guard snapshot.tail(place) == UInt32(truncatingIfNeeded: contentKeyPrefix),
            isFiled(UInt32(truncatingIfNeeded: contentKeyPrefix >> 32), table: snapshot.bands)
        else { return wrong = "it has another content key for document \(seq)" }
        for band in 0..<snapshot.bands {
            let key = UInt32(littleEndian: packedBands.loadUnaligned(fromByteOffset: 4 * band, as: UInt32.self))
            guard isFiled(key, table: band) else { return wrong = "it lacks document \(seq) in band \(band)" }
        }
        position += 1
    }

    /// What is wrong with the snapshot; nil where nothing is.
    public func finish() -> String? {
        if let wrong { return "the index file is not that of the store: \(wrong)" }
        guard position == snapshot.count else { return "the index file holds documents that the store does not" }
        guard found == snapshot.header.entries, leftOut == snapshot.header.fullBuckets else {
            return "the index file holds entries that no document has"
        }
        return nil
    }

    /// Whether the document at hand is filed under `key`, or was left out because those before it fill the place.
    private mutating func isFiled(_ key: UInt32, table: Int) -> Bool {
        let entries = snapshot.layout.tables[table].range(of: snapshot.header.scatter(key), in: snapshot.bytes)
        let positions = entries.lazy.map { [snapshot] in
            snapshot.layout.tables[table].position($0, in: snapshot.bytes)
        }
        if positions.contains(UInt32(position)) {
            found[table] += 1
            return true
        }
        guard table < snapshot.bands, entries.count == DedupIndex.bucketLimit,
            positions.allSatisfy({ $0 < UInt32(position) })
        else { return false }
        leftOut += 1
        return true
    }
}
