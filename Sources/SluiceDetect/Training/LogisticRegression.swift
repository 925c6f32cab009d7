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

    mutating func append(
        _ features: ArraySlice<FeatureScratch.Feature>, isSynthetic: Bool, weight: Double
    ) {
        columns.append(contentsOf: features.lazy.map(\.slot))
        starts.append(columns.count)
        self.isSynthetic.append(isSynthetic)
        weights.append(weight)
    }

    /// Gives every row the length 1.
    mutating func normalize(rarity: [Double]) {
        norms = (0..<count).map { row in
            let square = columns[starts[row]..<starts[row + 1]].reduce(0) { $0 + rarity[Int($1)] * rarity[Int($1)] }
            return square > 0 ? 1 / square.squareRoot() : 0
        }
    }
}

/// Logistic regression with an L2 penalty on the weights (not on the bias), by L-BFGS.
///
/// One thread, every sum in a fixed order: the same rows give the same weights to the last bit.
struct LogisticRegression {
    let matrix: TrainingMatrix
    let rarity: [Double]
    /// The weight of half the squared length of the weights, against a loss whose rows weigh `matrix.weights`.
    let penalty: Double

    /// The weights of all columns, and last the bias.
    func fit(iterations: Int) -> [Double] {
        var minimizer = LBFGS(start: [Double](repeating: 0, count: rarity.count + 1))
        minimizer.minimize(iterations: iterations) { point, gradient in loss(at: point, gradient: &gradient) }
        return minimizer.point
    }

    private func loss(at point: [Double], gradient: inout [Double]) -> Double {
        let bias = point[rarity.count]
        let scaled = zip(point, rarity).map { $0 * $1 }
        var sums = [Double](repeating: 0, count: rarity.count)
        var biasGradient = 0.0
        var loss = 0.0
        scaled.withUnsafeBufferPointer { scaled in
            sums.withUnsafeMutableBufferPointer { sums in
                matrix.columns.withUnsafeBufferPointer { columns in
                    for row in 0..<matrix.count {
                        let range = matrix.starts[row]..<matrix.starts[row + 1]
                        var dot = 0.0
                        for at in range { dot += scaled[Int(columns[at])] }
                        let margin = (bias + dot * matrix.norms[row]) * (matrix.isSynthetic[row] ? 1 : -1)
                        let weight = matrix.weights[row]
                        loss += weight * (margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin)
                        let slope = (matrix.isSynthetic[row] ? -weight : weight) / (1 + exp(margin))
                        biasGradient += slope
                        let step = slope * matrix.norms[row]
                        for at in range { sums[Int(columns[at])] += step }
                    }
                }
            }
        }
        for column in 0..<rarity.count {
            loss += penalty / 2 * point[column] * point[column]
            gradient[column] = sums[column] * rarity[column] + penalty * point[column]
        }
        gradient[rarity.count] = biasGradient
        return loss
    }
}
