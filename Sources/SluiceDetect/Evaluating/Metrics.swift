/// How well scores tell two groups of texts apart.
enum Metrics {
    /// The probability that a synthetic text scores above a human one, ties counted half: the area under the ROC curve.
    /// Nil where one of the groups is empty. O(*n* log *n*).
    static func auroc(human: [Double], synthetic: [Double]) -> Double? {
        guard !human.isEmpty, !synthetic.isEmpty else { return nil }
        let all = (human.map { ($0, false) } + synthetic.map { ($0, true) }).sorted { $0.0 < $1.0 }
        var humansBelow = 0.0
        var area = 0.0
        var from = 0
        while from < all.count {
            var to = from
            var humans = 0.0
            while to < all.count, all[to].0 == all[from].0 {
                humans += all[to].1 ? 0 : 1
                to += 1
            }
            area += (Double(to - from) - humans) * (humansBelow + humans / 2)
            humansBelow += humans
            from = to
        }
        return area / Double(human.count) / Double(synthetic.count)
    }

    /// The score that at most the share `falsePositives` of the human texts exceeds; nil where there are none.
    static func threshold(human: [Double], falsePositives: Double) -> Double? {
        guard !human.isEmpty else { return nil }
        let allowed = Int(Double(human.count) * falsePositives)
        return human.sorted(by: >)[min(allowed, human.count - 1)]
    }

    /// The share of `scores` above `threshold`; nil where either is missing.
    static func share(of scores: [Double], above threshold: Double?) -> Double? {
        guard let threshold, !scores.isEmpty else { return nil }
        return Double(scores.count { $0 > threshold }) / Double(scores.count)
    }

    /// The expected calibration error: how far, on average over 15 equal ranges of probability weighted by how many
    /// texts are in them, the share of synthetic texts lies from the mean probability.
    static func calibrationError(_ probabilities: [(probability: Double, isSynthetic: Bool)]) -> Double? {
        guard !probabilities.isEmpty else { return nil }
        var bins = [(sum: Double, synthetic: Double)](repeating: (0, 0), count: 15)
        for (probability, isSynthetic) in probabilities {
            let bin = min(max(Int(probability * 15), 0), 14)
            bins[bin].sum += probability
            bins[bin].synthetic += isSynthetic ? 1 : 0
        }
        return bins.reduce(0) { $0 + abs($1.sum - $1.synthetic) } / Double(probabilities.count)
    }
}
