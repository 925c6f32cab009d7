import SluiceCore

/// The watermark of SynthID-Text (Dathathri et al. 2024): in each layer of a tournament a keyed bit of token and context
/// decides who goes on, so that the tokens of marked text have more ones than chance gives.
struct TournamentMark: Sendable {
    private let keys: [UInt64]
    private let context: Int
    private let start: UInt64
    /// A random bit a hash, where the scheme looks it up.
    private let table: [UInt8]?
    /// What a layer's bit weighs: earlier layers leave more of a trace.
    private let weights: [Double]

    /// The mark with a key for each layer, in tokens that hang on `context` tokens before them.
    init(keys: [UInt64], context: Int, isTorch: Bool) {
        self.keys = keys
        self.context = context
        if isTorch {
            var random = TorchRandom(seed: 0)
            table = (0..<1 << 16).map { _ in UInt8(truncatingIfNeeded: random.next() & 1) }
            start = 1
        } else {
            table = nil
            let bytes = keys.flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key >> UInt64(8 * $0)) } }
            // The digest as one large number, modulo 2⁶³ − 1.
            start = Digest.of(bytes).bytes.reduce(0) { rest, byte in
                let (high, low) = rest.multipliedFullWidth(by: 256)
                let (sum, carry) = low.addingReportingOverflow(UInt64(byte))
                return UInt64(Int64.max).dividingFullWidth((high + (carry ? 1 : 0), sum)).remainder
            }
        }
        // From ten to one in equal steps, as the method's authors weigh them.
        let last = Double(max(keys.count - 1, 1))
        weights = keys.indices.map { 10 - 9 * Double($0) / last }
    }

    /// How many tokens follow a context that did not occur before, and by how many standard deviations their weighted bits
    /// exceed what chance gives. The generator leaves repeated contexts unmarked. O(*T* · layers).
    func score(_ tokens: [Int32]) -> (tokens: Int, z: Double) {
        var seen: Set<UInt64> = []
        var (count, sum) = (0, 0.0)
        for last in tokens.indices.dropFirst(context) {
            let before = tokens[(last - context)..<last].reduce(start) {
                TournamentMark.step($0, UInt64(bitPattern: Int64($1)))
            }
            guard seen.insert(before).inserted else { continue }
            let hash = TournamentMark.step(before, UInt64(bitPattern: Int64(tokens[last])))
            for (key, weight) in zip(keys, weights) where bit(TournamentMark.step(hash, key)) { sum += weight }
            count += 1
        }
        let total = weights.reduce(0, +)
        let squares = weights.reduce(0) { $0 + $1 * $1 }
        return (count, (sum - Double(count) * total / 2) / max(Double(count) * squares / 4, 1e-9).squareRoot())
    }

    private func bit(_ hash: UInt64) -> Bool {
        if let table { return table[Int(hash & 0xFFFF)] == 1 }
        var hash = hash
        for _ in 0..<12 { hash = UInt64(bitPattern: Int64(bitPattern: TournamentMark.step(hash, 1)) >> 5) }
        return hash >> 30 & 1 == 1
    }

    /// A linear congruential step, with the multiplier of Knuth's MMIX.
    @inline(__always)
    private static func step(_ hash: UInt64, _ data: UInt64) -> UInt64 {
        (hash &+ data) &* 6_364_136_223_846_793_005 &+ 1
    }
}
