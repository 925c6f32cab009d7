/// A small seeded generator of random numbers (SplitMix64; constants by Steele, Lea and Flood, 2014): the same seed gives
/// the same numbers in every version, which the standard library does not promise of its own.
struct SplitMix: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number below `bound`, which is above 0; the bias is below 2⁻³².
    mutating func below(_ bound: Int) -> Int { Int(next() >> 32) * bound >> 32 }

    /// A run of `lengths` words out of `count` words, or all where there are no more.
    mutating func crop(of count: Int, lengths: ClosedRange<Int>) -> Range<Int> {
        let length = lengths.lowerBound + below(lengths.count)
        guard count > length else { return 0..<count }
        let start = below(count - length + 1)
        return start..<(start + length)
    }
}
