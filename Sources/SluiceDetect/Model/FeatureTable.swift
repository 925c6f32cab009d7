/// The features that a model knows, with a weight and a rarity each; all others count for nothing.
///
/// A feature is known by its tag, the upper 24 bits of its hash: of the n-grams of a text about one in two hundred is
/// taken for a known one that it is not, in training as in scoring. Open addressing at a load of at most a half.
struct FeatureTable: Sendable, Equatable {
    /// Bits of a tag.
    static let tagBits = 24
    /// The most features a table may hold.
    static let countLimit = 1 << 18

    /// A feature's figures.
    struct Entry: Sendable, Equatable {
        /// The upper bits of its hash.
        var tag: UInt32
        /// The learnt weight, in units of the model's `scale`.
        var weight: Int8
        /// ln((N + 1) / (n + 1)) + 1 of N texts, of which n hold the feature, in twentieths; 1 to 255.
        var rarity: UInt8
    }

    /// The features, ascending by tag: what a model file stores.
    let entries: [Entry]
    /// Tag and rarity (the low byte) by slot; 0 where the slot is empty.
    private let keys: [UInt32]
    /// The weights by slot.
    private let weights: [Int8]
    /// One bit for each value of the lower 20 bits of a tag, set where a feature has it: keeps most look-ups of unknown
    /// n-grams out of the table, and without a branch to guess.
    private let filter: [UInt64]
    private static let filterMask: UInt32 = (1 << 20) - 1

    /// The table of `entries`, of which those with the same tag but the first, and those without a rarity, are left out.
    init(_ entries: [Entry]) {
        var sorted: [Entry] = []
        for entry in entries.sorted(by: { $0.tag < $1.tag })
        where entry.rarity > 0 && entry.tag >> UInt32(FeatureTable.tagBits) == 0 && sorted.last?.tag != entry.tag {
            sorted.append(entry)
        }
        var capacity = 64
        while capacity < 2 * sorted.count { capacity *= 2 }
        var keys = [UInt32](repeating: 0, count: capacity)
        var weights = [Int8](repeating: 0, count: capacity)
        var filter = [UInt64](repeating: 0, count: Int(FeatureTable.filterMask + 1) / 64)
        for entry in sorted {
            let bit = entry.tag & FeatureTable.filterMask
            filter[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
            var at = Int(entry.tag) & (capacity - 1)
            while keys[at] != 0 { at = (at + 1) & (capacity - 1) }
            keys[at] = entry.tag << 8 | UInt32(entry.rarity)
            weights[at] = entry.weight
        }
        self.entries = sorted
        self.keys = keys
        self.weights = weights
        self.filter = filter
    }

    /// How many slots there are: a power of two, at least 64.
    var capacity: Int { keys.count }

    /// The weight and the rarity of the feature in a slot.
    func figures(_ slot: UInt32) -> (weight: Int, rarity: Int) {
        (Int(weights[Int(slot)]), Int(keys[Int(slot)] & 0xFF))
    }

    /// Calls `body` with a reader of the slots that stays valid for the call.
    func withReader<R>(_ body: (Reader) -> R) -> R {
        keys.withUnsafeBufferPointer { keys in
            weights.withUnsafeBufferPointer { weights in
                filter.withUnsafeBufferPointer { filter in
                    body(Reader(keys: keys, weights: weights, filter: filter, mask: keys.count - 1))
                }
            }
        }
    }

    /// Reads slots. Invariant: both buffers hold `mask + 1` elements, a power of two; at least half of the keys are 0.
    struct Reader {
        fileprivate let keys: UnsafeBufferPointer<UInt32>
        fileprivate let weights: UnsafeBufferPointer<Int8>
        fileprivate let filter: UnsafeBufferPointer<UInt64>
        fileprivate let mask: Int

        /// 1 where the table may have the feature with this tag, 0 where it surely has not.
        @inline(__always)
        func mayHave(_ tag: UInt32) -> Int {
            let bit = tag & FeatureTable.filterMask
            return Int(truncatingIfNeeded: (filter[Int(bit >> 6)] &>> UInt64(bit & 63)) & 1)
        }

        /// The key at which the search for a tag begins.
        @inline(__always)
        func home(_ tag: UInt32) -> UInt32 { keys[Int(tag) & mask] }

        /// The slot of the feature with this tag, whose search begins at the key `home`; -1 where the table has none.
        @inline(__always)
        func slot(_ tag: UInt32, home: UInt32) -> Int {
            var (key, at) = (home, Int(tag) & mask)
            while true {
                if key == 0 { return -1 }
                if key >> 8 == tag { return at }
                at = (at &+ 1) & mask
                key = keys[at]
            }
        }

        /// The weight and the rarity of the feature in a slot that ``slot(_:home:)`` gave.
        @inline(__always)
        func figures(_ slot: UInt32) -> (weight: Int64, rarity: Int64) {
            (Int64(weights[Int(slot)]), Int64(keys[Int(slot)] & 0xFF))
        }
    }
}
