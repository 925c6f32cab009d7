/// Walks over the word n-grams of a document and yields a 64-bit hash of each, in text order, repeated ones included.
///
/// A shingle's hash is the polynomial of its word hashes in `base`, modulo 2^64, mixed by one multiplication; two running
/// polynomials, one a shingle's width ahead of the other, give it in constant time whatever the width.
struct Shingles {
    /// 2^64 divided by the golden ratio, made odd: spreads sums over all bits.
    static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
    /// Fraction digits of π, hexadecimal.
    static let mixer: UInt64 = 0x4528_21E6_38D0_1377

    private let width: Int
    private let power: UInt64
    private let end: Int
    private var at = 0
    private var lead: UInt64 = 0
    private var lag: UInt64 = 0

    /// The shingles of `width` words each of the document with these word hashes: the first `limit` of them, or one of
    /// all its words where it has fewer than `width`.
    init(_ words: [UInt64], width: Int, limit: Int) {
        self.width = min(max(width, 1), words.count)
        end = words.isEmpty ? 0 : min(words.count - self.width + 1, max(limit, 1))
        var power: UInt64 = 1
        for _ in 0..<self.width { power = power &* Shingles.base }
        self.power = power
        for word in words.prefix(max(self.width - 1, 0)) { lead = lead &* Shingles.base &+ word }
    }

    /// How many shingles are left.
    var remaining: Int { end - at }

    /// Writes the hashes of the next shingles into `out` and returns how many there were; `words` are those of `init`.
    mutating func next(of words: [UInt64], into out: UnsafeMutableBufferPointer<UInt64>) -> Int {
        next(of: words, into: out) { $0 }
    }

    /// The same with the upper half of each hash.
    mutating func nextUpper(of words: [UInt64], into out: UnsafeMutableBufferPointer<UInt32>) -> Int {
        next(of: words, into: out) { UInt32(truncatingIfNeeded: $0 &>> 32) }
    }

    @inline(__always)
    private mutating func next<Part>(
        of words: [UInt64], into out: UnsafeMutableBufferPointer<Part>, _ part: (UInt64) -> Part
    ) -> Int {
        let count = min(out.count, end - at)
        // In registers: the compiler does not see that `out` is none of these.
        var (lead, lag, at) = (lead, lag, at)
        let (width, power) = (width, power)
        words.withUnsafeBufferPointer { words in
            // Within bounds: at + count <= end, and end + width - 1 <= words.count.
            for index in 0..<count {
                lead = lead &* Shingles.base &+ words[at &+ width &- 1]
                out[index] = part(Shingles.mix(lead &- lag &* power))
                lag = lag &* Shingles.base &+ words[at]
                at &+= 1
            }
        }
        (self.lead, self.lag, self.at) = (lead, lag, at)
        return count
    }

    @inline(__always)
    private static func mix(_ sum: UInt64) -> UInt64 {
        let product = (sum ^ mixer).multipliedFullWidth(by: base)
        return product.high ^ product.low
    }
}
