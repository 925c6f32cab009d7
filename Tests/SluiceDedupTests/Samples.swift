import SluiceCore
import SluiceDedup
import SluiceText

/// Words with random hashes, all different; their bytes are the hashes'.
func randomWords(_ count: Int, using random: inout SplitMix64) -> Words {
    words(hashes: (0..<count).map { _ in random.next() })
}

func words(hashes: [UInt64]) -> Words {
    Words(
        hashes: hashes,
        normalized: hashes.flatMap { hash in (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) } })
}

/// `words` with every one of them replaced by another with probability `rate`.
func edited(_ words: Words, rate: Double, using random: inout SplitMix64) -> Words {
    var hashes = words.hashes
    for index in hashes.indices where Double.random(in: 0..<1, using: &random) < rate { hashes[index] = random.next() }
    return SluiceDedupTests.words(hashes: hashes)
}

/// Kept documents in memory, as the store would answer for them.
struct KeptDocuments: KeptLookup {
    var parameters = DedupParameters()
    var limits = Limits()
    var words: [Int64: Words] = [:]
    var questions = 0

    mutating func contentKey(of seq: Int64) throws -> Digest {
        Digest.of(words[seq]?.normalized ?? [])
    }

    mutating func shingles(of seq: Int64) throws -> ShingleSet {
        questions += 1
        return ShingleSet(words[seq] ?? Words(), parameters: parameters, limits: limits)
    }
}
