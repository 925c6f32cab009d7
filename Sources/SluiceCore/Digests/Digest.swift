import Crypto

/// A SHA-256 digest: 32 bytes, compared and hashed by value.
///
/// Sources, documents and content keys are known by one.
public struct Digest: Hashable, Sendable, Comparable {
    /// The eight-byte groups of the digest, each read big-endian, so that comparing words compares bytes.
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest whose 32 bytes are `bytes`, or nil where there are not exactly 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Digest.byteCount else { return nil }
        self = bytes.withUnsafeBytes { Digest(raw: $0) }
    }

    /// The digest whose 32 bytes are `bytes`, or nil where there are not exactly 32.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Digest.byteCount else { return nil }
        self = Digest(raw: bytes)
    }

    /// The digest written as 64 hexadecimal digits of either case, or nil where `hex` is anything else.
    public init?(hex: some StringProtocol) {
        let digits = hex.utf8.compactMap { Digest.value(ofHexDigit: $0) }
        guard digits.count == 2 * Digest.byteCount, hex.utf8.count == digits.count else { return nil }
        self.init(bytes: (0..<Digest.byteCount).map { (digits[2 * $0] << 4) | digits[2 * $0 + 1] })
    }

    init(_ digest: SHA256.Digest) {
        self = digest.withUnsafeBytes { Digest(raw: $0) }
    }

    /// The caller answers for there being 32 bytes.
    private init(raw: UnsafeRawBufferPointer) {
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        words = (word(0), word(8), word(16), word(24))
    }

    /// The length of a digest in bytes.
    public static let byteCount = 32

    /// The SHA-256 of `bytes`. O(*n*), about 2 GB/s.
    public static func of(_ bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { Digest(SHA256.hash(data: $0)) }
    }

    /// The SHA-256 of part of a buffer. O(*n*), about 2 GB/s.
    public static func of(_ bytes: ArraySlice<UInt8>) -> Digest {
        bytes.withUnsafeBytes { Digest(SHA256.hash(data: $0)) }
    }

    /// The SHA-256 of the UTF-8 of `text`. O(*n*).
    public static func of(_ text: some StringProtocol) -> Digest {
        var digester = Digester()
        digester.update(text)
        return digester.finish()
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        let words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return withUnsafeBytes(of: words) { Array($0) }
    }

    /// Calls `body` with the 32 bytes, which are there during the call only.
    public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let ordered = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return withUnsafeBytes(of: ordered, body)
    }

    /// The digest as 64 lower-case hexadecimal digits.
    public var hex: String { String(decoding: hexBytes, as: UTF8.self) }

    /// The digest as 64 lower-case hexadecimal digits, ASCII.
    public var hexBytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 2 * Digest.byteCount) { digits, count in
            for word in [words.0, words.1, words.2, words.3] {
                for shift in stride(from: UInt64(60), through: 0, by: -4) {
                    let digit = UInt8(truncatingIfNeeded: word >> shift) & 15
                    digits[count] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    count += 1
                }
            }
        }
    }

    /// The first eight bytes, big-endian: enough to find a digest among billions, never enough to call two equal.
    public var prefix: UInt64 { words.0 }

    /// Equal where all 32 bytes are.
    public static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

    /// Ordered as their bytes, and as their hexadecimal digits, are.
    public static func < (a: Digest, b: Digest) -> Bool { a.words < b.words }

    /// Hashes the first eight bytes, which are as good as random.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    private static func value(ofHexDigit byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// A SHA-256 that is fed piece by piece.
public struct Digester: Sendable {
    private var state = SHA256()

    /// A digest of nothing yet.
    public init() {}

    /// Adds `bytes` to what is digested.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        state.update(bufferPointer: bytes)
    }

    /// Adds `bytes` to what is digested.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
    }

    /// Adds the 32 bytes of a digest to what is digested.
    public mutating func update(_ digest: Digest) { digest.withBytes { state.update(bufferPointer: $0) } }

    /// Adds the UTF-8 of `text` to what is digested.
    public mutating func update(_ text: some StringProtocol) {
        if text.utf8.withContiguousStorageIfAvailable({ state.update(bufferPointer: UnsafeRawBufferPointer($0)) })
            == nil
        {
            update(Array(text.utf8))
        }
    }

    /// The digest of everything added so far.
    public func finish() -> Digest { Digest(state.finalize()) }
}
