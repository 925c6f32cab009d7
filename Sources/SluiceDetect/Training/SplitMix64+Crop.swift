import SluiceCore

extension SplitMix64 {
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
