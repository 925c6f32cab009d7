/// What texts are compressed with besides themselves: pieces that many of them share. Known by its bytes.
public struct TextDictionary: Sendable, Hashable {
    /// A dictionary of zstd, or any bytes.
    public let bytes: [UInt8]
    /// SHA-256 of the bytes.
    public let digest: Digest

    /// The dictionary of these bytes. O(*n*).
    public init(bytes: [UInt8]) {
        self.bytes = bytes
        digest = Digest.of(bytes)
    }

    /// Equal where the digests are.
    public static func == (a: TextDictionary, b: TextDictionary) -> Bool { a.digest == b.digest }

    /// Hashes the digest.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
