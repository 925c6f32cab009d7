import SluiceCore
import SluiceText

/// What the index asks about an earlier kept document, which it knows by its sequence number only.
public protocol KeptLookup {
    /// The content key of a kept document.
    mutating func contentKey(of seq: Int64) throws -> Digest
    /// The shingles of a kept document, made with the index's parameters.
    mutating func shingles(of seq: Int64) throws -> ShingleSet
}

extension DedupIndex {
    /// The earlier kept document that a new one repeats, if there is one (law 3).
    ///
    /// A document with the same normalised words comes first, with a similarity of 1. Then the documents that share a
    /// band, the earliest first and at most `limits.candidates`: the first whose true Jaccard similarity reaches the
    /// threshold.
    public func findDuplicate(
        of fingerprint: Fingerprint, words: Words, limits: Limits, lookup: inout some KeptLookup
    ) throws -> DuplicateMatch? {
        for seq in exactCandidates(fingerprint.contentKey.prefix)
        where try lookup.contentKey(of: seq) == fingerprint.contentKey {
            return DuplicateMatch(seq: seq, kind: .exact, similarity: 1)
        }
        let candidates = candidates(fingerprint.bands, limit: limits.candidates)
        if candidates.isEmpty { return nil }
        let own = ShingleSet(words, parameters: parameters, limits: limits)
        for seq in candidates {
            let similarity = own.jaccard(try lookup.shingles(of: seq))
            if similarity >= parameters.threshold {
                return DuplicateMatch(seq: seq, kind: .near, similarity: similarity)
            }
        }
        return nil
    }
}
