/// The words that the model may look at, and the function words: a set of word hashes with two flags each.
///
/// An entry is 32 bits: the upper 30 bits of the word's hash and the flags. Open addressing at a load of at most a
/// half, so that a look-up reads one cache line; a word that is not in the set is taken for one that is with a
/// probability of about 10⁻⁹.
struct Vocabulary: Sendable {
    /// The word is not masked.
    static let kept: UInt32 = 1
    /// The word is an English function word.
    static let function: UInt32 = 2
    /// The most words a vocabulary may hold.
    static let countLimit = 1 << 18

    private static let tagMask: UInt32 = ~3

    /// The tags of the kept words, ascending: what a model file stores.
    let keptTags: [UInt32]
    private let mask: Int
    private let entries: [UInt32]

    /// The tag of a word; its two low bits are free for the flags. Never 0.
    static func tag(_ hash: UInt64) -> UInt32 {
        let tag = UInt32(truncatingIfNeeded: hash >> 32) & tagMask
        return tag == 0 ? 4 : tag
    }

    /// The vocabulary of kept words, given by their tags, and of function words, given by their hashes.
    init(keptTags: some Sequence<UInt32>, functionWords: [UInt64]) {
        var kept: [UInt32] = []
        for tag in keptTags.map({ $0 & Vocabulary.tagMask }).sorted() where tag != kept.last ?? 0 { kept.append(tag) }
        var capacity = 16
        while capacity < 2 * (kept.count + functionWords.count) { capacity *= 2 }
        var entries = [UInt32](repeating: 0, count: capacity)
        func add(_ tag: UInt32, _ flag: UInt32) {
            var at = Int(tag >> 2) & (capacity - 1)
            while entries[at] != 0, entries[at] & Vocabulary.tagMask != tag { at = (at + 1) & (capacity - 1) }
            entries[at] |= tag | flag
        }
        for tag in kept { add(tag, Vocabulary.kept) }
        for hash in functionWords { add(Vocabulary.tag(hash), Vocabulary.function) }
        self.keptTags = kept
        self.entries = entries
        self.mask = capacity - 1
    }

    /// How many words are kept.
    var count: Int { keptTags.count }

    /// Calls `body` with a reader of the flags that stays valid for the call.
    func withReader<R>(_ body: (Reader) -> R) -> R {
        entries.withUnsafeBufferPointer { body(Reader(entries: $0, mask: mask)) }
    }

    /// Reads flags. Invariant: `entries` holds `mask + 1` entries, a power of two, of which at least half are 0.
    struct Reader {
        fileprivate let entries: UnsafeBufferPointer<UInt32>
        fileprivate let mask: Int

        /// The flags of a word, 0 for a word that is not in the vocabulary.
        @inline(__always)
        func flags(_ hash: UInt64) -> UInt32 {
            let tag = Vocabulary.tag(hash)
            var at = Int(tag >> 2) & mask
            while true {
                let entry = entries[at]
                if entry & Vocabulary.tagMask == tag { return entry & 3 }
                if entry == 0 { return 0 }
                at = (at &+ 1) & mask
            }
        }
    }
}
