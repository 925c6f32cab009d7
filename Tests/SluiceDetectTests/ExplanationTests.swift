import SluiceCore
import SluiceDetect
import SluiceText
import Testing

@Suite struct `What evidence names` {
    private let detector: Detector
    private var scratch: DetectorScratch

    init() throws {
        (detector, scratch) = try Samples.detector()
    }

    private static let text =
        String(
            repeating:
                "The rich “Tapestry” of the things that\nwe delve into is a testament, truly, to what there is. ",
            count: 6)
        + "As an AI language model, I cannot do that. We went home by the old road, and nobody said a word."

    @Test mutating func `stands in the text at the places that it gives`() throws {
        var tokenizer = Tokenizer()
        let bytes = Array(Self.text.utf8)
        let words = tokenizer.tokenize(bytes)
        let places = tokenizer.places(in: bytes)
        let score = detector.score(words, scratch: &scratch)
        var checked = 0
        for evidence in score.evidence {
            let names = evidence.detail.split(separator: "“", omittingEmptySubsequences: false).dropFirst()
                .compactMap { $0.split(separator: "”").first }
            #expect(evidence.words.count == names.count && !names.isEmpty)
            for (name, run) in zip(names, evidence.words) {
                let first = places[run.lowerBound], last = places[run.upperBound - 1]
                let there = Array(bytes[first.lowerBound..<last.upperBound])
                #expect(String(decoding: tokenizer.tokenize(there).normalized, as: UTF8.self) == name)
                checked += 1
            }
        }
        #expect(checked >= 4)
    }

    @Test mutating func `is cut where a word is longer than a reader needs`() throws {
        let long = "un" + String(repeating: "believ", count: 100) + "able"
        let text = String(
            repeating: "Delve into the rich tapestry of \(long) and vibrant testament to innovation. ", count: 8)
        let words = Samples.words(text)
        for contribution in detector.explain(words, limit: 20, scratch: &scratch).contributions {
            #expect(!contribution.text.isEmpty)
        }
        let score = detector.score(words, scratch: &scratch)
        for evidence in score.evidence {
            #expect(evidence.detail.utf8.count <= Evidence.detailLimit)
            #expect(evidence.detail.count { $0 == "“" } == evidence.detail.count { $0 == "”" })
        }
    }

    @Test mutating func `is every phrase in text order for a reader, though one counts`() throws {
        let words = Samples.words(Self.text + " I hope this helps! As a large language model, I must add that.")
        let hits = detector.phraseHits(words, scratch: &scratch)
        #expect(hits.map(\.words.lowerBound) == hits.map(\.words.lowerBound).sorted())
        let phrase = try #require(hits.first { $0.phrase == "as an ai language model" })
        #expect(phrase.words.count == 5)
        #expect(detector.phraseHits(Samples.words("As an AI language model"), scratch: &scratch).isEmpty)
    }
}

@Suite struct `The style of a text` {
    private func figures(_ text: String) -> StyleFigures {
        var tokenizer = Tokenizer()
        let bytes = Array(text.utf8)
        return StyleFigures(bytes, tokenizer.tokenize(bytes), places: tokenizer.places(in: bytes))
    }

    @Test func `is what one counts by hand`() throws {
        // Sentences of 3, 6 (3.14 is two words) and 4 words, two commas, 39 letters and digits.
        let figures = figures("We went home. It cost 3.14 euros, no? Well, that was it!")
        #expect(abs(try #require(figures.sentenceLength) - 13.0 / 3) < 1e-9)
        #expect(abs(try #require(figures.sentenceSpread) - (14.0 / 9).squareRoot()) < 1e-9)
        #expect(abs(try #require(figures.commas) - 200.0 / 13) < 1e-9)
        #expect(abs(try #require(figures.wordLength) - 3) < 1e-9)
        #expect(figures.variety == nil)
    }

    @Test func `does not end a sentence at an initial, and does at an empty line`() {
        let figures = figures("J. S. Bach wrote it, e.g. for A. Magdalena\n\nA heading\n\nThe end of it… Or not")
        #expect(figures.sentenceLength == 4.5)
    }

    @Test func `counts different words among the first two hundred`() throws {
        let text = (0..<400).map { "word\($0 % 100)" }.joined(separator: " ")
        #expect(figures(text).variety == 0.5)
        #expect(figures("").rows.isEmpty)
        #expect(figures(text).rows.contains { $0.value == 50 && $0.usual.contains(50) })
    }
}
