import SluiceText

/// The distinct features of one text: the hashed slots of its kept words, and of its pairs of neighbouring kept words.
///
/// Presence, not count: a feature that occurs again adds nothing. The scratch is reused from text to text; it grows to
/// a few bytes a slot of the table at most, however long the text is.
struct FeatureScratch: Sendable {
    /// How many distinct features the text has.
    private(set) var count = 0
    /// How many words of the text are English function words.
    private(set) var functionWords = 0
    /// The features in the order in which they first occur; what lies beyond ``count`` is of an earlier text.
    private var features: [Feature] = []
    /// One bit a slot; all 0 between texts.
    private var seen: [UInt64]
    private let shift: UInt64

    /// A feature of a text.
    struct Feature: Sendable {
        /// Its place in the model's table.
        var slot: UInt32
        /// Where it first occurs: twice the number of its first word, plus one where it is a pair. Beyond 2³¹ words the
        /// numbers are wrong, which only a name in an explanation would show.
        var place: UInt32
    }

    /// A scratch for tables of 2^`bits` slots, 6 to 24.
    init(bits: Int) {
        seen = [UInt64](repeating: 0, count: 1 << (bits - 6))
        shift = UInt64(64 - bits)
    }

    /// The distinct features of the text that was collected last.
    var collected: ArraySlice<Feature> { features[..<count] }

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
        for feature in features[..<count] { seen[Int(feature.slot >> 6)] = 0 }
        // A word brings two features at most, and there are no more than slots.
        let room = min(2 * range.count, seen.count * 64)
        if features.count < room {
            features += Array(repeating: Feature(slot: 0, place: 0), count: room - features.count)
        }
        let shift = shift
        var functionWords = 0
        count = hashes.withUnsafeBufferPointer { hashes in
            seen.withUnsafeMutableBufferPointer { seen in
                features.withUnsafeMutableBufferPointer { features in
                    vocabulary.withReader { reader in
                        var list = FeatureList(seen: seen, features: features)
                        var previous: UInt64 = 0
                        for index in range {
                            let hash = hashes[index]
                            let flags = reader.flags(hash)
                            functionWords &+= Int(flags >> 1)
                            guard flags & Vocabulary.kept != 0 else {
                                previous = 0
                                continue
                            }
                            let word = hash | 1
                            list.add(FeatureScratch.mix(word: word) >> shift, at: index << 1)
                            if previous != 0 {
                                let slot = FeatureScratch.mix(pair: previous, word) >> shift
                                list.add(slot, at: ((index &- 1) << 1) | 1)
                            }
                            previous = word
                        }
                        return list.count
                    }
                }
            }
        }
        self.functionWords = functionWords
    }
}

/// The features of one text while they are collected. Invariant: `features` has room for as many features as there are
/// bits in `seen` or calls of `add`, whichever is less.
private struct FeatureList {
    let seen: UnsafeMutableBufferPointer<UInt64>
    let features: UnsafeMutableBufferPointer<FeatureScratch.Feature>
    var count = 0

    @inline(__always)
    mutating func add(_ slot: UInt64, at place: Int) {
        let bit: UInt64 = 1 << (slot & 63)
        let word = Int(truncatingIfNeeded: slot >> 6)
        guard seen[word] & bit == 0 else { return }
        seen[word] |= bit
        features[count] = FeatureScratch.Feature(
            slot: UInt32(truncatingIfNeeded: slot), place: UInt32(truncatingIfNeeded: place))
        count &+= 1
    }
}
