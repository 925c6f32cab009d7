import SluiceText

/// The distinct features of one text that a model knows.
///
/// Presence, not count: a feature that occurs again adds nothing. The scratch is reused from text to text; it grows to
/// a few bytes a slot of the table at most, however long the text is.
struct FeatureScratch: Sendable {
    /// A feature of a text.
    struct Feature: Sendable {
        /// Its slot in the model's table.
        var slot: UInt32
        /// Where it first occurs, see ``GramPlace``.
        var place: UInt32
    }

    /// How many distinct known features the text has.
    private(set) var count = 0
    /// How many words of the text are English function words.
    private(set) var functionWords = 0
    /// The features in the order in which they first occur; what lies beyond ``count`` is of an earlier text.
    private var features: [Feature] = []
    /// One bit a slot; all 0 between texts.
    private var seen: [UInt64]

    /// A scratch for tables of `capacity` slots, a multiple of 64.
    init(capacity: Int) { seen = [UInt64](repeating: 0, count: max(capacity / 64, 1)) }

    /// The distinct features of the text that was collected last.
    var collected: ArraySlice<Feature> { features[..<count] }

    /// Collects the features of the words `range` of a text that `table`, whose capacity is the scratch's, knows. O(*n*).
    mutating func collect(_ words: Words, _ range: Range<Int>, _ vocabulary: Vocabulary, _ table: FeatureTable) {
        precondition(table.capacity <= seen.count * 64, "the scratch is another model's")
        for feature in features[..<count] { seen[Int(feature.slot >> 6)] = 0 }
        // A word brings three features at most, and there are no more than slots.
        let room = min(3 * range.count, table.capacity)
        if features.count < room {
            features += Array(repeating: Feature(slot: 0, place: 0), count: room - features.count)
        }
        var functionWords = 0
        count = seen.withUnsafeMutableBufferPointer { seen in
            features.withUnsafeMutableBufferPointer { features in
                table.withReader { table in
                    vocabulary.withReader { vocabulary in
                        var list = KnownFeatures(table: table, seen: seen, features: features)
                        functionWords = GramWalker(vocabulary).walk(words, range, into: &list)
                        return list.count
                    }
                }
            }
        }
        self.functionWords = functionWords
    }
}

/// The features of one text while they are collected. Invariant: `seen` has a bit for each slot of `table`, and
/// `features` room for as many features as there are slots or calls of `add`, whichever is less.
private struct KnownFeatures: GramSink {
    let table: FeatureTable.Reader
    let seen: UnsafeMutableBufferPointer<UInt64>
    let features: UnsafeMutableBufferPointer<FeatureScratch.Feature>
    var count = 0

    @inline(__always)
    mutating func add(_ tag: UInt32, _ place: UInt32) {
        let slot = table.slot(tag)
        guard slot >= 0 else { return }
        let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: slot & 63)
        guard seen[slot >> 6] & bit == 0 else { return }
        seen[slot >> 6] |= bit
        features[count] = FeatureScratch.Feature(slot: UInt32(truncatingIfNeeded: slot), place: place)
        count &+= 1
    }
}
