import SluiceCore
import SluiceDedup
import SluiceText
import Testing

/// The set of shingles against its definition: what is distinct, in ascending order.
@Suite("The shingles of a document")
struct ShingleOrderTests {
    private let parameters = DedupParameters()

    private func shingles(_ words: [UInt64]) -> [UInt64] {
        ShingleSet(Words(hashes: words), parameters: parameters, limits: Limits()).hashes
    }

    /// The set of the same document, put together from documents of one shingle each.
    private func plainly(_ words: [UInt64]) -> [UInt64] {
        let width = parameters.shingleWords
        guard words.count > width else { return shingles(words) }
        return Set((0...words.count - width).flatMap { shingles(Array(words[$0..<$0 + width])) }).sorted()
    }

    @Test("are the distinct ones in order, however many there are and however often they come")
    func distinctInOrder() {
        var random = SplitMix64(seed: 31)
        for count in [0, 1, 4, 5, 6, 36, 37, 38, 64, 100, 445, 1023, 1024, 1025, 5000] {
            // Words of a small and of a large vocabulary, so that many shingles repeat, or none does.
            for vocabulary in [1, 2, 3, UInt64.max] {
                let words = (0..<count).map { _ in random.next() % vocabulary }
                #expect(shingles(words) == plainly(words), "\(count) words of \(vocabulary)")
            }
            // One passage over and over among others: a bucket of the sort that is far fuller than the others.
            let passage = (0..<7).map { _ in random.next() }
            let mixed = (0..<count).map { $0 % 3 == 0 ? random.next() : passage[$0 % 7] }
            #expect(shingles(mixed) == plainly(mixed))
            let repeated = (0..<count).map { passage[$0 % 7] }
            #expect(shingles(repeated) == plainly(repeated))
        }
    }
}
