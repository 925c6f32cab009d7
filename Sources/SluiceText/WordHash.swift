/// The 64-bit hash of a normalised word: the same on every machine and in every version that writes the same store
/// format.
///
/// The word is read in lanes of eight bytes, little-endian, the last one filled up with zeros. A lane is folded into the
/// state by a multiplication of 64 by 64 bits whose two halves are combined by exclusive or (the step of wyhash), and
/// the length by a last one. The constants are the first fraction digits of π in hexadecimal; the last byte of `lane`
/// is 0xFF, which no UTF-8 text contains, so that no lane can cancel it and blot out the lanes before.
public enum WordHash {
    private static let start: UInt64 = 0x1319_8A2E_0370_7344
    private static let lane: UInt64 = 0x243F_6A88_85A3_08FF
    private static let state: UInt64 = 0xA409_3822_299F_31D0
    private static let finish: UInt64 = 0x082E_FA98_EC4E_6C89

    /// The hash of the word whose normalised UTF-8 is `word`. O(*n*), about 4 ns for a word of the usual length.
    public static func of(_ word: [UInt8]) -> UInt64 {
        var padded = word
        padded.append(contentsOf: repeatElement(0, count: 8))
        return padded.withUnsafeBytes { bytes in
            bytes.baseAddress.map { of($0, count: word.count) } ?? of(laneAtEnd: 0, after: start, count: 0)
        }
    }

    /// The hash of the normalised `word`.
    public static func of(_ word: String) -> UInt64 { of(Array(word.utf8)) }

    /// The hash of the `count` bytes at `word`, which eight zero bytes follow.
    @inline(__always)
    static func of(_ word: UnsafeRawPointer, count: Int) -> UInt64 {
        var hash = start
        var at = 0
        while count &- at > 8 {
            hash = of(laneInside: load(word + at), after: hash)
            at &+= 8
        }
        return of(laneAtEnd: load(word + at), after: hash, count: count)
    }

    /// The state of a word before its first lane.
    @inline(__always)
    static var seed: UInt64 { start }

    /// The state after a lane that is not the last one.
    @inline(__always)
    static func of(laneInside bytes: UInt64, after hash: UInt64) -> UInt64 {
        fold(bytes ^ lane, hash ^ state)
    }

    /// The hash after the last lane, which holds one to eight bytes; `count` is the length of the word.
    @inline(__always)
    static func of(laneAtEnd bytes: UInt64, after hash: UInt64, count: Int) -> UInt64 {
        fold(fold(bytes ^ lane, hash ^ state) ^ finish, UInt64(truncatingIfNeeded: count) ^ start)
    }

    @inline(__always)
    private static func load(_ bytes: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
