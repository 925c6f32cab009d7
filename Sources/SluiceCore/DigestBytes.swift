extension Digest {
    /// The digest whose 32 bytes are `bytes`, or nil where there are not exactly 32.
    ///
    /// The same as for any collection, without the generic code, which costs 40 times as much in another module.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Digest.byteCount else { return nil }
        self = bytes.withUnsafeBytes { raw in
            func word(_ offset: Int) -> UInt64 {
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            }
            return Digest(words: (word(0), word(8), word(16), word(24)))
        }
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }
}
