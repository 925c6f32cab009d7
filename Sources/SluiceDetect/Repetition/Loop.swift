/// A stretch of a text that says the same words over and over without a pause, as a language model does that has got
/// stuck.
public struct Loop: Sendable, Equatable {
    /// Its words, by their numbers in the text, from 0; the first turn is among them.
    public var words: Range<Int>
    /// How many words one turn has, 1 to ``longestPeriod``.
    public var period: Int

    /// How many words must repeat the words one turn before them.
    public static let leastRepeated = 100
    /// The longest turn that is looked for, in words.
    public static let longestPeriod = 512

    /// How often all words of a turn are said.
    public var turns: Int { words.count / max(period, 1) }

    /// A loop in the text with these word hashes: one of at least three turns, in which ``leastRepeated`` words or more
    /// repeat those one turn before them; nil where there is none. O(*n*), 1 to 2 ns a word; memory of at most 32 KB.
    ///
    /// A page that holds its text twice, or quotes another whole, repeats many words too, but has two turns only.
    public static func find(in hashes: [UInt64]) -> Loop? {
        guard hashes.count > leastRepeated else { return nil }
        return hashes.withUnsafeBufferPointer { hashes in mayHaveLoop(hashes) ? exactLoop(hashes) : nil }
    }

    /// Words that form a gram; runs of grams that have stood before are what loops are made of.
    private static let gram = 4
    /// Words that are looked at together, and how many of them are looked at with the next ones again: so a loop lies in
    /// one window, or two of its longest turns do.
    private static let window = 16_384
    private static let overlap = 2 * longestPeriod

    /// False only where there is no loop: a run of ``leastRepeated`` words all of whose grams stand earlier in their
    /// window. Seen grams are bits of a table sixteen times their number, so a gram passes for an earlier one by chance
    /// in a few of a hundred cases, and a hundred in a row never do.
    private static func mayHaveLoop(_ hashes: UnsafeBufferPointer<UInt64>) -> Bool {
        var start = 0
        while start == 0 || hashes.count - start > overlap {
            let grams = min(hashes.count - start, window) - gram + 1
            var bits = 10
            while 1 << bits < 16 * grams { bits += 1 }
            var seen = [UInt64](repeating: 0, count: 1 << (bits - 6))
            var longest: UInt64 = 0
            seen.withUnsafeMutableBufferPointer { seen in
                var run: UInt64 = 0
                let shift = UInt64(64 - bits)
                // Within bounds: a gram's last word is at most the window's last, and a slot has `bits` bits.
                for at in start..<(start &+ grams) {
                    let (b, c, d) = (hashes[at &+ 1], hashes[at &+ 2], hashes[at &+ 3])
                    let sum = hashes[at] &+ (b &<< 16 | b &>> 48) &+ (c &<< 32 | c &>> 32) &+ (d &<< 48 | d &>> 16)
                    let slot = (sum &* 0x9E37_79B9_7F4A_7C15) &>> shift
                    let place = Int(truncatingIfNeeded: slot &>> 6)
                    let entry = seen[place]
                    run = (run &+ 1) &* ((entry &>> (slot & 63)) & 1)
                    longest = max(longest, run)
                    seen[place] = entry | (1 &<< (slot & 63))
                }
            }
            if longest >= leastRepeated - gram + 1 { return true }
            start += window - overlap
        }
        return false
    }

    /// Looks around every fiftieth word for a distance at which the words repeat.
    private static func exactLoop(_ hashes: UnsafeBufferPointer<UInt64>) -> Loop? {
        for anchor in stride(from: 1, to: hashes.count - 1, by: leastRepeated / 2) {
            var tried = 0
            for period in 1...min(anchor, longestPeriod)
            where hashes[anchor] == hashes[anchor - period] && hashes[anchor + 1] == hashes[anchor + 1 - period] {
                var (first, end) = (anchor, anchor + 1)
                while first > period, hashes[first - 1] == hashes[first - 1 - period] { first -= 1 }
                while end < hashes.count, hashes[end] == hashes[end - period] { end += 1 }
                if end - first >= max(leastRepeated, 2 * period) {
                    return Loop(words: (first - period)..<end, period: period)
                }
                // Text that is made to cost time ends here; text that is not has two or three such distances.
                tried += 1
                if tried == 16 { break }
            }
        }
        return nil
    }
}
