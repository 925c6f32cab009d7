import SluiceCore
import Glibc
import SluiceText

/// The n-grams that a model may learn, and a corpus' texts as rows of them: whole texts and crops.
struct GramTable {
    /// The tags of the columns.
    private(set) var tags: [UInt32] = []
    /// The rarities of the columns as ``FeatureTable/Entry/rarity`` has them.
    private(set) var rarity: [Double] = []
    /// Weight times rarity, by column, that weights are pulled to.
    private(set) var origin: [Double] = []
    /// The bias that is pulled to.
    private(set) var bias = 0.0
    /// Two rows a text: the whole and a crop.
    private(set) var matrix = TrainingMatrix()

    /// The n-grams of `corpus` that are not rare; pulled to what their frequencies and the lexicon say.
    init(_ corpus: TrainingCorpus, _ vocabulary: Vocabulary, _ options: DetectorTrainer.Options) {
        let frequency = readRows(corpus, vocabulary, options)
        // The commonest n-grams get the lowest numbers, so that what is read most lies together.
        let order = frequency.indices.filter { frequency[$0] >= max(options.minimumFeatureTexts, 1) }
            .sorted { frequency[$0] != frequency[$1] ? frequency[$0] > frequency[$1] : $0 < $1 }
        tags = order.map { UInt32($0) }
        rarity = order.map { tag in
            let rarity = log(Double(corpus.examples.count + 1) / Double(frequency[tag] + 1)) + 1
            return min(max((rarity * 20).rounded(), 1), 255)
        }
        number(frequency.count)
        let ratio = GramTable.ratio(matrix, columns: tags.count, rowWeights: corpus.frequencyWeights)
        let known = options.lexicon.weights(vocabulary)
        // Rarities are in twentieths, so that the sum that makes a score is too.
        origin = tags.indices.map { 20 * options.ratioPull * (ratio[$0] + (known[tags[$0]] ?? 0)) }
    }

    /// The n-grams that `base` knows, with its rarities; pulled to its weights.
    init(
        _ corpus: TrainingCorpus, _ base: DetectorModel, _ vocabulary: Vocabulary, _ options: DetectorTrainer.Options
    ) {
        let frequency = readRows(corpus, vocabulary, options)
        let entries = base.table.entries.sorted {
            let (left, right) = (frequency[Int($0.tag)], frequency[Int($1.tag)])
            return left != right ? left > right : $0.tag < $1.tag
        }
        tags = entries.map(\.tag)
        rarity = entries.map { Double($0.rarity) }
        number(frequency.count)
        origin = entries.map { base.scale * Double($0.weight) * Double($0.rarity) }
        bias = base.bias
    }

    /// Reads the rows, with tags for columns, and counts in how many each tag is.
    private mutating func readRows(
        _ corpus: TrainingCorpus, _ vocabulary: Vocabulary, _ options: DetectorTrainer.Options
    ) -> [UInt32] {
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
        return frequency
    }

    /// Gives the rows' columns the numbers of ``tags`` instead of the tags, of which there are `count`.
    private mutating func number(_ count: Int) {
        var numbers = [Int32](repeating: -1, count: count)
        for (number, tag) in tags.enumerated() { numbers[Int(tag)] = Int32(number) }
        matrix.renumber(numbers, rarity: rarity)
    }

    /// What the frequencies alone say of the columns, a share being the mean of its domains', without supplements:
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
        origin = best.map { origin[$0] }
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
