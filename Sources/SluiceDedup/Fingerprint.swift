import SluiceCore

/// What the index knows a document by.
public struct Fingerprint: Sendable, Equatable {
    /// SHA-256 of the normalised words.
    public var contentKey: Digest
    /// One key a band, mixed from its MinHash values. Two keys may be equal by chance, once in 2^32: that costs a check.
    public var bands: [UInt32]

    /// A fingerprint of its parts.
    public init(contentKey: Digest, bands: [UInt32]) {
        self.contentKey = contentKey
        self.bands = bands
    }

    /// The band keys as the store keeps them: four bytes each, little-endian, in order.
    public var packedBands: [UInt8] {
        var packed: [UInt8] = []
        packed.reserveCapacity(4 * bands.count)
        for key in bands {
            for shift: UInt32 in [0, 8, 16, 24] { packed.append(UInt8(truncatingIfNeeded: key >> shift)) }
        }
        return packed
    }
}
