import Glibc
import SluiceCore
import SluiceDetect
import Testing

@Suite struct `An estimate of prevalence` {
    /// Ratios of texts as a calibrated detector gives them: normal around ±m with variance 2m, for which ln(p₁/p₀) of a
    /// value is the value itself.
    private struct Texts {
        var random: SplitMix64
        let mean = 3.0

        mutating func ratio(isSynthetic: Bool) -> Double {
            // Box and Muller.
            let (u, v) = (unit(), unit())
            let normal = sqrt(-2 * log(u)) * cos(2 * .pi * v)
            return (isSynthetic ? mean : -mean) + sqrt(2 * mean) * normal
        }

        mutating func histogram(_ count: Int, synthetic: Int) -> RatioHistogram {
            var histogram = RatioHistogram()
            for text in 0..<count { histogram.add(ratio(isSynthetic: text < synthetic)) }
            return histogram
        }

        private mutating func unit() -> Double { (Double(random.next() >> 11) + 0.5) / 0x1p53 }
    }

    @Test(arguments: [0.01, 0.05, 0.1, 0.3, 0.5, 0.9])
    func `finds the share of a mixture, where counting verdicts does not`(share: Double) throws {
        var texts = Texts(random: SplitMix64(seed: 5))
        let synthetic = Int(20_000 * share)
        let found = try #require(PrevalenceEstimate(texts.histogram(20_000, synthetic: synthetic)))
        #expect(abs(found.estimate - share) < 0.01, "\(found)")
        #expect(found.upper > found.estimate && found.upper < found.estimate + 0.02, "\(found)")
    }

    @Test(arguments: [(40, 0), (40, 4), (200, 2), (400, 40), (400, 200)])
    func `is exceeded by its bound in nineteen of twenty samples`(size: Int, synthetic: Int) throws {
        var texts = Texts(random: SplitMix64(seed: 11))
        let share = Double(synthetic) / Double(size)
        let covered = try (0..<400).count { _ in
            // The number of synthetic texts varies from sample to sample too.
            let drawn = (0..<size).count { _ in Double(texts.random.next() >> 11) / 0x1p53 < share }
            return try #require(PrevalenceEstimate(texts.histogram(size, synthetic: drawn))).upper >= share
        }
        #expect(covered >= 368, "\(covered) of 400")
    }

    @Test func `bounds the share of few texts generously, also where none shows anything`() throws {
        var histogram = RatioHistogram()
        for _ in 0..<10 { histogram.add(-5) }
        let found = try #require(PrevalenceEstimate(histogram))
        #expect(found.estimate == 0 && found.upper > 0.1 && found.upper < 0.2, "\(found)")
    }

    @Test func `leaves everything open where the texts say nothing, and is none without texts`() throws {
        var histogram = RatioHistogram()
        for _ in 0..<1000 { histogram.add(0) }
        histogram.add(.nan)
        let found = try #require(PrevalenceEstimate(histogram))
        #expect(found.estimate == 0 && found.upper == 1)
        #expect(PrevalenceEstimate(RatioHistogram()) == nil)
    }

    @Test func `moves little from what is assumed with a few texts, and with many as if nothing were`() throws {
        let assumption = PrevalenceEstimate.Assumption(share: 0.1, texts: 50)
        let none = try #require(PrevalenceEstimate(RatioHistogram(), assuming: assumption))
        #expect(abs(none.estimate - 0.1) < 1e-9 && none.upper > 0.15 && none.upper < 0.25 && none.texts == 0, "\(none)")
        var one = RatioHistogram()
        one.add(0.5)
        let found = try #require(PrevalenceEstimate(one, assuming: assumption))
        #expect(found.estimate > 0.1 && found.estimate < 0.11 && found.upper < 0.25, "\(found)")
        var texts = Texts(random: SplitMix64(seed: 8))
        let many = texts.histogram(20_000, synthetic: 8000)
        let (with, without) = (PrevalenceEstimate(many, assuming: assumption), try #require(PrevalenceEstimate(many)))
        let difference = try #require(with).estimate - without.estimate
        #expect(difference < 0 && difference > -0.002)
    }

    @Test func `counts ratios beyond the detector's limit as that limit`() throws {
        var (far, near) = (RatioHistogram(), RatioHistogram())
        for ratio in [Double.infinity, 1e300, -.infinity, -1e300] { far.add(ratio) }
        for ratio in [12.0, 12, -12, -12] { near.add(ratio) }
        #expect(far == near && far.total == 4)
    }

    @Test func `is the same in whatever order the texts come`() {
        var texts = Texts(random: SplitMix64(seed: 3))
        var (forwards, backwards) = (RatioHistogram(), RatioHistogram())
        let ratios = (0..<5000).map { texts.ratio(isSynthetic: $0 % 7 == 0) }
        for ratio in ratios { forwards.add(ratio) }
        for ratio in ratios.reversed() { backwards.add(ratio) }
        #expect(forwards == backwards && forwards.total == 5000)
    }

    @Test func `is relied on where hardly any text known to be human looks synthetic`() {
        var texts = Texts(random: SplitMix64(seed: 8))
        for (size, synthetic, isTrusted) in [(99, 0, nil), (100, 0, true), (500, 0, true), (500, 50, false)] {
            let found = PrevalenceEstimate(texts.histogram(size, synthetic: synthetic))
            #expect(found?.texts == Int64(size) && found?.trustsTheDetector == isTrusted, "\(size), \(synthetic)")
        }
    }
}
