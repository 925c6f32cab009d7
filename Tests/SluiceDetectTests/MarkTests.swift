import SluiceDetect
import SluiceText
import Testing

@Suite struct `The marks of a text` {
    private let detector: Detector
    private var scratch: DetectorScratch

    init() throws {
        (detector, scratch) = try Samples.detector()
    }

    private static let text =
        String(
            repeating: "The rich tapestry of the things that we delve into is a testament to what there is to see. ",
            count: 6)
        + "As an AI language model, I cannot do that. We went home by the old road, and nobody said a word."

    @Test mutating func `stand in order, do not overlap and lie within the text`() {
        let words = Samples.words(Self.text)
        for limit in [0, 1, 5, 60, 10_000] {
            let marks = detector.marks(words, limit: limit, scratch: &scratch)
            var end = 0
            for mark in marks {
                #expect(mark.words.lowerBound >= end && mark.words.upperBound <= words.count && !mark.words.isEmpty)
                end = mark.words.upperBound
            }
            #expect(limit == 0 || !marks.isEmpty)
        }
    }

    @Test mutating func `stand at every place where the words come again`() throws {
        let words = Samples.words(Self.text)
        let marks = detector.marks(words, limit: 60, scratch: &scratch)
        // The sentence that comes six times has 19 words.
        let strongest = try #require(
            detector.explain(words, limit: 60, scratch: &scratch).contributions.first { $0.place < 19 })
        let same = marks.filter { $0.weight == strongest.weight && $0.kind == .token }
        #expect(same.count >= 6, "\(strongest)")
        #expect(Set(same.map { Array(words.hashes[$0.words]) }).count == 1)
    }

    @Test mutating func `are looked for in the words that are shown only, and are the same there`() {
        let words = Samples.words(Self.text)
        let all = detector.marks(words, limit: 60, scratch: &scratch)
        for shown in [-1, 0, 1, 19, 60, words.count, .max] {
            let marks = detector.marks(words, limit: 60, shown: shown, scratch: &scratch)
            #expect(marks.allSatisfy { $0.words.upperBound <= shown }, "\(shown)")
            #expect(shown < words.count || marks == all, "\(shown)")
        }
        #expect(!detector.marks(words, limit: 60, shown: 60, scratch: &scratch).isEmpty)
    }

    @Test mutating func `hold the phrases that machines are known by`() throws {
        let words = Samples.words(Self.text)
        let phrase = try #require(
            detector.marks(words, limit: 20, scratch: &scratch).first { $0.kind == .phrase })
        #expect(phrase.words.lowerBound >= 114 && phrase.weight > 1)
    }

    @Test mutating func `are none where the detector abstains`() {
        #expect(detector.marks(Samples.words("Too few words."), limit: 20, scratch: &scratch).isEmpty)
        #expect(detector.marks(Words(), limit: 20, scratch: &scratch).isEmpty)
    }
}
