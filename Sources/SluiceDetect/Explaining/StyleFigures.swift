import Glibc
import SluiceText

/// How a text is written, in figures that a reader can check by hand. They explain, and weigh nothing.
///
/// A sentence ends where `.`, `!`, `?` or `…` stands between two words with white space behind it, or at an empty line; a
/// full stop behind a single letter (an initial, “e.g.”) ends none. Titles such as “Mr.” do, by mistake.
public struct StyleFigures: Sendable, Equatable {
    /// Words a sentence, on average; nil where there are fewer than three sentences.
    public var sentenceLength: Double?
    /// The standard deviation of the sentences' lengths, in words; nil where there are fewer than three sentences.
    public var sentenceSpread: Double?
    /// Commas for a hundred words; nil without words.
    public var commas: Double?
    /// Different words among the first ``vocabularyWords``, as a share of them; nil where there are fewer words.
    public var variety: Double?
    /// Letters and digits a word, on average; nil without words.
    public var wordLength: Double?

    /// The words that ``variety`` looks at.
    public static let vocabularyWords = 200

    /// The figures of `text`, whose words are `words` and stand at `places`, see ``Tokenizer/places(in:)``. O(*n*).
    public init(_ text: [UInt8], _ words: Words, places: [Range<Int>]) {
        guard words.count > 0, places.count == words.count, places.last.map({ $0.upperBound <= text.count }) == true
        else { return }
        let lengths = StyleFigures.sentences(text, places).map(Double.init)
        if lengths.count >= 3 {
            let mean = lengths.reduce(0, +) / Double(lengths.count)
            let variance = lengths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lengths.count)
            sentenceLength = mean
            sentenceSpread = variance.squareRoot()
        }
        let count = Double(words.count)
        commas = Double(text.count { $0 == UInt8(ascii: ",") }) * 100 / count
        if words.count >= StyleFigures.vocabularyWords {
            let first = words.hashes.prefix(StyleFigures.vocabularyWords)
            variety = Double(Set(first).count) / Double(first.count)
        }
        let letters = words.normalized.count { $0 & 0xC0 != 0x80 && $0 != UInt8(ascii: " ") }
        wordLength = Double(letters) / count
    }

    /// The lengths of the sentences, in words.
    private static func sentences(_ text: [UInt8], _ places: [Range<Int>]) -> [Int] {
        var lengths: [Int] = []
        var start = 0
        for index in places.indices.dropLast() {
            let gap = places[index].upperBound..<max(places[index].upperBound, places[index + 1].lowerBound)
            if endsSentence(text, gap, isLetter: places[index].count == 1) {
                lengths.append(index + 1 - start)
                start = index + 1
            }
        }
        return lengths + [places.count - start]
    }

    private static func endsSentence(_ text: [UInt8], _ gap: Range<Int>, isLetter: Bool) -> Bool {
        var isStopped = false
        var feeds = 0
        for at in gap {
            switch text[at] {
            case UInt8(ascii: "."): isStopped = isStopped || !isLetter
            case UInt8(ascii: "!"), UInt8(ascii: "?"): isStopped = true
            case 0xA6 where at >= gap.lowerBound + 2 && text[at - 2] == 0xE2 && text[at - 1] == 0x80: isStopped = true
            case UInt8(ascii: "\n"):
                feeds += 1
                if isStopped || feeds == 2 { return true }
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                if isStopped { return true }
            default: feeds = 0
            }
        }
        return false
    }
}
