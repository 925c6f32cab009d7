/// How usual each trigram of letters is in each language, as far as it is usual at all, and which letters it has.
///
/// A trigram is three scalars of a word, of which the first or the last may be the word's border. Its level in a
/// language is logarithmic, `exp(unit · level) · floor` being its share of the language's trigrams; below the first
/// level it counts for nothing. So the sum of a text's levels, times `unit`, is by how much the language says more of the
/// text than one would in which every trigram had the share `floor`.
struct TrigramTable: Sendable {
    /// The nats of a level.
    static let unit = 0.4
    /// The share of a trigram of level 0.
    static let floor = 1.0 / 14_000

    /// The codes of the languages, by their numbers here.
    let languages: [Language]
    /// By language, the mean level of a trigram of a text in that language, as its own trigrams have it.
    let expected: [Double]
    /// The levels that a letter outside ASCII counts for a language that has it, over one that has not.
    private static let letterLevel: UInt16 = 8
    /// Scalars below this one are counted as letters by themselves: Latin, Greek, Cyrillic, Hebrew and Arabic.
    static let letterEnd = 0x700

    /// Open addressing at a load of at most a half: the trigrams and letters, 0 where a slot is empty.
    private let keys: [UInt64]
    /// By slot, where its levels start, shifted by 8, and how many there are.
    private let spans: [UInt32]
    /// Language, shifted by 8, and level.
    private let levels: [UInt16]

    /// The table in `text`, lines of a language's code, a level from 1 to 15 and the trigrams of that level, separated by
    /// spaces; a line that is none of that kind is passed over.
    init(_ text: [UInt8]) {
        var languages: [Language] = []
        var sums: [Double] = []
        var found: [UInt64: [UInt16]] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            let parts = line.split(separator: UInt8(ascii: " "))
            guard parts.count == 3, let level = UInt16(String(decoding: parts[1], as: UTF8.self)), 1...15 ~= level
            else {
                continue
            }
            let language = Language(code: String(decoding: parts[0], as: UTF8.self))
            if languages.last != language {
                languages.append(language)
                sums.append(0)
            }
            guard languages.count <= 255 else { break }
            let scalars = Array(String(decoding: parts[2], as: UTF8.self).unicodeScalars)
            for at in stride(from: 0, to: scalars.count - 2, by: 3) {
                let key = TrigramTable.key(scalars[at..<(at + 3)])
                found[key, default: []].append(UInt16(languages.count - 1) << 8 | level)
                sums[languages.count - 1] += TrigramTable.share(level) * Double(level)
            }
            for letter in Set(scalars) where letter.value >= 0x80 && letter.value < TrigramTable.letterEnd {
                let entry = UInt16(languages.count - 1) << 8 | TrigramTable.letterLevel
                if found[UInt64(letter.value)]?.last != entry { found[UInt64(letter.value), default: []].append(entry) }
            }
        }
        var capacity = 64
        while capacity < 2 * found.count { capacity *= 2 }
        var keys = [UInt64](repeating: 0, count: capacity)
        var spans = [UInt32](repeating: 0, count: capacity)
        var levels: [UInt16] = []
        for (key, list) in found.sorted(by: { $0.key < $1.key }) {
            var at = TrigramTable.slot(key, capacity - 1)
            while keys[at] != 0 { at = (at + 1) & (capacity - 1) }
            keys[at] = key
            spans[at] = UInt32(truncatingIfNeeded: levels.count << 8 | min(list.count, 255))
            levels += list
        }
        self.languages = languages
        expected = sums
        self.keys = keys
        self.spans = spans
        self.levels = levels
    }

    /// By language, the sum of the levels of `trigrams`, and that with the levels of single letters too; `letters` counts
    /// them by scalar, from 0 to ``letterEnd``.
    func sums(_ trigrams: [UInt64], letters: [UInt16]) -> (trigrams: [Int], all: [Int]) {
        withReader { reader in
            var sums = [Int](repeating: 0, count: languages.count)
            sums.withUnsafeMutableBufferPointer { sums in
                for key in trigrams { reader.add(key, times: 1, to: sums) }
            }
            var all = sums
            all.withUnsafeMutableBufferPointer { all in
                for (letter, count) in letters.enumerated() where count > 0 {
                    reader.add(UInt64(letter), times: Int(count), to: all)
                }
            }
            return (sums, all)
        }
    }

    private func withReader<R>(_ body: (Reader) -> R) -> R {
        keys.withUnsafeBufferPointer { keys in
            spans.withUnsafeBufferPointer { spans in
                levels.withUnsafeBufferPointer { levels in
                    body(Reader(keys: keys, spans: spans, levels: levels, mask: keys.count - 1))
                }
            }
        }
    }

    /// Reads the table. Invariant: `keys` and `spans` hold `mask + 1` elements, a power of two, at least half of the keys
    /// are 0, spans lie within `levels`, and the sums have an element for each language.
    private struct Reader {
        let keys: UnsafeBufferPointer<UInt64>
        let spans: UnsafeBufferPointer<UInt32>
        let levels: UnsafeBufferPointer<UInt16>
        let mask: Int

        @inline(__always)
        func add(_ key: UInt64, times: Int, to sums: UnsafeMutableBufferPointer<Int>) {
            var at = TrigramTable.slot(key, mask)
            while keys[at] != key {
                if keys[at] == 0 { return }
                at = (at &+ 1) & mask
            }
            let start = Int(spans[at] >> 8)
            for index in start..<(start &+ Int(spans[at] & 255)) {
                let entry = levels[index]
                sums[Int(entry >> 8)] &+= Int(entry & 255) &* times
            }
        }
    }

    /// The key of three scalars; a border is 1. Never 0.
    @inline(__always)
    static func key(_ a: UInt32, _ b: UInt32, _ c: UInt32) -> UInt64 { UInt64(a) << 42 | UInt64(b) << 21 | UInt64(c) }

    /// The border of a word among the scalars.
    static let border: UInt32 = 1

    private static func key(_ scalars: ArraySlice<Unicode.Scalar>) -> UInt64 {
        scalars.reduce(0) { $0 << 21 | UInt64($1 == "_" ? border : $1.value) }
    }

    private static func share(_ level: UInt16) -> Double {
        // exp by repeated multiplication: the same on every machine.
        var share = floor
        for _ in 0..<level { share *= 1.4918246976412703 }  // exp(unit)
        return share
    }

    @inline(__always)
    private static func slot(_ key: UInt64, _ mask: Int) -> Int {
        let mixed = (key ^ (key >> 29)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 32) & mask
    }
}
