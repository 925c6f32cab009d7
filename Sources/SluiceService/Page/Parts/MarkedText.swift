import SluiceDetect
import SluiceText

/// The text of a document with the places that speak for a machine, or for a person.
package struct MarkedText: Sendable {
    /// A place in the text.
    package struct Mark: Sendable, Equatable {
        /// Where it is, in bytes of ``shown``.
        package var bytes: Range<Int>
        /// What it adds to the log likelihood ratio, in nats.
        package var weight: Double
        /// True for a phrase that machines are known by.
        package var isPhrase: Bool
    }

    /// The text as far as it is shown.
    package let shown: [UInt8]
    /// The length of the whole text, in bytes.
    package let bytes: Int
    /// The marks, in order and without overlaps.
    package let marks: [Mark]
    /// What weighs most, the largest first.
    let strongest: [Contribution]
    /// What the text alone says.
    let score: TextScore

    /// The most bytes that are shown.
    package static let limit = 64 << 10
    /// How many words and word groups are marked.
    private static let markedCount = 40
    /// How many of them are listed.
    private static let listedCount = 12

    /// The text of a document, UTF-8, as `detector` reads it. O(*n*), so not for an event loop.
    package init(_ text: [UInt8], detector: Detector) {
        var tokenizer = Tokenizer()
        var scratch = DetectorScratch(for: detector)
        let words = tokenizer.tokenize(text)
        let explanation = detector.explain(words, limit: MarkedText.listedCount, scratch: &scratch)
        bytes = text.count
        shown = MarkedText.cut(text)
        score = explanation.score
        strongest = explanation.contributions
        // A long text may hold the same words a million times; no more marks are looked for than are shown.
        let places = tokenizer.places(in: shown)
        // The last word that is shown may be half of one.
        let whole = shown.count < text.count ? places.count - 1 : places.count
        let marks = detector.marks(words, limit: MarkedText.markedCount, shown: whole, scratch: &scratch)
        self.marks = marks.compactMap { mark in
            guard let last = mark.words.last, last < whole else { return nil }
            return Mark(
                bytes: places[mark.words.lowerBound].lowerBound..<places[last].upperBound, weight: mark.weight,
                isPhrase: mark.kind == .phrase)
        }
    }

    /// The text up to ``limit``, cut between two characters.
    package static func cut(_ text: [UInt8]) -> [UInt8] {
        guard text.count > limit else { return text }
        var end = limit
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(text[..<end])
    }

    /// The text with its marks.
    package var html: HTML {
        var out = HTML.empty
        var at = 0
        let most = marks.map { abs($0.weight) }.max() ?? 0
        for mark in marks {
            out += HTML(piece(at..<mark.bytes.lowerBound))
            let kind = mark.weight > 0 ? "for" : "against"
            let isStrong = abs(mark.weight) >= 0.7 * most
            out += """
                <mark class="\(kind)\(if: isStrong, " strong")" title="\(if: mark.isPhrase, "phrase, ")\
                \(Wording.weight(mark.weight)) nats">\(piece(mark.bytes))</mark>
                """
            at = mark.bytes.upperBound
        }
        return out + HTML(piece(at..<shown.count))
    }

    private func piece(_ range: Range<Int>) -> String { String(decoding: shown[range], as: UTF8.self) }
}
