import SluiceCore

/// Finds the earlier kept documents that a new one may repeat. In memory; derived, so it can be rebuilt from the store.
///
/// Only kept documents enter, in ascending order of their sequence numbers. One table a band and one of content keys,
/// eight bytes an entry: 228 to 257 bytes a document with 22 bands, all in. The tables grow by an eighth, one at a time.
public struct DedupIndex: Sendable {
    /// The parameters that the fingerprints were made with.
    public let parameters: DedupParameters
    /// How often a document was left out of a table because ``bucketLimit`` others have its key there.
    public private(set) var fullBuckets = 0

    /// How many documents were not compared with all their candidates; see `findDuplicate`.
    public internal(set) var cutSearches = 0

    private var tables: [BandTable] = []
    private var contentKeys: BandTable
    /// The lower halves of the content keys' first eight bytes, by position; the upper halves are the table's keys.
    private var contentKeyTails: [UInt32] = []
    private var documents: [Int64] = []

    /// The most documents that a band key leads to, the earliest. A key that more have is boilerplate, and documents
    /// that are alike share other bands.
    public static let bucketLimit = 128

    /// An empty index for fingerprints with these parameters.
    public init(parameters: DedupParameters) {
        self.parameters = parameters
        let bands = max(parameters.bands, 1)
        // The seed changes where entries lie, never what is found.
        var random = SystemRandomNumberGenerator()
        for band in 0..<bands {
            // Of different sizes, so that they do not all grow at once.
            tables.append(BandTable(homes: 1024 + 205 * band / bands, scatter: random.next()))
        }
        contentKeys = BandTable(homes: 1024, scatter: random.next())
    }

    /// The index of documents that are known together: each table is sorted and written from the front to the back,
    /// which is many times faster than one insertion after the other, and gives the same answers.
    init(
        parameters: DedupParameters, documents: [Int64], contentKeyPrefixes: [UInt64], bands: [[UInt32]]
    ) {
        self.init(parameters: parameters)
        self.documents = documents
        contentKeyTails = contentKeyPrefixes.map { UInt32(truncatingIfNeeded: $0) }
        _ = contentKeys.fill(contentKeyPrefixes.map { UInt32(truncatingIfNeeded: $0 >> 32) }, cap: .max)
        for (band, keys) in bands.prefix(tables.count).enumerated() {
            fullBuckets += tables[band].fill(keys, cap: DedupIndex.bucketLimit)
        }
    }

    /// How many documents are in the index.
    public var count: Int { documents.count }

    /// What the index takes, in bytes.
    public var memoryBytes: Int {
        tables.reduce(contentKeys.memoryBytes) { $0 + $1.memoryBytes } + documents.capacity * 8
            + contentKeyTails.capacity * 4
    }

    /// Adds a kept document; `seq` is larger than that of every document before. O(1) on average.
    public mutating func insert(document seq: Int64, fingerprint: Fingerprint) {
        guard let position = UInt32(exactly: documents.count), position < .max else { return }
        let prefix = fingerprint.contentKey.prefix
        documents.append(seq)
        contentKeyTails.append(UInt32(truncatingIfNeeded: prefix))
        _ = contentKeys.insert(UInt32(truncatingIfNeeded: prefix >> 32), position: position, cap: .max)
        for (band, key) in fingerprint.bands.prefix(tables.count).enumerated()
        where !tables[band].insert(key, position: position, cap: DedupIndex.bucketLimit) {
            fullBuckets += 1
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
        contentKeys.collect(UInt32(truncatingIfNeeded: prefix >> 32), into: &positions)
        return positions.compactMap { position in
            let isMatch = contentKeyTails[Int(position)] == UInt32(truncatingIfNeeded: prefix)
            return isMatch ? documents[Int(position)] : nil
        }
    }

    /// The documents that share at least one band with `bands`: distinct, the earliest first, at most `limit`.
    public func candidates(_ bands: [UInt32], limit: Int) -> [Int64] {
        var positions: [UInt32] = []
        for (band, key) in bands.prefix(tables.count).enumerated() { tables[band].collect(key, into: &positions) }
        if positions.isEmpty { return [] }
        positions.sort()
        var distinct: [Int64] = []
        var last: UInt32?
        for position in positions where position != last {
            if distinct.count >= limit { break }
            distinct.append(documents[Int(position)])
            last = position
        }
        return distinct
    }
}
