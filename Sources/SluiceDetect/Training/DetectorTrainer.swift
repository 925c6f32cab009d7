import Glibc
import SluiceCore
import SluiceText

/// Learns a ``DetectorModel`` from labelled texts.
///
/// Each text is learnt from twice, whole and as a random crop; texts weigh so that both labels, and within a label all
/// domains, count the same. The weights are learnt over all n-grams that are not rare, then once more over those that
/// proved strongest, which are the model's features. One thread and a fixed order throughout: the same texts, options
/// and seed give the same bytes.
public struct DetectorTrainer: Sendable {
    /// What to learn with.
    public struct Options: Sendable, Equatable {
        /// The most features of the model, at most ``FeatureTable/countLimit``.
        public var features = 100_000
        /// The seed of the crops.
        public var seed: UInt64 = 1
        /// A word is kept that occurs in at least so many texts …
        public var minimumTexts = 20
        /// … of at least so many domains; all other words are masked, as they belong to topics.
        public var minimumDomains = 5
        /// An n-gram can become a feature that occurs in at least so many texts.
        public var minimumFeatureTexts = 5
        /// The weight of a domain with both labels, against one with a single label.
        public var pairing = 2.0
        /// The L2 penalty, against a loss in which a text weighs 1 on average.
        public var penalty = 0.35
        /// The passes over the texts of each of the two rounds.
        public var epochs = 10
        /// The shortest crop, in words.
        public var shortestCrop = 25
        /// The longest crop, in words.
        public var longestCrop = 250
        /// How many crops of each calibration text are calibrated on besides the whole.
        public var calibrationCrops = 2
        /// How much the scores of texts from domains that were left out weigh in the calibration; the calibration texts
        /// weigh the rest. 0 spares the training without each domain.
        public var unseenShare = 0.15
        /// The gates of the model.
        public var gates = Gates()

        /// The options that the shipped model was made with.
        public init() {}

        var areSound: Bool {
            (1...FeatureTable.countLimit).contains(features) && shortestCrop >= 1 && shortestCrop <= longestCrop
                && longestCrop <= 1 << 20 && penalty > 0 && pairing > 0 && epochs >= 1 && calibrationCrops >= 0
                && unseenShare >= 0 && unseenShare < 1
        }
    }

    /// What it learns with.
    public var options: Options

    /// A trainer with these options.
    public init(_ options: Options = Options()) { self.options = options }

    /// The model learnt from `examples` and calibrated on `calibration`, which should be other texts.
    ///
    /// - Parameter progress: called with a line for each step that ends.
    /// - Throws: `noUsableData` where either lacks human or synthetic texts, `configuration` for impossible options.
    public func train(
        _ examples: [LabelledText], calibration: [LabelledText], progress: (String) -> Void = { _ in }
    ) throws(SluiceError) -> DetectorModel {
        let (corpus, others) = try corpora(examples, calibration)
        var model = learn(corpus)
        progress("learnt from \(examples.count) texts")
        model.strongest = corpus.strongest(of: model, limit: 40)
        let unseen = options.unseenShare > 0 ? unseenDomains(corpus, others, progress) : []
        model.calibration = calibrated(samples(model, others), unseen: unseen.flatMap(\.samples))
        model.figures =
            DetectorEvaluation(model: model, examples: calibration).headline
            + unseen.flatMap { figures($0, among: unseen, in: corpus) }
        model.id = Digest.of(model.encoded())
        return model
    }

    func corpora(
        _ examples: [LabelledText], _ calibration: [LabelledText]
    ) throws(SluiceError) -> (TrainingCorpus, TrainingCorpus) {
        guard options.areSound else { throw SluiceError(.configuration, "the training options are impossible") }
        let corpora = (TrainingCorpus(examples), TrainingCorpus(calibration))
        for (name, corpus) in [("training", corpora.0), ("calibration", corpora.1)] where !corpus.hasBothLabels {
            throw SluiceError(
                .noUsableData, "the \(name) data lack human or synthetic texts", advice: "give texts with both labels")
        }
        return corpora
    }

    /// The model learnt from `corpus`, not calibrated yet.
    func learn(_ corpus: TrainingCorpus) -> DetectorModel {
        let vocabulary = corpus.vocabulary(
            minimumTexts: options.minimumTexts, minimumDomains: options.minimumDomains)
        var grams = GramTable(corpus, vocabulary, options)
        let all = grams.rarity
        let first = LogisticRegression(matrix: grams.matrix, rarity: all, penalty: options.penalty)
            .fit(epochs: options.epochs, seed: options.seed)
        grams.keep(options.features, strength: zip(first, all).map { abs($0 * $1) })
        let solution = LogisticRegression(matrix: grams.matrix, rarity: grams.rarity, penalty: options.penalty)
            .fit(epochs: options.epochs, seed: options.seed)
        let (quantized, scale) = DetectorTrainer.quantize(Array(solution.dropLast()))
        let entries = grams.tags.indices.map {
            FeatureTable.Entry(tag: grams.tags[$0], weight: quantized[$0], rarity: UInt8(grams.rarity[$0]))
        }
        return DetectorModel(
            table: FeatureTable(entries), scale: scale, bias: solution.last ?? 0, vocabulary: vocabulary,
            seed: options.seed, calibration: Calibration(coefficients: [0, 1, 0, 0]), gates: options.gates,
            phrases: corpus.phraseSignatures(), strongest: [], trainedOn: corpus.counts, sources: corpus.sources,
            figures: [],
            id: Digest.of([UInt8]()))
    }

    /// The weights as bytes, and the unit of a byte: a 127th of the largest weight, or of twice the weight that one in a
    /// thousand exceeds where a few stand out, which are cut off there.
    static func quantize(_ weights: [Double]) -> ([Int8], Double) {
        let sizes = weights.map { abs($0) }.sorted()
        let common = sizes.isEmpty ? 0 : sizes[max(sizes.count - 1 - sizes.count / 1000, 0)]
        let largest = min(sizes.last ?? 0, 2 * common)
        guard largest > 0, largest.isFinite else { return (weights.map { _ in 0 }, 1) }
        let unit = largest / 127
        return (weights.map { Int8(min(max(($0 / unit).rounded(), -127), 127)) }, unit)
    }
}
