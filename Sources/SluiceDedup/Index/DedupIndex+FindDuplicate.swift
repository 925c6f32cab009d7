import SluiceCore
import SluiceText

/// What the index asks about an earlier kept document, which it knows by its sequence number only.
public protocol KeptLookup {
    /// The content key of a kept document.
    mutating func contentKey(of seq: Int64) throws -> Digest
    /// The shingles of a kept document, made with the index's parameters.
    mutating func shingles(of seq: Int64) throws -> ShingleSet
    /// Hears how similar the document at hand is to a kept one that it was compared with.
    mutating func compared(_ seq: Int64, similarity: Double)
}

extension KeptLookup {
    /// Passes over it.
    public mutating func compared(_ seq: Int64, similarity: Double) {}
}

extension DedupIndex {
    /// The earlier kept document that a new one repeats, if there is one (law 3).
    ///
    /// A document with the same normalised words comes first, with a similarity of 1. Then the documents that share a
    /// band, the earliest first: the first whose true Jaccard similarity reaches the threshold. At most
    /// `limits.candidates` are compared, and no more once their shingles exceed four times `limits.shingles` together;
    /// where that leaves some out, ``cutSearches`` counts it.
    public mutating func findDuplicate(
        of fingerprint: Fingerprint, words: Words, limits: Limits, lookup: inout some KeptLookup
    ) throws -> DuplicateMatch? {
        for seq in exactCandidates(fingerprint.contentKey.prefix)
        where try lookup.contentKey(of: seq) == fingerprint.contentKey {
            return DuplicateMatch(seq: seq, kind: .exact, similarity: 1)
        }
        let candidates = candidates(fingerprint.bands, limit: limits.candidates + 1)
        if candidates.isEmpty { return nil }
        let own = ShingleSet(words, parameters: parameters, limits: limits)
        var budget = 4 * limits.shingles
        for (number, seq) in candidates.enumerated() {
            guard number < limits.candidates, budget > 0 else {
                cutSearches += 1
                return nil
            }
            let other = try lookup.shingles(of: seq)
            budget -= other.count
            let similarity = own.jaccard(other)
            lookup.compared(seq, similarity: similarity)
            if similarity >= parameters.threshold {
                return DuplicateMatch(seq: seq, kind: .near, similarity: similarity)
            }
        }
        return nil
    }
}
