/// Writes words into two buffers: their bytes, joined by spaces, and their hashes.
///
/// Invariant: whoever makes one answers for the room. `bytes` must hold every byte written, one more for each word, and
/// 16 more, since a word is written in lanes of eight bytes; `hashes` must hold one element a word.
struct WordWriter {
    private let bytes: UnsafeMutableRawPointer
    private let hashes: UnsafeMutablePointer<UInt64>
    /// How many bytes are written, the space after the last word included.
    private(set) var byteCount = 0
    /// How many words are finished.
    private(set) var wordCount = 0
    /// Where the word being written starts.
    private var start = 0

    init(bytes: UnsafeMutableRawPointer, hashes: UnsafeMutablePointer<UInt64>) {
        self.bytes = bytes
        self.hashes = hashes
    }

    /// The length of `bytes` without the space after the last word.
    var joinedCount: Int { max(byteCount - 1, 0) }

    /// Writes a whole word of `count` ASCII letters, digits and underscores, in lower case; `count` is above zero, and
    /// `readable`, which is at least `count`, is how far `word` can be read.
    @inline(__always)
    mutating func write(asciiWord word: UnsafeRawPointer, count: Int, readable: Int) {
        let out = bytes + byteCount
        var hash = WordHash.seed
        var at = 0
        while count &- at > 8 {
            let lane = WordWriter.lower(word.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            out.storeBytes(of: lane, toByteOffset: at, as: UInt64.self)
            hash = WordHash.of(laneInside: UInt64(littleEndian: lane), after: hash)
            at &+= 8
        }
        let rest = count &- at
        var lane: UInt64 = 0
        if readable &- at >= 8 {
            lane = UInt64(littleEndian: word.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            lane &= UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- rest &* 8)
        } else {
            for index in 0..<rest {
                lane |= UInt64(word.load(fromByteOffset: at &+ index, as: UInt8.self)) &<< UInt64(index &* 8)
            }
        }
        lane = WordWriter.lower(lane)
        out.storeBytes(of: lane.littleEndian, toByteOffset: at, as: UInt64.self)
        out.storeBytes(of: UInt8(ascii: " "), toByteOffset: count, as: UInt8.self)
        hashes[wordCount] = WordHash.of(laneAtEnd: lane, after: hash, count: count)
        wordCount &+= 1
        byteCount &+= count &+ 1
        start = byteCount
    }

    /// Adds a byte to the word being written.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        bytes.storeBytes(of: byte, toByteOffset: byteCount, as: UInt8.self)
        byteCount &+= 1
    }

    /// Adds a scalar, in UTF-8, to the word being written.
    @inline(__always)
    mutating func append(scalar value: UInt32) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | ((value &>> shift) & 0x3F)) }
        func head(_ mark: UInt32, _ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: mark | (value &>> shift)) }
        if value < 0x80 {
            append(head(0, 0))
        } else if value < 0x800 {
            append(head(0xC0, 6))
            append(tail(0))
        } else if value < 0x1_0000 {
            append(head(0xE0, 12))
            append(tail(6))
            append(tail(0))
        } else {
            append(head(0xF0, 18))
            append(tail(12))
            append(tail(6))
            append(tail(0))
        }
    }

    /// Ends the word being written, if there is one; true where there was.
    @inline(__always)
    @discardableResult
    mutating func endWord() -> Bool {
        let count = byteCount &- start
        guard count > 0 else { return false }
        bytes.storeBytes(of: 0, toByteOffset: byteCount, as: UInt64.self)
        hashes[wordCount] = WordHash.of(UnsafeRawPointer(bytes + start), count: count)
        wordCount &+= 1
        append(UInt8(ascii: " "))
        start = byteCount
        return true
    }

    /// `lane` with A to Z in lower case; every byte is ASCII.
    @inline(__always)
    private static func lower(_ lane: UInt64) -> UInt64 {
        // A byte's high bit comes on in the first sum from A on, in the second from the sign after Z on.
        let fromA = lane &+ 0x3F3F_3F3F_3F3F_3F3F
        let afterZ = lane &+ 0x2525_2525_2525_2525
        return lane | (((fromA ^ afterZ) & 0x8080_8080_8080_8080) &>> 2)
    }
}
