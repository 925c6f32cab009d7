import Glibc
import SluiceCore
import SluiceText

/// Learns a ``DetectorModel`` from labelled texts.
///
/// Each text is learnt from twice, whole and as a random crop; texts weigh so that both labels, and within a label all
/// domains, count the same. The weights are learnt over all n-grams that are not rare, then once more over those that
/// proved strongest, which are the model's features. The penalty pulls them not to zero but to what the frequencies of the
/// n-grams say, and a lexicon if there is one (see ``Options/ratioPull``). Each model is learnt by one thread in a fixed
/// order: the same texts, options and seed give the same bytes with any number of workers.
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
        public var penalty = 0.12
        /// How far the weights are pulled, where the texts do not settle them, towards the log ratio of the n-grams'
        /// frequencies: that of naive Bayes, which transfers better to kinds of text not seen. 0 pulls towards zero.
        public var ratioPull = 5.0
        /// How much of the base's weights a model keeps beside those learnt from it: it is their mean, with this share of the
        /// base's. Such a mean ranks kinds of text that neither training knew better than a penalty that moves the weights as
        /// little (Wortsman and others, 2022, "Robust fine-tuning"). 0 takes what is learnt whole.
        public var baseShare = 0.0
        /// What is added to those log ratios. Its words are kept that occur in ``minimumFeatureTexts`` texts, of however few
        /// domains.
        public var lexicon = Lexicon.none
        /// The passes over the texts of each of the two rounds.
        public var epochs = 10
        /// The shortest crop, in words.
        public var shortestCrop = 60
        /// The longest crop, in words.
        public var longestCrop = 500
        /// Of each label there are at least so many calibration texts: fewer cannot tell an error in twenty.
        public var minimumCalibration = 20
        /// How many crops of each calibration text are calibrated on besides the whole.
        public var calibrationCrops = 2
        /// How much the scores of texts from domains that were left out weigh in the calibration; the calibration texts
        /// weigh the rest. 0 spares the training without each domain.
        public var unseenShare = 0.01
        /// The gates of the model.
        public var gates = Gates()

        /// The options that the shipped model was made with.
        public init() {}

        /// What is wrong with them, named as the command line does; nil where they can be trained with.
        public var problem: String? {
            let most = FeatureTable.countLimit
            let rules = [
                ((1...most).contains(features), "features must be from 1 to \(most)"),
                (penalty > 0 && penalty.isFinite, "penalty must be above 0"),
                ((0...1000).contains(ratioPull), "ratio-pull must be from 0 to 1000"),
                ((0..<1).contains(unseenShare), "unseen-share must be from 0 to below 1"),
                ((0..<1).contains(baseShare), "base-share must be from 0 to below 1"),
                (
                    shortestCrop >= 1 && shortestCrop <= longestCrop && longestCrop <= 1 << 20 && calibrationCrops >= 0,
                    "the crops' lengths or number are impossible"
                ),
                (pairing > 0 && epochs >= 1, "the pairing and the epochs must be above 0"),
            ]
            return rules.first { !$0.0 }?.1
        }
    }

    /// What it learns with.
    public var options: Options
    /// The model that is learnt on from, without the texts that it was made of: its features and gates stay, so do the figures
    /// of its phrases, and its weights are what the penalty pulls to. The options of features, ratios, lexicon and unseen domains then do nothing: it
    /// has seen all domains. Nil where a model is learnt from the texts alone.
    public var base: DetectorModel?

    /// A trainer with these options.
    public init(_ options: Options = Options(), base: DetectorModel? = nil) {
        self.options = options
        self.base = base
    }

    /// The model learnt from `examples` and calibrated on `calibration`, which should be other texts.
    ///
    /// - Parameters:
    ///   - workers: how many models are learnt at a time, those without a domain included; each takes a few hundred MB.
    ///     The result does not depend on it.
    ///   - progress: called with a line for each step that ends.
    /// - Throws: `noUsableData` where either has too few human or synthetic texts, no word is in enough of them, or the
    ///   calibration texts settle no calibration;
    ///   `configuration` for impossible options.
    public func train(
        _ examples: [LabelledText], calibration: [LabelledText], workers: Int = 1,
        progress: (String) -> Void = { _ in }
    ) async throws(SluiceError) -> DetectorModel {
        let (corpus, others) = try corpora(examples, calibration)
        let left: [String?] = [nil] + (options.unseenShare > 0 && base == nil ? corpus.domains : [])
        let learnt = await Concurrently.map(
            left, workers: workers,
            finished: { progress($0.map { "learnt without \($0)" } ?? "learnt from all texts") },
            { domain in
                guard let domain else { return Learnt.whole(learn(corpus)) }
                return unseenDomain(domain, corpus, others).map(Learnt.unseen) ?? .nothing
            })
        guard case .whole(var model)? = learnt.first else {
            throw SluiceError(.configuration, "the training ended without a model")
        }
        model.strongest = corpus.strongest(of: model, limit: 40)
        let unseen = learnt.compactMap { if case .unseen(let one) = $0 { one } else { nil } }
        guard let fitted = calibrated(samples(model, others), unseen: unseen.flatMap(\.samples)) else {
            throw SluiceError(
                .noUsableData,
                "the \(others.examples.count) calibration texts do not settle how much a score says: "
                    + "no fit was found by which a higher one speaks more for a machine at every length",
                advice: "give more of them, some hundred of each label, of all lengths, that the gates let through")
        }
        model.calibration = fitted
        model.figures = DetectorEvaluation(model: model, examples: calibration).headline
        if !options.lexicon.entries.isEmpty {
            model.figures.append(.init(name: "lexicon.entries", value: Double(options.lexicon.entries.count)))
        }
        model.figures += await Concurrently.map(unseen, workers: workers) { figures($0, among: unseen, in: corpus) }
            .flatMap { $0 }
        model.id = Digest.of(model.encoded())
        return model
    }

    /// What one of the trainings gave.
    private enum Learnt: Sendable {
        case whole(DetectorModel)
        case unseen(UnseenDomain)
        case nothing
    }

    func corpora(
        _ examples: [LabelledText], _ calibration: [LabelledText]
    ) throws(SluiceError) -> (TrainingCorpus, TrainingCorpus) {
        if let problem = options.problem { throw SluiceError(.configuration, "training options: \(problem)") }
        let corpora = (TrainingCorpus(examples), TrainingCorpus(calibration))
        for (name, corpus) in [("training", corpora.0), ("calibration", corpora.1)] where !corpus.hasBothLabels {
            throw SluiceError(
                .noUsableData, "the \(name) data lack human or synthetic texts", advice: "give texts with both labels")
        }
        guard base != nil || !corpora.0.vocabulary(options).keptTags.isEmpty else {
            throw SluiceError(
                .noUsableData,
                "no word of the training data is in \(options.minimumTexts) texts of \(options.minimumDomains) domains",
                advice: "give more texts, and say of what domain each is: words of fewer are taken for topics")
        }
        let fewest = corpora.1.fewestOfALabel
        guard fewest >= options.minimumCalibration else {
            throw SluiceError(
                .noUsableData,
                "the calibration data have \(fewest) texts of a label, and \(options.minimumCalibration) are the least",
                advice: "give more; without --calibration a tenth of the data is set aside for it")
        }
        return corpora
    }

    /// The model learnt from `corpus`, not calibrated yet.
    func learn(_ corpus: TrainingCorpus) -> DetectorModel {
        let vocabulary = base?.vocabulary.withoutNumerals ?? corpus.vocabulary(options)
        var grams =
            base.map { GramTable(corpus, $0, vocabulary, options) } ?? GramTable(corpus, vocabulary, options)
        if base == nil {
            let first = solution(grams)
            grams.keep(options.features, strength: zip(first, grams.rarity).map { abs($0 * $1) })
        }
        let solution = solution(grams)
        let (quantized, scale) = DetectorTrainer.quantize(Array(solution.dropLast()))
        let entries = grams.tags.indices.map {
            FeatureTable.Entry(tag: grams.tags[$0], weight: quantized[$0], rarity: UInt8(grams.rarity[$0]))
        }
        return DetectorModel(
            table: FeatureTable(entries), scale: scale, bias: solution.last ?? 0, vocabulary: vocabulary,
            seed: options.seed, calibration: Calibration(coefficients: [0, 1, 0, 0]),
            gates: base?.gates ?? options.gates,
            phrases: corpus.phraseSignatures(base?.phrases ?? []), strongest: [], trainedOn: corpus.counts,
            sources: Set(corpus.sources + (base?.sources ?? [])).sorted(), figures: [],
            id: Digest.of([UInt8]()))
    }

    private func solution(_ grams: GramTable) -> [Double] {
        let solution = LogisticRegression(
            matrix: grams.matrix, rarity: grams.rarity, origin: grams.origin, originBias: grams.bias,
            penalty: options.penalty
        ).fit(epochs: options.epochs, seed: options.seed)
        guard base != nil, options.baseShare > 0 else { return solution }
        let before = zip(grams.origin, grams.rarity).map { $1 > 0 ? $0 / $1 : 0 } + [grams.bias]
        return zip(solution, before).map { (1 - options.baseShare) * $0 + options.baseShare * $1 }
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
