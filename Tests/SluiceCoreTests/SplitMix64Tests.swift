import SluiceCore
import Testing

@Suite("Random numbers from a seed")
struct SplitMix64Tests {
    @Test("Every number below the bound comes about equally often, and no other", arguments: [1, 2, 7, 441])
    func below(_ bound: Int) {
        var random = SplitMix64(seed: 3)
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<(1000 * bound) {
            let number = random.below(bound)
            guard counts.indices.contains(number) else {
                Issue.record("\(number) is not below \(bound)")
                return
            }
            counts[number] += 1
        }
        // Five standard deviations of a count of 1,000.
        #expect(counts.allSatisfy { abs($0 - 1000) <= 160 })
    }

    @Test("The largest bound does not overflow")
    func largest() {
        var random = SplitMix64(seed: 4)
        let bound = 1 << 31
        let numbers = (0..<1000).map { _ in random.below(bound) }
        #expect(numbers.allSatisfy { (0..<bound).contains($0) })
        #expect(numbers.contains { $0 > bound / 2 })
    }
}
