import SluiceText

/// Names the language of a text by its script and by its trigrams of letters.
///
/// It looks at ``sampleBytes`` of the normalised words at most, spread over the whole text, so that its time does not
/// grow with the text: some 50 µs where trigrams decide. Where the script has one language, that is the answer. Else the language whose
/// trigrams are the text's most of all, if they are about as usual in it as the language would have it: a text in a
/// language that the table lacks gets no name, or that of a near relative.
public struct LanguageIdentifier: Sendable {
    /// The identifier that ships; made from its table when first used, in about 10 ms.
    public static let shipped = LanguageIdentifier(PackageResources.trigrams_txt)

    /// The most bytes of normalised words that it looks at.
    public static let sampleBytes = 640
    /// The windows in which it looks at them.
    private static let windows = 8
    /// The fewest letters that can be told the language of.
    private static let fewestLetters = 60
    /// How usual the text's trigrams must be in the language, of what they are in the texts that the table was made from …
    private static let usualFrom = 0.62
    /// … or this, where the language leads the next one by `clearLead` of its own sum: plain speech is less usual than that.
    private static let leadingFrom = 0.45
    private static let clearLead = 0.3

    private let table: TrigramTable

    /// An identifier with the table in `trigrams`; see `trigrams.txt`.
    init(_ trigrams: [UInt8]) { table = TrigramTable(trigrams) }

    /// The languages it can name by their trigrams.
    public var languages: [Language] { table.languages }

    /// The language of a text with these words, or nil where it cannot be told. O(1).
    public func language(of words: Words) -> Language? {
        var sample = LetterSample()
        words.normalized.withUnsafeBytes { bytes in
            for window in LanguageIdentifier.windows(of: bytes) { sample.read(bytes, window) }
        }
        guard sample.letters >= LanguageIdentifier.fewestLetters else {
            // Han and Hangul say more a letter than alphabets do.
            return sample.unspaced >= LanguageIdentifier.fewestLetters / 4 ? sample.soleLanguage : nil
        }
        return sample.soleLanguage ?? nearest(sample)
    }

    /// The language in which the sample's trigrams are most usual, and which has its letters.
    private func nearest(_ sample: LetterSample) -> Language? {
        guard !sample.trigrams.isEmpty else { return nil }
        let sums = table.sums(sample.trigrams, letters: sample.letterCounts)
        // Of equal ones the first, so that the answer is the same everywhere.
        guard let best = sums.all.indices.max(by: { (sums.all[$0], $1) < (sums.all[$1], $0) }) else { return nil }
        let next = sums.all.indices.reduce(0) { $1 == best ? $0 : max($0, sums.all[$1]) }
        let usual = Double(sums.trigrams[best]) / Double(sample.trigrams.count) / table.expected[best]
        let lead = Double(sums.all[best] - next) / Double(max(sums.trigrams[best], 1))
        let isClear = usual >= Self.usualFrom || (usual >= Self.leadingFrom && lead >= Self.clearLead)
        return isClear ? table.languages[best] : nil
    }

    /// The parts of the words to look at: all, or windows spread evenly. A window starts behind a space where one is near.
    private static func windows(of bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard bytes.count > sampleBytes else { return [0..<bytes.count] }
        let length = sampleBytes / windows
        return (0..<windows).map { number in
            var start = number * (bytes.count - length) / (windows - 1)
            let end = start + length
            if number > 0 {
                while start < end, bytes[start] != UInt8(ascii: " ") { start += 1 }
                if start == end { start -= length }
            }
            return start..<end
        }
    }
}
