import SluiceCore
import SluiceDetect
import Testing

@Suite struct `What is said of a stratum` {
    private func assessment(_ parts: (Authorship, Int)...) -> PrevalenceCount.Assessment {
        var count = PrevalenceCount()
        for (authorship, number) in parts {
            for _ in 0..<number { count.add(authorship) }
        }
        return count.assessment
    }

    @Test func `is nothing where the detector abstains on all that is not known`() {
        for known in [Authorship.synthetic, .real(anchor: nil), .real(anchor: -3)] {
            let found = assessment((.unknown, 200), (known, 1))
            #expect(found.doubt == .nothingJudged && found.estimate == nil && found.upper == nil)
        }
        // Anchors test what the detector says, and here it says nothing.
        #expect(assessment((.unknown, 1), (.real(anchor: -3), 150)).doubt == .nothingJudged)
        #expect(assessment().doubt == .nothingJudged)
    }

    @Test func `is the exact share where all of it is known`() {
        let found = assessment((.synthetic, 1), (.real(anchor: nil), 1), (.real(anchor: 5), 2))
        #expect(found.doubt == nil && found.estimate == 0.25 && found.upper == 0.25)
    }

    @Test func `is an estimate of what is known and judged, and calibrated where a hundred anchors pass`() throws {
        let few = assessment((.judged(-5), 10), (.synthetic, 10), (.unknown, 5), (.real(anchor: -5), 99))
        #expect(few.doubt == .fewAnchors)
        let many = assessment((.judged(-5), 10), (.synthetic, 10), (.unknown, 5), (.real(anchor: -5), 100))
        #expect(many.doubt == nil && many.estimate == 10.0 / 120)
        #expect(try #require(many.upper) > 10.0 / 120)
        let wrong = assessment((.judged(-5), 10), (.real(anchor: -5), 90), (.real(anchor: 5), 10))
        #expect(wrong.doubt == .anchorsLookSynthetic)
    }
}
