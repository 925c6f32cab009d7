import SluiceDetect
import SluiceText

/// What a person who reads a judged document may want to see of it; nothing of it is evidence of its own, or recorded.
public struct Reading: Sendable {
    /// A phrase that machines are known by, where it first stands in the text.
    public struct Phrase: Sendable {
        /// The phrase as the model lists it.
        public var text: String
        /// Its weight by itself, in nats; of a text's phrases only the strongest counts.
        public var weight: Double
        /// Its bytes in the text.
        public var bytes: Range<Int>
    }

    /// The passage that speaks most for a machine as the text writes it, with what does in brackets; nil where nothing does.
    public var passage: String?
    /// The passage's bytes in the text.
    public var passageBytes: Range<Int>?
    /// The phrases that the text holds.
    public var phrases: [Phrase]
    /// How the text is written.
    public var style: StyleFigures

    /// The reading of a text with these words, which stand at `places`. O(*n* log *n*).
    init(
        _ text: [UInt8], _ words: Words, places: [Range<Int>], _ detector: Detector, marksPassage: Bool,
        _ scratch: inout DetectorScratch
    ) {
        style = StyleFigures(text, words, places: places)
        phrases = detector.phraseHits(words, scratch: &scratch).compactMap { hit in
            Reading.bytes(of: [hit.words], places).first.map { Phrase(text: hit.phrase, weight: hit.weight, bytes: $0) }
        }
        guard marksPassage, let found = detector.passage(words, scratch: &scratch) else { return }
        passage = found.shown(in: text, places: places)
        passageBytes = Reading.bytes(of: [found.words], places).first
    }

    /// The bytes at which the words `runs` stand; what is beyond the places is left out.
    static func bytes(of runs: [Range<Int>], _ places: [Range<Int>]) -> [Range<Int>] {
        runs.compactMap { run in
            guard let last = run.last, run.lowerBound >= 0, last < places.count else { return nil }
            return places[run.lowerBound].lowerBound..<places[last].upperBound
        }
    }
}
