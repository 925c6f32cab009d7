import Foundation
import SluiceCore
import SluiceDetect
import SluiceText
import Testing

@Suite struct `A text that is stuck in a loop` {
    /// Words that do not repeat each other.
    private func fresh(_ count: Int, seed: UInt64) -> [UInt64] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in random.next() }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 18, 50, 156, 512])
    func `is found wherever it starts, with its turns`(period: Int) throws {
        let turns = max(3, 100 / period + 2)
        let loop = (0..<turns).flatMap { _ in fresh(period, seed: 1) }
        for before in [0, 1, 49, 300, 15_900, 16_300, 40_000] {
            let found = try #require(Loop.find(in: fresh(before, seed: 2) + loop + fresh(200, seed: 3)))
            #expect(found.words == before..<(before + loop.count) && found.period == period)
            #expect(found.turns == turns)
        }
    }

    @Test func `needs a hundred words that repeat those before`() {
        let period = 10
        let loop = (0..<20).flatMap { _ in fresh(period, seed: 1) }
        let rest = fresh(300, seed: 2)
        #expect(Loop.find(in: rest + loop.prefix(109) + rest.reversed()) == nil)
        #expect(Loop.find(in: rest + loop.prefix(110) + rest.reversed()) != nil)
    }

    @Test func `is not one that says everything twice`() {
        let once = fresh(400, seed: 1)
        #expect(Loop.find(in: once + once) == nil)
        #expect(Loop.find(in: once + fresh(50, seed: 2) + once) == nil)
        #expect(Loop.find(in: once + once + once) != nil)
    }

    @Test func `is not a list whose lines begin alike, or a song with a refrain`() {
        let line = fresh(12, seed: 1)
        let list = (0..<60).flatMap { line + fresh(4, seed: 100 + UInt64($0)) }
        #expect(Loop.find(in: list) == nil)
        let refrain = fresh(40, seed: 2)
        let song = (0..<8).flatMap { fresh(60, seed: 200 + UInt64($0)) + refrain + refrain }
        #expect(Loop.find(in: song) == nil)
    }

    @Test func `takes linear time however it is made`() {
        // Almost periodic at many distances, with a break before any of them has its hundred words.
        for period in [1, 7, 40, 99] {
            let words = (0..<200_000).map { UInt64($0 % 97 == 0 ? $0 : $0 % period) &* 0x9E37_79B9_7F4A_7C15 }
            let start = ContinuousClock.now
            #expect(Loop.find(in: words) == nil)
            #expect(ContinuousClock.now - start < .seconds(2))
        }
    }

    @Test func `speaks for a machine, and is quoted`() throws {
        let model = try DetectorModel.load(path: Samples.shipped)
        let detector = Detector(model: model)
        var scratch = DetectorScratch(for: detector)
        let start = "The house that we saw on the way to the river was said to be the oldest one in the county, and it "
        let text = start + String(repeating: "is the house that I was told of, and it ", count: 20)
        let words = Samples.words(text)
        let score = detector.score(words, scratch: &scratch)
        #expect(score.abstention == nil)
        let found = try FurtherEvidence().find(in: Array(text.utf8), words: words, score: score)
        let piece = try #require(found.first)
        #expect(found.count == 1 && piece.kind == "repetition" && piece.weight == Loop.weight)
        #expect(piece.detail.contains("20 times") && piece.detail.contains("“and it is the house that i was …”"))
        let quoted = try #require(piece.words.first)
        let said = String(decoding: words.normalized, as: UTF8.self).split(separator: " ")[quoted]
        #expect(piece.words.count == 1 && said.joined(separator: " ") == "and it is the house that i was")
        let abstained = TextScore(llr: 0, evidence: [], abstention: .language)
        #expect(try FurtherEvidence().find(in: Array(text.utf8), words: words, score: abstained).isEmpty)
        // Together with the words it never exceeds what a text can say.
        let sure = TextScore(llr: Detector.llrLimit - 0.5, evidence: [])
        #expect(try FurtherEvidence().find(in: Array(text.utf8), words: words, score: sure).first?.weight == 0.5)
    }
}
