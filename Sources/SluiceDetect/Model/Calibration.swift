import Glibc

/// From the raw score of a text and its length to a log likelihood ratio at equal odds:
/// `a + b·s + c·s·ln n + d·ln n`, *s* the score and *n* the number of words, at most ``longest``.
public struct Calibration: Sendable, Equatable {
    /// The coefficients a, b, c and d.
    public var coefficients: [Double]

    /// From this many words on, all texts count as equally long: the texts that the shipped model was fitted on are no
    /// longer, and what was fitted says nothing beyond. Followed further, `b + c·ln n` would change its sign somewhere, and
    /// the score with it.
    static let longest = 1000

    /// The calibration with these four coefficients.
    init(coefficients: [Double]) { self.coefficients = coefficients }

    /// The log likelihood ratio, in nats, of a text of `words` words (at least 1) with the raw score `score`.
    func llr(score: Double, words: Int) -> Double {
        Calibration.product(coefficients, Calibration.row(score: score, words: words))
    }

    /// One observation to fit.
    struct Sample: Sendable {
        var score: Double
        var words: Int
        var isSynthetic: Bool
        var weight: Double
    }

    /// The calibration that the samples make most likely, by Newton's method; nil where they lack a label, where it is not
    /// found, or where a higher score would not always speak for a machine.
    ///
    /// Few samples, and samples that a score separates, settle next to nothing: alone they give any slope, or an endless
    /// one. So the fit is pulled to `base`, or to ``usualSlope``, with a fixed force, which thousands of samples outweigh. It
    /// is measured in nats for a standard deviation of the scores, whose unit depends on how the model was learnt.
    static func fit(_ samples: [Sample], base: Calibration? = nil) -> Calibration? {
        guard samples.contains(where: \.isSynthetic), samples.contains(where: { !$0.isSynthetic }),
            let columns = Columns(samples)
        else { return nil }
        let centre = base.map { columns.standard($0.coefficients) } ?? [0, usualSlope, 0, 0]
        let pull = base == nil ? faintPull : basePull
        let rows = samples.map { columns.row($0) }
        var beta = centre
        var reached = loss(beta, samples, rows, pull, centre)
        for _ in 0..<stepLimit {
            var gradient = (0..<4).map { -pull * (beta[$0] - centre[$0]) }
            var hessian = [[Double]](repeating: [0, 0, 0, 0], count: 4)
            for i in 0..<4 { hessian[i][i] = pull }
            for (sample, x) in zip(samples, rows) {
                let p = 1 / (1 + exp(-product(beta, x)))
                for i in 0..<4 {
                    gradient[i] += sample.weight * ((sample.isSynthetic ? 1 : 0) - p) * x[i]
                    for j in 0..<4 { hessian[i][j] += sample.weight * p * (1 - p) * x[i] * x[j] }
                }
            }
            guard let step = solve(hessian, gradient), step.allSatisfy(\.isFinite) else { return nil }
            if step.allSatisfy({ abs($0) < 1e-9 }) {
                let fitted = Calibration(coefficients: columns.raw(beta))
                return fitted.alwaysRises ? fitted : nil
            }
            // A step that overshoots is shortened; one that no length makes better is as small as can be told.
            var part = 1.0
            while true {
                let next = (0..<4).map { beta[$0] + part * step[$0] }
                let loss = loss(next, samples, rows, pull, centre)
                if loss <= reached + 1e-9 {
                    (beta, reached) = (next, loss)
                    break
                }
                part /= 2
                guard part > 1e-9 else { return nil }
            }
        }
        return nil
    }

    /// Nats for a standard deviation of the scores, where no model says more: what a model that ranks well comes to.
    private static let usualSlope = 5.0
    /// The force of the pull, for a nat off: to a model's calibration, which thousands of texts made, and to nothing known.
    private static let basePull = 1.0
    private static let faintPull = 0.1
    private static let stepLimit = 100
    /// The fewest words of a text that is judged, see ``Gates/minimumWords``.
    private static let shortest = 50

    /// True where a higher score speaks more for a machine, whatever the length.
    private var alwaysRises: Bool {
        [Calibration.shortest, Calibration.longest].allSatisfy { words in
            llr(score: 1, words: words) - llr(score: 0, words: words) > 0
        }
    }

    /// What is to be made small: the loss of the samples, and how far the fit is from what it is pulled to.
    private static func loss(
        _ beta: [Double], _ samples: [Sample], _ rows: [[Double]], _ pull: Double, _ centre: [Double]
    ) -> Double {
        var sum = zip(beta, centre).reduce(0) { $0 + pull / 2 * ($1.0 - $1.1) * ($1.0 - $1.1) }
        for (sample, x) in zip(samples, rows) {
            let z = product(beta, x) * (sample.isSynthetic ? -1 : 1)
            sum += sample.weight * (max(z, 0) + log1p(exp(-abs(z))))
        }
        return sum
    }

    private static func product(_ beta: [Double], _ x: [Double]) -> Double {
        zip(beta, x).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private static func row(score: Double, words: Int) -> [Double] {
        let length = logarithm(words)
        return [1, score, score * length, length]
    }

    private static func logarithm(_ words: Int) -> Double { log(Double(min(max(words, 1), longest))) }

    /// The four columns of a fit, of which the score is in standard deviations from its mean and ln *n* from its mean, so
    /// that each coefficient means the same for every model.
    private struct Columns {
        private var score = 0.0
        private var length = 0.0
        private var spread = 0.0

        /// The columns for these samples, or nil where all have one score.
        init?(_ samples: [Sample]) {
            let total = samples.reduce(0) { $0 + $1.weight }
            score = samples.reduce(0) { $0 + $1.weight * $1.score } / total
            length = samples.reduce(0) { $0 + $1.weight * logarithm($1.words) } / total
            spread = (samples.reduce(0) { $0 + $1.weight * ($1.score - score) * ($1.score - score) } / total)
                .squareRoot()
            guard spread > 0, spread.isFinite, length.isFinite else { return nil }
        }

        func row(_ sample: Sample) -> [Double] {
            let (u, v) = ((sample.score - score) / spread, logarithm(sample.words) - length)
            return [1, u, u * v, v]
        }

        /// Coefficients of these columns from a, b, c and d.
        func standard(_ raw: [Double]) -> [Double] {
            let slope = raw[1] + raw[2] * length
            return [raw[0] + slope * score + raw[3] * length, slope * spread, raw[2] * spread, raw[2] * score + raw[3]]
        }

        /// a, b, c and d from coefficients of these columns.
        func raw(_ standard: [Double]) -> [Double] {
            let c = standard[2] / spread
            let b = standard[1] / spread - c * length
            let d = standard[3] - c * score
            return [standard[0] - (b + c * length) * score - d * length, b, c, d]
        }
    }

    /// Gaussian elimination with pivoting, or nil where the matrix is singular.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
        var a = zip(matrix, right).map { $0 + [$1] }
        let n = right.count
        for column in 0..<n {
            let pivot = (column..<n).max { abs(a[$0][column]) < abs(a[$1][column]) } ?? column
            guard abs(a[pivot][column]) > 1e-300 else { return nil }
            a.swapAt(column, pivot)
            for row in 0..<n where row != column {
                let factor = a[row][column] / a[column][column]
                for k in column...n { a[row][k] -= factor * a[column][k] }
            }
        }
        return (0..<n).map { a[$0][n] / a[$0][$0] }
    }
}
