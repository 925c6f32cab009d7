/// A small seeded generator of random numbers (SplitMix64; constants by Steele, Lea and Flood, 2014): the same seed gives
/// the same numbers in every version, which the standard library does not promise of its own.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The sequence that belongs to `seed`.
    public init(seed: UInt64) { state = seed }

    /// The next number of the sequence.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 up to `bound`, which is above 0 and at most 2³¹, and not `bound` itself; the bias is below 2⁻³².
    public mutating func below(_ bound: Int) -> Int { (Int(next() >> 32) * bound) >> 32 }
}
