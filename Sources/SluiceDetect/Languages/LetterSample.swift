/// What is counted of a text to tell its language.
struct LetterSample {
    /// Trigrams of letters, see ``TrigramTable``.
    private(set) var trigrams: [UInt64] = []
    /// How often the letters outside ASCII occur, by scalar; see ``TrigramTable/letterEnd``.
    private(set) var letterCounts = [UInt16](repeating: 0, count: TrigramTable.letterEnd)
    /// Letters of known scripts.
    private(set) var letters = 0
    private var scripts = [Int](repeating: 0, count: Script.allCases.count)
    private var yiddish = 0
    private var assamese = 0

    /// Letters of Han, kana and Hangul.
    var unspaced: Int { count(.han) + count(.kana) + count(.hangul) }

    init() { trigrams.reserveCapacity(LanguageIdentifier.sampleBytes) }

    /// Takes the letters of a part of the normalised words.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ window: Range<Int>) {
        var (first, second) = (TrigramTable.border, TrigramTable.border)
        var at = window.lowerBound
        // A window may begin inside a scalar.
        while at < window.upperBound, bytes[at] & 0xC0 == 0x80 { at &+= 1 }
        while at < window.upperBound {
            let (scalar, length) = LetterSample.decode(bytes, at)
            at &+= length
            let letter = take(scalar)
            add(first, second, letter)
            (first, second) = (second, letter)
        }
        // The last word ends with the text, or is cut by the window.
        if window.upperBound == bytes.count { add(first, second, TrigramTable.border) }
    }

    /// Adds a trigram, unless it crosses the border of a word or holds a digit, which says nothing.
    @inline(__always)
    private mutating func add(_ first: UInt32, _ second: UInt32, _ third: UInt32) {
        if first != 0, second > TrigramTable.border, third != 0 {
            trigrams.append(TrigramTable.key(first, second, third))
        }
    }

    /// Counts a scalar; as what it counts in a trigram, 0 for a digit.
    @inline(__always)
    private mutating func take(_ scalar: UInt32) -> UInt32 {
        if scalar &- 0x61 < 26 {
            letters &+= 1
            scripts[Script.latin.rawValue] &+= 1
            return scalar
        }
        if scalar == 0x20 || scalar == 0x5F { return TrigramTable.border }
        guard let script = Script.of(scalar) else { return scalar < 0x80 ? 0 : scalar }
        letters &+= 1
        scripts[script.rawValue] &+= 1
        if 0x5F0...0x5F2 ~= scalar || scalar == 0x5BF { yiddish &+= 1 }
        if scalar == 0x9F0 || scalar == 0x9F1 { assamese &+= 1 }
        let folded = LetterSample.folded(scalar)
        if folded < TrigramTable.letterEnd { letterCounts[Int(folded)] &+= 1 }
        return folded
    }

    /// The language of the script of most letters, where that script has one.
    var soleLanguage: Language? {
        // Japanese mixes kana with Han, and Korean may.
        if count(.kana) > 0, 2 * (count(.kana) + count(.han)) > letters, 10 * count(.kana) > letters {
            return Script.kana.language
        }
        guard let script = Script.allCases.first(where: { 2 * count($0) > letters }) else { return nil }
        if script == .hebrew, 100 * yiddish > letters { return Language(code: "yi") }
        if script == .bengali, 100 * assamese > letters { return Language(code: "as") }
        return script.language
    }

    private func count(_ script: Script) -> Int { scripts[script.rawValue] }

    /// Letters that the table does not tell apart: Vietnamese vowels with two marks, the two forms of yeh, and the Romanian
    /// letters with a comma or a cedilla below.
    @inline(__always)
    private static func folded(_ scalar: UInt32) -> UInt32 {
        switch scalar {
        case 0x1EA0...0x1EFF: 0x1EC3
        case 0x6CC: 0x64A
        case 0x219: 0x15F
        case 0x21B: 0x163
        default: scalar
        }
    }

    /// The scalar at `at` of well-formed UTF-8, and its length; 0xFFFD where the bytes end before it does.
    @inline(__always)
    private static func decode(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> (scalar: UInt32, length: Int) {
        let head = UInt32(bytes[at])
        if head < 0x80 { return (head, 1) }
        let length = head < 0xE0 ? 2 : head < 0xF0 ? 3 : 4
        guard head >= 0xC0, length <= bytes.count &- at else { return (0xFFFD, 1) }
        var scalar = head & (0x7F >> UInt32(length))
        for index in 1..<length { scalar = scalar << 6 | UInt32(bytes[at &+ index] & 0x3F) }
        return (scalar, length)
    }
}
