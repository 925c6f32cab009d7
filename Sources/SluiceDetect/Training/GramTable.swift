import SluiceCore
import Glibc
import SluiceText

/// The n-grams of a corpus that are not rare, and its texts as rows of them: whole texts and crops.
struct GramTable {
    /// The tags of the columns.
    private(set) var tags: [UInt32] = []
    /// The rarities of the columns as ``FeatureTable/Entry/rarity`` has them.
    private(set) var rarity: [Double] = []
    /// What the frequencies alone say of the columns: the log ratio of the shares of synthetic and of human rows that hold
    /// it, a share being the mean of its domains', without supplements. What the lexicon says is added.
    private(set) var ratio: [Double] = []
    /// Two rows a text: the whole and a crop.
    private(set) var matrix = TrainingMatrix()

    init(_ corpus: TrainingCorpus, _ vocabulary: Vocabulary, _ options: DetectorTrainer.Options) {
        var rows = GramRows()
        var frequency = [UInt32](repeating: 0, count: 1 << FeatureTable.tagBits)
        let weights = corpus.balancedWeights(pairing: options.pairing)
        vocabulary.withReader { reader in
            let walker = GramWalker(reader)
            for (number, words) in corpus.words.enumerated() {
                let isSynthetic = corpus.examples[number].isSynthetic
                let start = rows.matrix.columns.count
                rows.append(words, 0..<words.count, walker)
                for column in rows.matrix.columns[start...] { frequency[Int(column)] += 1 }
                rows.matrix.endRow(isSynthetic: isSynthetic, weight: weights[number] / 2)
                var random = SplitMix64(seed: options.seed &+ UInt64(number) &* 0x9E37_79B9)
                let crop = random.crop(of: words.count, lengths: options.shortestCrop...options.longestCrop)
                rows.append(words, crop, walker)
                rows.matrix.endRow(isSynthetic: isSynthetic, weight: weights[number] / 2)
            }
        }
        matrix = rows.matrix
        rows = GramRows()
        // The commonest n-grams get the lowest numbers, so that what is read most lies together.
        let order = frequency.indices.filter { frequency[$0] >= max(options.minimumFeatureTexts, 1) }
            .sorted { frequency[$0] != frequency[$1] ? frequency[$0] > frequency[$1] : $0 < $1 }
        var numbers = [Int32](repeating: -1, count: frequency.count)
        for (number, tag) in order.enumerated() { numbers[tag] = Int32(number) }
        tags = order.map { UInt32($0) }
        rarity = order.map { tag in
            let rarity = log(Double(corpus.examples.count + 1) / Double(frequency[tag] + 1)) + 1
            return min(max((rarity * 20).rounded(), 1), 255)
        }
        matrix.renumber(numbers, rarity: rarity)
        ratio = GramTable.ratio(matrix, columns: tags.count, rowWeights: corpus.frequencyWeights)
        let known = options.lexicon.weights(vocabulary)
        for (column, tag) in tags.enumerated() { ratio[column] += known[tag] ?? 0 }
    }

    /// ln((s + a) / (h + a)) by column, *s* and *h* the weighted shares of synthetic and human rows that hold it; *a* =
    /// .002 keeps what is rare near zero.
    private static func ratio(_ matrix: TrainingMatrix, columns: Int, rowWeights: [Double]) -> [Double] {
        var shares = [[Double]](repeating: [Double](repeating: 0, count: columns), count: 2)
        var totals = [0.0, 0.0]
        for row in 0..<matrix.count {
            let label = matrix.isSynthetic[row] ? 1 : 0
            let weight = rowWeights[row / 2]
            totals[label] += weight
            for at in matrix.starts[row]..<matrix.starts[row + 1] { shares[label][Int(matrix.columns[at])] += weight }
        }
        let floor = 0.002
        return zip(shares[1], shares[0]).map { synthetic, human in
            log((synthetic / max(totals[1], 1e-9) + floor) / (human / max(totals[0], 1e-9) + floor))
        }
    }

    /// Keeps the `count` columns of the greatest strength, given by column; of equal ones those with lower numbers.
    mutating func keep(_ count: Int, strength: [Double]) {
        let best = tags.indices.sorted { strength[$0] != strength[$1] ? strength[$0] > strength[$1] : $0 < $1 }
            .prefix(count).sorted()
        var numbers = [Int32](repeating: -1, count: tags.count)
        for (number, column) in best.enumerated() { numbers[column] = Int32(number) }
        tags = best.map { tags[$0] }
        rarity = best.map { rarity[$0] }
        ratio = best.map { ratio[$0] }
        matrix.renumber(numbers, rarity: rarity)
    }
}

/// Rows of distinct n-grams, with their tags as columns.
private struct GramRows: GramSink {
    var matrix = TrainingMatrix()
    private var seen = [UInt64](repeating: 0, count: 1 << (FeatureTable.tagBits - 6))

    /// Appends the distinct n-grams of the words `range` to the columns.
    mutating func append(_ words: Words, _ range: Range<Int>, _ walker: GramWalker) {
        let start = matrix.columns.count
        _ = walker.walk(words, range, into: &self)
        for column in matrix.columns[start...] { seen[Int(column >> 6)] = 0 }
    }

    mutating func add(_ tag: UInt32, _ place: UInt32) {
        let bit: UInt64 = 1 << UInt64(tag & 63)
        guard seen[Int(tag >> 6)] & bit == 0 else { return }
        seen[Int(tag >> 6)] |= bit
        matrix.columns.append(tag)
    }
}
