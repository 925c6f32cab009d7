import SluiceCore

extension SplitMix64 {
    /// A run of `lengths` words out of `count` words, or all where there are no more.
    mutating func crop(of count: Int, lengths: ClosedRange<Int>) -> Range<Int> {
        let length = lengths.lowerBound + below(lengths.count)
        guard count > length else { return 0..<count }
        let start = below(count - length + 1)
        return start..<(start + length)
    }
}
