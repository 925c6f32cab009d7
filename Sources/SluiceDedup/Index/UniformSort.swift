extension Array where Element == UInt64 {
    /// Sorts values that are as good as random, hashes that is. O(*n*) for those, at some 3 ns each where `sort` takes
    /// 30; O(*n* log *n*) for any others.
    mutating func sortUniform() { withUnsafeMutableBufferPointer { $0.sortUniform() } }
}

extension UnsafeMutableBufferPointer<UInt64> {
    /// Sorts values that are as good as random; see `Array.sortUniform()`.
    func sortUniform() {
        // A view of the same values that may be changed in place.
        var values = self
        guard count > 32, count < UInt32.max else { return values.sort() }
        // Two to four buckets a value, by the upper bits.
        let bits = Swift.min(UInt64.bitWidth - count.leadingZeroBitCount + 1, 24)
        let shift = UInt64(UInt64.bitWidth - bits)
        let isSpread = withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1 << bits) { ends in
            ends.initialize(repeating: 0)
            var largest: UInt32 = 0
            for value in self {
                // Within bounds: a value shifted by 64 - bits is below 1 << bits.
                let bucket = Int(truncatingIfNeeded: value &>> shift)
                ends[bucket] &+= 1
                largest = Swift.max(largest, ends[bucket])
            }
            guard largest <= 16 else { return false }
            var end: UInt32 = 0
            for bucket in ends.indices {
                end &+= ends[bucket]
                ends[bucket] = end
            }
            scatter(by: shift, ends)
            return true
        }
        if isSpread { sortByInsertion() } else { values.sort() }
    }

    /// Puts each value into its bucket; `ends` has the place behind each bucket.
    private func scatter(by shift: UInt64, _ ends: UnsafeMutableBufferPointer<UInt32>) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { copy in
            _ = copy.initialize(from: self)
            for value in copy {
                let bucket = Int(truncatingIfNeeded: value &>> shift)
                ends[bucket] &-= 1
                self[Int(ends[bucket])] = value
            }
        }
    }

    /// Sorts values none of which is far from its place.
    private func sortByInsertion() {
        for index in 1..<count {
            let value = self[index]
            var hole = index
            while hole > 0, self[hole &- 1] > value {
                self[hole] = self[hole &- 1]
                hole &-= 1
            }
            self[hole] = value
        }
    }
}
