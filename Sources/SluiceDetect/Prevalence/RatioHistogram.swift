import Glibc
import SluiceCore

/// How often texts have which log likelihood ratio: what an estimate of prevalence keeps of a set of texts.
///
/// Each of ``bins`` holds how many texts fell into it and the sum of their ratios in millionths of a nat. Both are whole
/// numbers, so that the order of the texts makes no difference.
public struct RatioHistogram: Sendable, Equatable {
    /// Number of bins.
    public static let bins = 64
    /// What a text can say for either side, in nats; ratios beyond count as this. It is the detector's own limit.
    public static let limit = 12.0
    /// Nats that a bin covers. The middle of bin 32 is 0, so that texts that say nothing keep to themselves.
    public static let width = limit / 32

    private var counts = [Int64](repeating: 0, count: bins)
    private var sums = [Int64](repeating: 0, count: bins)

    /// The histogram of no text.
    public init() {}

    /// Number of texts.
    public var total: Int64 { counts.reduce(0, &+) }

    /// Counts a text whose log likelihood ratio is `ratio` nats; what is not a number says nothing.
    public mutating func add(_ ratio: Double) {
        let ratio = ratio.isNaN ? 0 : min(max(ratio, -RatioHistogram.limit), RatioHistogram.limit)
        let bin = min(Int((ratio / RatioHistogram.width).rounded()) + RatioHistogram.bins / 2, RatioHistogram.bins - 1)
        counts[bin] &+= 1
        sums[bin] &+= Int64((ratio * 1e6).rounded())
    }

    /// The bins that hold texts: how many, and the likelihood ratio at their mean.
    var groups: [(count: Double, ratio: Double)] {
        zip(counts, sums).compactMap { count, sum in
            count > 0 ? (Double(count), exp(Double(sum) / 1e6 / Double(count))) : nil
        }
    }
}
