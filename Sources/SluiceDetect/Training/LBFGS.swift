/// Minimises a smooth function by the limited-memory BFGS method, with a step that is halved until it is good enough.
struct LBFGS {
    /// The best point so far.
    private(set) var point: [Double]
    /// The steps and changes of the gradient that are remembered: the latest last.
    private var memory: [(step: [Double], change: [Double], curvature: Double)] = []
    private static let memoryLimit = 8

    /// A search from `start`.
    init(start: [Double]) { point = start }

    /// Goes on for `iterations` at most, or until the function falls by less than a 10⁻⁷th part.
    ///
    /// - Parameter function: the value at a point; it also writes the gradient there.
    mutating func minimize(iterations: Int, _ function: ([Double], inout [Double]) -> Double) {
        var gradient = [Double](repeating: 0, count: point.count)
        var value = function(point, &gradient)
        var trialGradient = gradient
        for _ in 0..<iterations {
            let direction = direction(gradient)
            let slope = LBFGS.dot(direction, gradient)
            guard slope < 0 else { break }
            var length = memory.isEmpty ? min(1, 1 / LBFGS.dot(gradient, gradient).squareRoot()) : 1
            var trial = point
            var trialValue = value
            var isGood = false
            for _ in 0..<30 {
                for i in trial.indices { trial[i] = point[i] + length * direction[i] }
                trialValue = function(trial, &trialGradient)
                if trialValue <= value + 1e-4 * length * slope {
                    isGood = true
                    break
                }
                length /= 2
            }
            guard isGood else { break }
            remember(from: gradient, to: trialGradient, step: direction.map { $0 * length })
            let gain = value - trialValue
            swap(&gradient, &trialGradient)
            point = trial
            value = trialValue
            if gain < 1e-7 * max(abs(value), 1e-12) { break }
        }
    }

    private mutating func remember(from old: [Double], to new: [Double], step: [Double]) {
        let change = zip(new, old).map { $0 - $1 }
        let curvature = LBFGS.dot(step, change)
        guard curvature > 1e-12 else { return }
        memory.append((step, change, curvature))
        if memory.count > LBFGS.memoryLimit { memory.removeFirst() }
    }

    /// The two-loop recursion.
    private func direction(_ gradient: [Double]) -> [Double] {
        var q = gradient.map { -$0 }
        var factors: [Double] = []
        for pair in memory.reversed() {
            let factor = LBFGS.dot(pair.step, q) / pair.curvature
            factors.append(factor)
            LBFGS.add(-factor, pair.change, to: &q)
        }
        if let last = memory.last {
            let scale = last.curvature / LBFGS.dot(last.change, last.change)
            for i in q.indices { q[i] *= scale }
        }
        for (pair, factor) in zip(memory, factors.reversed()) {
            LBFGS.add(factor - LBFGS.dot(pair.change, q) / pair.curvature, pair.step, to: &q)
        }
        return q
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for i in 0..<min(a.count, b.count) { sum += a[i] * b[i] }
        return sum
    }

    private static func add(_ factor: Double, _ a: [Double], to b: inout [Double]) {
        for i in 0..<min(a.count, b.count) { b[i] += factor * a[i] }
    }
}
