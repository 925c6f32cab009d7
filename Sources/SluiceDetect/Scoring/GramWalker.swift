import SluiceText

/// What takes the n-grams of a text.
protocol GramSink {
    /// Takes the n-gram with this tag; see ``GramPlace``.
    mutating func add(_ tag: UInt32, _ place: UInt32)
}

/// Where an n-gram stands: four times the number of its first word, plus its length less one. Beyond 2³⁰ words the
/// numbers are wrong, which only a name in an explanation would show.
enum GramPlace {
    /// The place of `words` words (1 to 3) from the word `first` on.
    @inline(__always)
    static func of(first: Int, words: Int) -> UInt32 { UInt32(truncatingIfNeeded: (first << 2) | (words &- 1)) }
    /// The number of the first word.
    static func first(_ place: UInt32) -> Int { Int(place >> 2) }
    /// How many words it has.
    static func words(_ place: UInt32) -> Int { Int(place & 3) + 1 }
}

/// Walks over the words of a text and gives every run of one, two and three words to a sink.
///
/// A word that the vocabulary keeps stands for itself. Any other belongs to a topic or is rare, and stands for its
/// class: digits, short, or its length (under 8 bytes or not) and its last three bytes. So a model learns how words are
/// put together without learning what the texts were about.
struct GramWalker {
    private let vocabulary: Vocabulary.Reader

    /// A walker that keeps the words of `vocabulary`.
    init(_ vocabulary: Vocabulary.Reader) { self.vocabulary = vocabulary }

    /// Walks over the words `range`; how many of them are function words. O(*n*).
    func walk(_ words: Words, _ range: Range<Int>, into sink: inout some GramSink) -> Int {
        var functionWords = 0
        words.normalized.withUnsafeBytes { bytes in
            words.hashes.withUnsafeBufferPointer { hashes in
                var start = 0
                var first: UInt64 = 0
                var second: UInt64 = 0
                for index in 0..<min(range.upperBound, hashes.count) {
                    let end = GramWalker.wordEnd(bytes, from: start)
                    defer { start = min(end &+ 1, bytes.count) }
                    guard index >= range.lowerBound else { continue }
                    let hash = hashes[index]
                    let flags = vocabulary.flags(hash)
                    functionWords &+= Int(flags >> 1)
                    let word = flags & Vocabulary.kept != 0 ? hash | 1 : GramWalker.wordClass(bytes, start, end)
                    sink.add(GramWalker.tag(word &+ 1), GramPlace.of(first: index, words: 1))
                    if second != 0 {
                        sink.add(
                            GramWalker.tag((second &* 3) &+ (word &* 0x9E37_79B9_7F4A_7C15) &+ 2),
                            GramPlace.of(first: index &- 1, words: 2))
                        if first != 0 {
                            let pair = ((first &* 5) &+ second) &* 0xE703_7ED1_A0B4_28DB
                            sink.add(GramWalker.tag(pair &+ word &+ 3), GramPlace.of(first: index &- 2, words: 3))
                        }
                    }
                    first = second
                    second = word
                }
            }
        }
        return functionWords
    }

    @inline(__always)
    private static func tag(_ value: UInt64) -> UInt32 {
        let x = (value ^ (value >> 29)) &* 0xD6E8_FEB8_6659_FD93
        let y = (x ^ (x >> 32)) &* 0xE703_7ED1_A0B4_28DB
        return UInt32(truncatingIfNeeded: (y ^ (y >> 32)) >> UInt64(64 - FeatureTable.tagBits))
    }

    /// Where the word that starts at `start` ends: at the next space, or at the end.
    @inline(__always)
    static func wordEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at &+ 8 <= bytes.count {
            let lane = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            // The lowest byte that is a space becomes the lowest one whose upper bit is set.
            let zero = lane ^ 0x2020_2020_2020_2020
            let hits = (zero &- 0x0101_0101_0101_0101) & ~zero & 0x8080_8080_8080_8080
            if hits != 0 { return at &+ (hits.trailingZeroBitCount >> 3) }
            at &+= 8
        }
        while at < bytes.count, bytes[at] != UInt8(ascii: " ") { at &+= 1 }
        return at
    }

    /// The class of a word; never 0.
    @inline(__always)
    private static func wordClass(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UInt64 {
        let length = end &- start
        guard length > 0 else { return 1 }
        func isDigit(_ at: Int) -> Bool { bytes[at] &- UInt8(ascii: "0") < 10 }
        var name: UInt64
        if isDigit(start) || isDigit(end &- 1) {
            let isNumber = (start..<end).allSatisfy(isDigit)
            name = isNumber ? (length < 4 ? 2 : 3) : 4
        } else if length <= 3 {
            name = 5
        } else {
            let tail = UInt64(bytes[end &- 3]) << 16 | UInt64(bytes[end &- 2]) << 8 | UInt64(bytes[end &- 1])
            name = (tail << 8) | (length >= 8 ? 6 : 7)
        }
        name = (name ^ 0x2545_F491) &* 0x9E37_79B9_7F4A_7C15
        return ((name ^ (name >> 29)) &* 0xBF58_476D_1CE4_E5B9) | 1
    }
}
