/// A set of provenance rows: a bit for each, up to the largest one in it.
struct SeqSet: Sendable, Sequence {
    /// The largest ledger that an export speaks of: a bit for each row is 512 MB.
    static let largestLedger: Int64 = 1 << 32

    private var words: [UInt64] = []

    /// Puts `seq` (0 to ``largestLedger``) into the set; false where it was there already.
    mutating func insert(_ seq: Int64) -> Bool {
        let index = Int(seq >> 6)
        if index >= words.count { words.append(contentsOf: repeatElement(0, count: index + 1 - words.count)) }
        let bit: UInt64 = 1 << UInt64(seq & 63)
        guard words[index] & bit == 0 else { return false }
        words[index] |= bit
        return true
    }

    /// Whether `seq` is in the set.
    func contains(_ seq: Int64) -> Bool {
        let index = Int(seq >> 6)
        return words.indices.contains(index) && words[index] & 1 << UInt64(seq & 63) != 0
    }

    /// The members in order.
    func makeIterator() -> Iterator { Iterator(words: words) }

    /// Walks a set in order.
    struct Iterator: IteratorProtocol {
        fileprivate let words: [UInt64]
        private var index = 0
        private var left: UInt64 = 0

        fileprivate init(words: [UInt64]) {
            self.words = words
            left = words.first ?? 0
        }

        /// The next member.
        mutating func next() -> Int64? {
            while left == 0 {
                index += 1
                guard index < words.count else { return nil }
                left = words[index]
            }
            defer { left &= left &- 1 }
            return Int64(index) << 6 | Int64(left.trailingZeroBitCount)
        }
    }
}
