import SluiceCore
import Glibc

/// The rows to learn from: binary features, of which row *r* holds `columns[starts[r]..<starts[r + 1]]`.
///
/// A row's value at each of its columns *j* is `rarity[j] * norms[r]`, which makes its length 1.
struct TrainingMatrix {
    var columns: [UInt32] = []
    var starts: [Int] = [0]
    var norms: [Double] = []
    var isSynthetic: [Bool] = []
    var weights: [Double] = []

    /// How many rows there are.
    var count: Int { starts.count - 1 }

    /// Ends the row whose columns were appended since the last one.
    mutating func endRow(isSynthetic: Bool, weight: Double) {
        starts.append(columns.count)
        self.isSynthetic.append(isSynthetic)
        weights.append(weight)
    }

    /// Renumbers the columns by `number`, drops those whose number is negative, and gives every row the length 1.
    mutating func renumber(_ number: [Int32], rarity: [Double]) {
        var written = 0
        var start = 0
        norms = []
        for row in 0..<count {
            let end = starts[row + 1]
            var square = 0.0
            for at in start..<end {
                let column = number[Int(columns[at])]
                guard column >= 0 else { continue }
                columns[written] = UInt32(column)
                square += rarity[Int(column)] * rarity[Int(column)]
                written += 1
            }
            start = end
            starts[row + 1] = written
            norms.append(square > 0 ? 1 / square.squareRoot() : 0)
        }
        columns.removeLast(columns.count - written)
    }
}

/// Logistic regression with an L2 penalty on the distance from given weights, by dual coordinate ascent (Yu, Huang and
/// Lin, 2011): a row at a time, in an order shuffled from a seed. The duals start near zero, where the primal is the
/// given weights; so these are where the ascent starts, and nothing else changes.
///
/// One thread and a fixed order: the same rows and seed give the same weights to the last bit.
struct LogisticRegression {
    let matrix: TrainingMatrix
    let rarity: [Double]
    /// Weight times rarity, by column, that the penalty pulls towards.
    let origin: [Double]
    /// The bias that the penalty pulls towards.
    let originBias: Double
    /// The weight of half the squared distance from `origin`, and of half the bias' from `originBias`, against a loss whose rows
    /// weigh `matrix.weights`.
    let penalty: Double

    /// The weights of all columns, and last the bias, after `epochs` passes over the rows.
    func fit(epochs: Int, seed: UInt64) -> [Double] {
        // Weight times rarity, by column: what a row adds up.
        var scaled = origin
        let squares = rarity.map { $0 * $0 }
        var bias = originBias
        let bounds = matrix.weights.map { max($0, 1e-9) / penalty }
        var duals = bounds.map { 1e-6 * $0 }
        var order = Array(0..<matrix.count)
        var random = SplitMix64(seed: seed)
        matrix.columns.withUnsafeBufferPointer { columns in
            scaled.withUnsafeMutableBufferPointer { scaled in
                squares.withUnsafeBufferPointer { squares in
                    for _ in 0..<epochs {
                        for at in order.indices.dropFirst() { order.swapAt(at, random.below(at + 1)) }
                        for row in order {
                            let range = matrix.starts[row]..<matrix.starts[row + 1]
                            var dot = 0.0
                            for at in range { dot += scaled[Int(columns[at])] }
                            let sign = matrix.isSynthetic[row] ? 1.0 : -1.0
                            let norm = matrix.norms[row]
                            let dual = LogisticRegression.dual(
                                margin: sign * (dot * norm + bias), old: duals[row], bound: bounds[row],
                                square: norm > 0 ? 2 : 1)
                            let change = (dual - duals[row]) * sign
                            duals[row] = dual
                            bias += change
                            let step = change * norm
                            for at in range { scaled[Int(columns[at])] += step * squares[Int(columns[at])] }
                        }
                    }
                }
            }
        }
        return zip(scaled, rarity).map { $1 > 0 ? $0 / $1 : 0 } + [bias]
    }

    /// The dual variable that is best for a row while all others stay: the root of
    /// `square·(a − old) + margin + ln(a / (bound − a))`, by Newton's method in the logit of `a / bound`.
    private static func dual(margin: Double, old: Double, bound: Double, square: Double) -> Double {
        var logit = log(old / (bound - old))
        for _ in 0..<12 {
            let share = 1 / (1 + exp(-logit))
            let value = square * (bound * share - old) + margin + logit
            let step = value / (square * bound * share * (1 - share) + 1)
            logit = min(max(logit - step, -30), 30)
            if abs(step) < 1e-7 { break }
        }
        return bound / (1 + exp(-logit))
    }
}
