import SluiceText

/// The distinct features of one text: the hashed slots of its kept words, and of its pairs of neighbouring kept words.
///
/// Presence, not count: a feature that occurs again adds nothing. The scratch is reused from text to text; it grows to
/// twice the number of slots at most, however long the text is.
struct FeatureScratch: Sendable {
    /// The slots in the order in which they first occur.
    private(set) var slots: [UInt32] = []
    /// Where each slot first occurs: twice the number of its word in the text, plus one where it is a pair's slot.
    /// Beyond 2³¹ words the numbers are wrong, which only a name in an explanation would show.
    private(set) var places: [UInt32] = []
    /// How many words of the text are English function words.
    private(set) var functionWords = 0
    /// How many words of the text are kept words.
    private(set) var keptWords = 0
    /// One bit a slot; all 0 between texts.
    private var seen: [UInt64]
    private let shift: UInt64

    /// A scratch for tables of 2^`bits` slots, 6 to 24.
    init(bits: Int) {
        seen = [UInt64](repeating: 0, count: 1 << (bits - 6))
        shift = UInt64(64 - bits)
    }

    /// The slot, before the shift, of a kept word.
    @inline(__always)
    static func mix(word: UInt64) -> UInt64 {
        let x = (word ^ (word >> 29)) &* 0xD6E8_FEB8_6659_FD93
        return x ^ (x << 32)
    }

    /// The slot, before the shift, of a pair of neighbours.
    @inline(__always)
    static func mix(pair first: UInt64, _ second: UInt64) -> UInt64 {
        let x = (first &* 0xA076_1D64_78BD_642F) &+ (second ^ (second >> 31)) &+ 0x9E37_79B9_7F4A_7C15
        let y = (x ^ (x >> 32)) &* 0xE703_7ED1_A0B4_28DB
        return y ^ (y << 32)
    }

    /// Collects the features of the words `range` of a text. O(*n*).
    mutating func collect(_ hashes: [UInt64], _ range: Range<Int>, _ vocabulary: Vocabulary) {
        for slot in slots { seen[Int(slot >> 6)] = 0 }
        slots.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        functionWords = 0
        keptWords = 0
        vocabulary.withReader { reader in
            var previous: UInt64 = 0
            for index in range {
                let hash = hashes[index]
                let flags = reader.flags(hash)
                functionWords &+= Int(flags >> 1)
                let isKept = flags & Vocabulary.kept != 0
                let word = isKept ? (hash | 1) : 0
                if isKept {
                    keptWords &+= 1
                    add(FeatureScratch.mix(word: word) >> shift, at: index << 1)
                }
                if isKept, previous != 0 {
                    add(FeatureScratch.mix(pair: previous, word) >> shift, at: ((index &- 1) << 1) | 1)
                }
                previous = word
            }
        }
    }

    @inline(__always)
    private mutating func add(_ slot: UInt64, at place: Int) {
        let bit: UInt64 = 1 << (slot & 63)
        let word = Int(slot >> 6)
        guard seen[word] & bit == 0 else { return }
        seen[word] |= bit
        slots.append(UInt32(truncatingIfNeeded: slot))
        places.append(UInt32(truncatingIfNeeded: place))
    }
}
