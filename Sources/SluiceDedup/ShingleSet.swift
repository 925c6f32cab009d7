import SluiceCore
import SluiceText

/// The distinct word n-grams of a document, by their 64-bit hashes: what the true Jaccard similarity is taken over.
public struct ShingleSet: Sendable, Equatable {
    /// The hashes, ascending and distinct.
    public let hashes: [UInt64]

    /// The shingles of a document: the distinct ones of its first `limits.shingles`, or one of all its words where there
    /// are fewer than `parameters.shingleWords`. O(*n* log *n*).
    public init(_ words: Words, parameters: DedupParameters, limits: Limits) {
        var shingles = Shingles(words.hashes, width: parameters.shingleWords, limit: limits.shingles)
        hashes = [UInt64](unsafeUninitializedCapacity: shingles.remaining) { room, kept in
            let all = UnsafeMutableBufferPointer(rebasing: room[..<shingles.next(of: words.hashes, into: room)])
            all.sortUniform()
            // What is kept goes to places that are initialised and were read already: `kept` is never beyond `index`.
            for index in all.indices where index == 0 || all[index] != all[index - 1] {
                all[kept] = all[index]
                kept += 1
            }
        }
    }

    /// How many distinct shingles there are.
    public var count: Int { hashes.count }

    /// The shingles that both have, divided by those that either has: 0 to 1; 1 where both are empty. O(*n*).
    public func jaccard(_ other: ShingleSet) -> Double {
        if hashes.isEmpty && other.hashes.isEmpty { return 1 }
        var common = 0
        hashes.withUnsafeBufferPointer { a in
            other.hashes.withUnsafeBufferPointer { b in
                var i = 0
                var j = 0
                while i < a.count && j < b.count {
                    let (x, y) = (a[i], b[j])
                    common &+= x == y ? 1 : 0
                    i &+= x <= y ? 1 : 0
                    j &+= y <= x ? 1 : 0
                }
            }
        }
        return Double(common) / Double(hashes.count + other.hashes.count - common)
    }
}
