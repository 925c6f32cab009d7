import SluiceCore

/// Finds the earlier kept documents that a new one may repeat. Derived, so it can be rebuilt from the store.
///
/// Only kept documents enter, in ascending order of their sequence numbers. Most of them lie in a snapshot, a file beside
/// the store that is read where it lies, at 130 to 160 bytes a document; those that came since are in memory, in one table
/// a band and one of content keys, eight bytes an entry, 228 to 257 bytes a document in all. The tables grow by an eighth,
/// one at a time. Answers are the same wherever the documents lie.
public struct DedupIndex: Sendable {
    /// The parameters that the fingerprints were made with.
    public let parameters: DedupParameters
    /// How often a document was left out of a table because ``bucketLimit`` others have its key there.
    public private(set) var fullBuckets = 0

    /// How many documents were not compared with all their candidates; see `findDuplicate`.
    public internal(set) var cutSearches = 0

    /// Where the earliest documents are; nil where all are in memory.
    public let snapshot: IndexSnapshot?
    let scatter: Scatter
    private(set) var tables: [BandTable] = []
    private(set) var contentKeys: BandTable
    /// The lower halves of the content keys' first eight bytes, by position; the upper halves are the table's keys.
    private(set) var contentKeyTails: [UInt32] = []
    private(set) var documents: [Int64] = []

    /// The most documents that a band key leads to, the earliest. A key that more have is boilerplate, and documents
    /// that are alike share other bands.
    public static let bucketLimit = 128

    /// An empty index for fingerprints with these parameters.
    public init(parameters: DedupParameters) { self.init(parameters: parameters, snapshot: nil) }

    /// The index of the documents in a snapshot, which has the same parameters.
    init(parameters: DedupParameters, snapshot: IndexSnapshot?) {
        self.parameters = parameters
        self.snapshot = snapshot
        scatter = snapshot?.header.scatter ?? Scatter()
        fullBuckets = snapshot?.header.fullBuckets ?? 0
        let bands = snapshot?.bands ?? max(parameters.bands, 1)
        for band in 0..<bands {
            // Of different sizes, so that they do not all grow at once.
            tables.append(BandTable(homes: 1024 + 205 * band / bands))
        }
        contentKeys = BandTable(homes: 1024)
    }

    /// The index of documents that are known together, behind those of a snapshot: each table is sorted and written from
    /// the front to the back, which is many times faster than one insertion after the other, and gives the same answers.
    init(
        parameters: DedupParameters, snapshot: IndexSnapshot?, documents: consuming [Int64],
        contentKeyPrefixes: consuming [UInt64], bands: consuming [[UInt32]]
    ) {
        self.init(parameters: parameters, snapshot: snapshot)
        self.documents = documents
        let first = UInt32(olderCount)
        contentKeyTails = contentKeyPrefixes.map { UInt32(truncatingIfNeeded: $0) }
        let uppers = contentKeyPrefixes.map { scatter(UInt32(truncatingIfNeeded: $0 >> 32)) }
        contentKeyPrefixes = []
        _ = contentKeys.fill(uppers, first: first) { _ in .max }
        for band in tables.indices {
            var keys: [UInt32] = []
            swap(&keys, &bands[band])
            for index in keys.indices { keys[index] = scatter(keys[index]) }
            fullBuckets += tables[band].fill(keys, first: first) { key in
                DedupIndex.bucketLimit - (snapshot?.count(key, table: band) ?? 0)
            }
        }
    }

    /// How many documents are in the index.
    public var count: Int { olderCount + documents.count }

    /// How many of them are in memory alone.
    public var recentCount: Int { documents.count }

    /// The sequence number of the last document; 0 where there is none.
    public var lastSeq: Int64 { documents.last ?? snapshot?.lastSeq ?? 0 }

    /// What the index takes of the process's own memory, in bytes; a snapshot is not counted.
    public var memoryBytes: Int {
        tables.reduce(contentKeys.memoryBytes) { $0 + $1.memoryBytes } + documents.capacity * 8
            + contentKeyTails.capacity * 4
    }

    /// The bytes of the snapshot, which the kernel holds in memory as long as it has room; 0 where there is none.
    public var snapshotBytes: Int { snapshot?.fileBytes ?? 0 }

    var olderCount: Int { snapshot?.count ?? 0 }

    /// Adds a kept document; `seq` is larger than that of every document before. O(1) on average.
    public mutating func insert(document seq: Int64, fingerprint: Fingerprint) {
        guard let position = UInt32(exactly: count), position < .max - 1 else { return }
        let prefix = fingerprint.contentKey.prefix
        documents.append(seq)
        contentKeyTails.append(UInt32(truncatingIfNeeded: prefix))
        _ = contentKeys.insert(scatter(UInt32(truncatingIfNeeded: prefix >> 32)), position: position, cap: .max)
        for (band, key) in fingerprint.bands.prefix(tables.count).enumerated() {
            let key = scatter(key)
            let cap = DedupIndex.bucketLimit - (snapshot?.count(key, table: band) ?? 0)
            if !tables[band].insert(key, position: position, cap: cap) { fullBuckets += 1 }
        }
    }

    static func wrongBands(_ seq: Int64, bytes: Int, bands: Int) -> SluiceError {
        SluiceError(
            .checkFailed, "document \(seq) has \(bytes) bytes of band keys where \(4 * bands) belong",
            advice: "the store was made with other deduplication parameters, or is damaged; run sluice verify")
    }

    /// The documents whose content keys start with the eight bytes `prefix`, big-endian; the earliest first.
    public func exactCandidates(_ prefix: UInt64) -> [Int64] {
        var positions: [UInt32] = []
        let key = scatter(UInt32(truncatingIfNeeded: prefix >> 32))
        snapshot?.collect(key, table: tables.count, into: &positions)
        contentKeys.collect(key, into: &positions)
        return positions.compactMap { position in
            tail(position) == UInt32(truncatingIfNeeded: prefix) ? document(position) : nil
        }
    }

    /// The documents that share at least one band with `bands`: distinct, the earliest first, at most `limit`.
    public func candidates(_ bands: [UInt32], limit: Int) -> [Int64] {
        var positions: [UInt32] = []
        let keys = bands.prefix(tables.count).map { scatter($0) }
        // By pointer: an array's element would be held on to and let go again, which costs as much as the look-up.
        tables.withUnsafeBufferPointer { tables in
            for band in keys.indices { tables[band].prefetch(keys[band]) }
            snapshot?.collect(keys, into: &positions)
            for band in keys.indices { tables[band].collect(keys[band], into: &positions) }
        }
        if positions.isEmpty { return [] }
        positions.sort()
        var distinct: [Int64] = []
        var last: UInt32?
        for position in positions where position != last {
            if distinct.count >= limit { break }
            distinct.append(document(position))
            last = position
        }
        return distinct
    }

    /// The document at a position that a table gave.
    private func document(_ position: UInt32) -> Int64 {
        let recent = Int(position) - olderCount
        return recent < 0 ? snapshot?.document(position) ?? 0 : documents[recent]
    }

    private func tail(_ position: UInt32) -> UInt32 {
        let recent = Int(position) - olderCount
        return recent < 0 ? snapshot?.tail(position) ?? 0 : contentKeyTails[recent]
    }
}
