import Glibc

/// The share of synthetic texts in a set, out of their likelihood ratios: not the number of verdicts, which is off by the
/// detector's misses and false alarms.
///
/// The estimate is the share π under which the ratios are most likely, Π(1 + π(Lᵢ − 1)): what the EM of Saerens, Latinne
/// and Decaestecker (Neural Computation 14, 2002) converges to. The derivative of its logarithm falls in π, so halving an
/// interval finds it. The bound is the largest share whose log likelihood is less than 1.353 below the highest, half the
/// square of the normal distribution's 95 % quantile; unlike a bootstrap's it says of ten texts without evidence that they
/// are few. Both are as good as the calibration of the ratios on texts like these: see ``trustsTheDetector``.
public struct PrevalenceEstimate: Sendable, Equatable {
    /// The likeliest share of synthetic texts, 0 to 1.
    public let estimate: Double
    /// What the share does not exceed, one-sided, with 95 % confidence.
    public let upper: Double
    /// How many texts it rests on.
    public let texts: Int64

    /// How much the log likelihood may fall short of the highest: 1.6449² / 2.
    static let drop = 1.3528

    /// What is assumed of the share before any text is read, as if that many texts had been looked at.
    public struct Assumption: Sendable, Equatable {
        /// The share of synthetic texts, between 0 and 1.
        public let share: Double
        /// How many texts it is worth, above 0.
        public let texts: Double

        /// An assumption of its parts.
        public init(share: Double, texts: Double) { (self.share, self.texts) = (share, texts) }
    }

    /// The estimate for the texts of `histogram`; nil where there are none and nothing is assumed. Some tens of microseconds.
    ///
    /// With an assumption, likelihoods are those of the texts and of what was assumed together: few texts move the estimate
    /// little, and many as if nothing had been assumed.
    public init?(_ histogram: RatioHistogram, assuming assumption: Assumption? = nil) {
        let groups = histogram.groups
        guard !groups.isEmpty || assumption != nil else { return nil }
        func slope(_ share: Double) -> Double {
            let known = assumption.map { ($0.share / share - (1 - $0.share) / (1 - share)) * $0.texts } ?? 0
            return groups.reduce(known) { $0 + $1.count * ($1.ratio - 1) / (1 + share * ($1.ratio - 1)) }
        }
        func logarithm(_ share: Double) -> Double {
            let known = assumption.map { ($0.share * log(share) + (1 - $0.share) * log1p(-share)) * $0.texts } ?? 0
            return groups.reduce(known) { $0 + $1.count * log1p(share * ($1.ratio - 1)) }
        }
        let best = PrevalenceEstimate.crossing(from: 0) { slope($0) > 0 }
        let least = logarithm(best) - PrevalenceEstimate.drop
        estimate = best
        texts = histogram.total
        upper = PrevalenceEstimate.crossing(from: best) { logarithm($0) > least }
    }

    /// The share from which on `isBelow` does not hold, of a condition that holds up to there and no further; `low` where
    /// it never does, 1 where it always does.
    private static func crossing(from low: Double, while isBelow: (Double) -> Bool) -> Double {
        guard isBelow(low) else { return low }
        guard !isBelow(1) else { return 1 }
        var (low, high) = (low, 1.0)
        for _ in 0..<52 {
            let middle = (low + high) / 2
            if isBelow(middle) { low = middle } else { high = middle }
        }
        return low
    }
}

extension PrevalenceEstimate {
    /// The fewest texts known to be human by which a set can be tested: below, one false alarm is 2 % and more.
    public static let leastAnchors: Int64 = 100
    /// The highest share that may be found in texts known to be human.
    public static let anchorLimit = 0.02

    /// Of an estimate for texts known to be human, whether the ratios can be relied on for texts like them: hardly any may be
    /// taken for synthetic. Nil where they are too few to tell.
    public var trustsTheDetector: Bool? {
        texts >= PrevalenceEstimate.leastAnchors ? estimate <= PrevalenceEstimate.anchorLimit : nil
    }
}
