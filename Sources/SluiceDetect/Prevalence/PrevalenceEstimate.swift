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

    /// The estimate for the texts of `histogram`; nil where there are none. Some tens of microseconds.
    public init?(_ histogram: RatioHistogram) {
        let groups = histogram.groups
        guard !groups.isEmpty else { return nil }
        let best = PrevalenceEstimate.crossing(from: 0) { share in
            groups.reduce(0) { $0 + $1.count * ($1.ratio - 1) / (1 + share * ($1.ratio - 1)) } > 0
        }
        let least = PrevalenceEstimate.logLikelihood(groups, best) - PrevalenceEstimate.drop
        estimate = best
        texts = histogram.total
        upper = PrevalenceEstimate.crossing(from: best) { PrevalenceEstimate.logLikelihood(groups, $0) > least }
    }

    private static func logLikelihood(_ groups: [(count: Double, ratio: Double)], _ share: Double) -> Double {
        groups.reduce(0) { $0 + $1.count * log1p(share * ($1.ratio - 1)) }
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
