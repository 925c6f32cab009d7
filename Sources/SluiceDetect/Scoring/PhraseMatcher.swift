import SluiceText

/// Finds phrases in a text's word hashes: a filter on the hash of two neighbouring words, then a comparison.
struct PhraseMatcher: Sendable {
    private var filter = [UInt64](repeating: 0, count: 128)
    private var byPair: [UInt64: [Int]] = [:]
    private var phrases: [[UInt64]] = []
    /// Whether only a text that begins with the phrase holds it, by phrase.
    private let opens: [Bool]

    /// A matcher of phrases; the numbers it reports are places in `phrases`. A phrase of fewer than two words is
    /// never found.
    init(_ phrases: [String]) {
        var tokenizer = Tokenizer()
        opens = phrases.map(PhraseCatalogue.openings.contains)
        self.phrases = phrases.map { tokenizer.tokenize(Array($0.utf8)).hashes }
        for (number, words) in self.phrases.enumerated() where words.count >= 2 {
            let pair = PhraseMatcher.pair(words[0], words[1])
            filter[Int(pair & 127)] |= 1 << ((pair >> 7) & 63)
            byPair[pair, default: []].append(number)
        }
    }

    @inline(__always)
    private static func pair(_ a: UInt64, _ b: UInt64) -> UInt64 { (a &* 0x9E37_79B9_7F4A_7C15) ^ (b >> 7) ^ (b << 57) }

    /// Appends the numbers of the phrases that occur among the words `range`, each once, ascending. O(*n*).
    func find(in hashes: [UInt64], _ range: Range<Int>, into found: inout [Int]) {
        found.removeAll(keepingCapacity: true)
        guard range.count >= 2 else { return }
        filter.withUnsafeBufferPointer { filter in
            for index in range.lowerBound..<(range.upperBound - 1) {
                let pair = PhraseMatcher.pair(hashes[index], hashes[index + 1])
                if filter[Int(pair & 127)] >> ((pair >> 7) & 63) & 1 != 0 {
                    match(pair, at: index, in: hashes, range, &found)
                }
            }
        }
        found.sort()
    }

    /// The word hashes of phrase `number`.
    func words(of number: Int) -> [UInt64] { phrases[number] }

    @inline(never)
    private func match(
        _ pair: UInt64, at index: Int, in hashes: [UInt64], _ range: Range<Int>, _ found: inout [Int]
    ) {
        for number in byPair[pair] ?? [] where !found.contains(number) && (index == range.lowerBound || !opens[number])
        {
            let words = phrases[number]
            guard words.count <= range.upperBound - index else { continue }
            if hashes[index..<(index + words.count)].elementsEqual(words) { found.append(number) }
        }
    }
}
