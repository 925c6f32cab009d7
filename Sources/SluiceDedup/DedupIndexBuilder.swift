import SluiceCore

/// Gathers the documents of a store for a ``DedupIndex`` that is built at once. Takes half as much memory as the index,
/// beside it, while that is being built.
public struct DedupIndexBuilder {
    private let parameters: DedupParameters
    private var documents: [Int64] = []
    private var contentKeyPrefixes: [UInt64] = []
    private var bands: [[UInt32]]

    /// A builder for an index with these parameters, of about `count` documents.
    public init(parameters: DedupParameters, expecting count: Int = 0) {
        self.parameters = parameters
        bands = [[UInt32]](repeating: [], count: max(parameters.bands, 1))
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
        guard documents.count < Int(UInt32.max) - 1 else { return }
        documents.append(seq)
        contentKeyPrefixes.append(contentKeyPrefix)
        for band in bands.indices {
            bands[band].append(
                UInt32(littleEndian: packedBands.loadUnaligned(fromByteOffset: 4 * band, as: UInt32.self)))
        }
    }

    /// The index of the documents so far. O(documents × bands): about 15 ns each.
    public consuming func build() -> DedupIndex {
        DedupIndex(
            parameters: parameters, documents: documents, contentKeyPrefixes: contentKeyPrefixes, bands: bands)
    }
}
