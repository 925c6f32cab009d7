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
    /// N-grams before they are looked up.
    private var grams = [KnownFeatures.Gram](
        repeating: KnownFeatures.Gram(tag: 0, place: 0), count: KnownFeatures.batch)
    private var homes = [UInt32](repeating: 0, count: KnownFeatures.batch)

    /// A scratch for tables of `capacity` slots, a multiple of 64.
    init(capacity: Int) { seen = [UInt64](repeating: 0, count: max(capacity / 64, 1)) }

    /// The distinct features of the text that was collected last.
    var collected: ArraySlice<Feature> { features[..<count] }

    /// Collects the features of the words `range` of a text that `table`, whose capacity is the scratch's, knows. O(*n*).
    mutating func collect(_ words: Words, _ range: Range<Int>, _ vocabulary: Vocabulary, _ table: FeatureTable) {
        precondition(table.capacity <= seen.count * 64, "the scratch is another model's")
        for feature in features[..<count] { seen[Int(feature.slot >> 6)] = 0 }
        // A word brings three features at most, and there are no more than slots; one is written in advance.
        let room = min(3 * range.count, table.capacity) + 1
        if features.count < room {
            features += Array(repeating: Feature(slot: 0, place: 0), count: room - features.count)
        }
        var functionWords = 0
        count = seen.withUnsafeMutableBufferPointer { seen in
            features.withUnsafeMutableBufferPointer { features in
                grams.withUnsafeMutableBufferPointer { grams in
                    homes.withUnsafeMutableBufferPointer { homes in
                        table.withReader { table in
                            vocabulary.withReader { vocabulary in
                                var list = KnownFeatures(
                                    table: table, grams: grams, homes: homes, seen: seen, features: features)
                                functionWords = GramWalker(vocabulary).walk(words, range, into: &list)
                                list.lookUp()
                                return list.count
                            }
                        }
                    }
                }
            }
        }
        self.functionWords = functionWords
    }
}

/// The features of one text while they are collected.
///
/// N-grams are gathered and looked up in batches, one step at a time for a whole batch: the processor then waits for many
/// entries of the tables at once, which do not fit its fast caches, and guesses nothing about what a table has while it does.
///
/// Invariant: `grams` and `homes` have room for ``batch``, `seen` a bit for each slot of `table`, and `features` room for one
/// more than there are slots or calls of `add`, whichever is less.
struct KnownFeatures: GramSink {
    /// An n-gram of the text.
    struct Gram: Sendable {
        var tag: UInt32
        var place: UInt32
    }

    /// How many n-grams are gathered before they are looked up.
    static let batch = 1024

    let table: FeatureTable.Reader
    let grams: UnsafeMutableBufferPointer<Gram>
    /// Where the search for each begins in the table.
    let homes: UnsafeMutableBufferPointer<UInt32>
    let seen: UnsafeMutableBufferPointer<UInt64>
    let features: UnsafeMutableBufferPointer<FeatureScratch.Feature>
    var waiting = 0
    var count = 0

    @inline(__always)
    mutating func add(_ tag: UInt32, _ place: UInt32) {
        grams[waiting] = Gram(tag: tag, place: place)
        waiting &+= 1
        if waiting == KnownFeatures.batch { lookUp() }
    }

    /// Looks up what waits.
    @inline(never)
    mutating func lookUp() {
        var left = 0
        for index in 0..<waiting {
            let gram = grams[index]
            grams[left] = gram
            left &+= table.mayHave(gram.tag)
        }
        for index in 0..<left { homes[index] = table.home(grams[index].tag) }
        for index in 0..<left {
            let gram = grams[index]
            let slot = table.slot(gram.tag, home: homes[index])
            guard slot >= 0 else { continue }
            let word = seen[slot >> 6]
            let shift = UInt64(truncatingIfNeeded: slot & 63)
            features[count] = FeatureScratch.Feature(slot: UInt32(truncatingIfNeeded: slot), place: gram.place)
            count &+= Int(truncatingIfNeeded: ((word &>> shift) & 1) ^ 1)
            seen[slot >> 6] = word | (1 &<< shift)
        }
        waiting = 0
    }
}
