import SluiceCore

/// Gathers the documents of a store for a ``DedupIndex`` that is built at once. Takes less than half as much memory as the
/// index, and gives it back table by table while that is being built.
public struct DedupIndexBuilder {
    private let parameters: DedupParameters
    private let snapshot: IndexSnapshot?
    private var documents: [Int64] = []
    private var contentKeyPrefixes: [UInt64] = []
    private var bands: [[UInt32]]

    /// A builder for an index with these parameters: of the documents in `snapshot` and about `count` behind them.
    public init(parameters: DedupParameters, behind snapshot: IndexSnapshot? = nil, expecting count: Int = 0) {
        self.parameters = parameters
        self.snapshot = snapshot
        bands = [[UInt32]](repeating: [], count: snapshot?.bands ?? max(parameters.bands, 1))
        documents.reserveCapacity(count)
        contentKeyPrefixes.reserveCapacity(count)
        for band in bands.indices { bands[band].reserveCapacity(count) }
    }

    /// Adds a kept document as the store knows it: the first eight bytes of its content key, big-endian, and its
    /// ``Fingerprint/packedBands``. `seq` is larger than that of every document before.
    ///
    /// - Throws: ``SluiceError`` of code `checkFailed` where there is not one key for each band.
    public mutating func append(
        document seq: Int64, contentKeyPrefix: UInt64, packedBands: UnsafeRawBufferPointer
    ) throws(SluiceError) {
        guard packedBands.count == 4 * bands.count else {
            throw DedupIndex.wrongBands(seq, bytes: packedBands.count, bands: bands.count)
        }
        // Positions are 32 bits wide; the index leaves out what is beyond.
        guard documents.count + (snapshot?.count ?? 0) < Int(UInt32.max) - 2 else { return }
        documents.append(seq)
        contentKeyPrefixes.append(contentKeyPrefix)
        for band in bands.indices {
            bands[band].append(
                UInt32(littleEndian: packedBands.loadUnaligned(fromByteOffset: 4 * band, as: UInt32.self)))
        }
    }

    /// The index of the documents so far. O(documents × bands): about 15 ns each.
    public consuming func build() -> DedupIndex {
        let (parameters, snapshot) = (self.parameters, self.snapshot)
        let (documents, prefixes, bands) = (self.documents, contentKeyPrefixes, self.bands)
        self = DedupIndexBuilder(parameters: parameters)
        return DedupIndex(
            parameters: parameters, snapshot: snapshot, documents: documents, contentKeyPrefixes: prefixes, bands: bands
        )
    }
}
