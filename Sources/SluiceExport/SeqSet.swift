/// A set of provenance rows: a bit for each, up to the largest one in it.
struct SeqSet: Sendable {
    private var words: [UInt64] = []
    /// How many are in the set.
    private(set) var count: Int64 = 0

    /// Puts `seq` (at least 0) into the set; false where it was there already.
    mutating func insert(_ seq: Int64) -> Bool {
        let index = Int(seq >> 6)
        if index >= words.count { words.append(contentsOf: repeatElement(0, count: index + 1 - words.count)) }
        let bit: UInt64 = 1 << UInt64(seq & 63)
        guard words[index] & bit == 0 else { return false }
        words[index] |= bit
        count += 1
        return true
    }

    /// Calls `body` with each member, in order.
    func forEach<E: Error>(_ body: (Int64) throws(E) -> Void) throws(E) {
        for (index, word) in words.enumerated() {
            var left = word
            while left != 0 {
                try body(Int64(index) << 6 | Int64(left.trailingZeroBitCount))
                left &= left &- 1
            }
        }
    }
}
