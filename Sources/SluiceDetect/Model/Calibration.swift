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
        let x = Calibration.row(score: score, words: words)
        return zip(coefficients, x).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// One observation to fit.
    struct Sample: Sendable {
        var score: Double
        var words: Int
        var isSynthetic: Bool
        var weight: Double
    }

    /// The calibration with the greatest likelihood of the samples, by Newton's method with a faint ridge.
    static func fit(_ samples: [Sample]) -> Calibration {
        var beta = [0.0, 1.0, 0.0, 0.0]
        for _ in 0..<50 {
            var gradient = beta.map { -1e-6 * $0 }
            var hessian = [[Double]](repeating: [0, 0, 0, 0], count: 4)
            for i in 0..<4 { hessian[i][i] = 1e-6 }
            for sample in samples {
                let x = row(score: sample.score, words: sample.words)
                let z = zip(beta, x).reduce(0) { $0 + $1.0 * $1.1 }
                let p = 1 / (1 + exp(-z))
                for i in 0..<4 {
                    gradient[i] += sample.weight * ((sample.isSynthetic ? 1 : 0) - p) * x[i]
                    for j in 0..<4 { hessian[i][j] += sample.weight * p * (1 - p) * x[i] * x[j] }
                }
            }
            guard let step = solve(hessian, gradient) else { break }
            // A step that would overshoot (nearly separable samples) is shortened.
            let length = step.map(abs).max() ?? 0
            let factor = length > 4 ? 4 / length : 1
            for i in 0..<4 { beta[i] += factor * step[i] }
            if length < 1e-10 { break }
        }
        return Calibration(coefficients: beta)
    }

    private static func row(score: Double, words: Int) -> [Double] {
        let length = log(Double(min(max(words, 1), longest)))
        return [1, score, score * length, length]
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
