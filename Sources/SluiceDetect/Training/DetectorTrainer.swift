import Glibc
import SluiceCore
import SluiceText

/// Learns a ``DetectorModel`` from labelled texts.
///
/// Each text is learnt from twice, whole and as a random crop; texts weigh so that both labels, and within a label all
/// domains, count the same. One thread and a fixed order throughout: the same texts, options and seed give the same
/// bytes.
public struct DetectorTrainer: Sendable {
    /// What to learn with.
    public struct Options: Sendable, Equatable {
        /// The table has 2^`bits` slots, 10 to 20.
        public var bits = 17
        /// The seed of the crops.
        public var seed: UInt64 = 1
        /// A word is kept that occurs in at least so many texts …
        public var minimumTexts = 20
        /// … of at least so many domains; all other words are masked, as they belong to topics.
        public var minimumDomains = 5
        /// The L2 penalty, against a loss in which a text weighs 1 on average.
        public var penalty = 1.0
        /// The most steps of the optimiser.
        public var iterations = 60
        /// The shortest crop, in words.
        public var shortestCrop = 25
        /// The longest crop, in words.
        public var longestCrop = 250
        /// How many crops of each calibration text are calibrated on besides the whole.
        public var calibrationCrops = 2
        /// The gates of the model.
        public var gates = Gates()

        /// The options that the shipped model was made with.
        public init() {}
    }

    /// What it learns with.
    public var options: Options

    /// A trainer with these options.
    public init(_ options: Options = Options()) { self.options = options }

    /// The model learnt from `examples` and calibrated on `calibration`, which should be other texts.
    ///
    /// - Throws: `noUsableData` where either lacks human or synthetic texts, `configuration` for impossible options.
    public func train(
        _ examples: [LabelledText], calibration: [LabelledText]
    ) throws(SluiceError) -> DetectorModel {
        guard (10...20).contains(options.bits), options.shortestCrop >= 1, options.shortestCrop <= options.longestCrop,
            options.longestCrop <= 1 << 20, options.penalty > 0, options.iterations >= 0, options.calibrationCrops >= 0
        else { throw SluiceError(.configuration, "the training options are impossible") }
        for (name, texts) in [("training", examples), ("calibration", calibration)] {
            guard texts.contains(where: \.isSynthetic), texts.contains(where: { !$0.isSynthetic }) else {
                throw SluiceError(
                    .noUsableData, "the \(name) data lack human or synthetic texts",
                    advice: "give texts with both labels")
            }
        }
        let corpus = TrainingCorpus(examples)
        let vocabulary = corpus.vocabulary(
            minimumTexts: options.minimumTexts, minimumDomains: options.minimumDomains)
        var features = FeatureScratch(bits: options.bits)
        var matrix = TrainingMatrix()
        var frequency = [Int](repeating: 0, count: 1 << options.bits)
        let weights = corpus.balancedWeights
        for (number, hashes) in corpus.words.enumerated() {
            features.collect(hashes, 0..<hashes.count, vocabulary)
            for feature in features.collected { frequency[Int(feature.slot)] += 1 }
            let isSynthetic = examples[number].isSynthetic
            matrix.append(features.collected, isSynthetic: isSynthetic, weight: weights[number] / 2)
            var random = SplitMix(seed: options.seed &+ UInt64(number) &* 0x9E37_79B9)
            let crop = random.crop(of: hashes.count, lengths: options.shortestCrop...options.longestCrop)
            features.collect(hashes, crop, vocabulary)
            matrix.append(features.collected, isSynthetic: isSynthetic, weight: weights[number] / 2)
        }
        let rarity = frequency.map { count in
            let rarity = log(Double(examples.count + 1) / Double(count + 1)) + 1
            return UInt8(min((rarity * 20).rounded(), 255))
        }
        matrix.normalize(rarity: rarity.map(Double.init))
        let solution = LogisticRegression(matrix: matrix, rarity: rarity.map(Double.init), penalty: options.penalty)
            .fit(iterations: options.iterations)
        let (quantized, scale) = DetectorTrainer.quantize(Array(solution.dropLast()))
        var model = DetectorModel(
            bits: options.bits, slots: zip(quantized, rarity).map { DetectorModel.Slot(weight: $0, rarity: $1) },
            scale: scale, bias: solution.last ?? 0, vocabulary: vocabulary, seed: options.seed,
            calibration: Calibration(coefficients: [0, 1, 0, 0]), gates: options.gates,
            phrases: corpus.phraseSignatures(), trainedOn: corpus.counts, sources: corpus.sources, figures: [],
            id: Digest.of([UInt8]()))
        model.calibration = calibrate(model, on: calibration)
        model.figures = DetectorEvaluation(model: model, examples: calibration).headline
        model.id = Digest.of(model.encoded())
        return model
    }

    /// The weights as bytes, and the unit of a byte: a 127th of the largest weight, or of twice the weight that one in a
    /// thousand exceeds where a few stand out, which are cut off there.
    static func quantize(_ weights: [Double]) -> ([Int8], Double) {
        let sizes = weights.map { abs($0) }.sorted()
        let common = sizes[max(sizes.count - 1 - sizes.count / 1000, 0)]
        let largest = min(sizes.last ?? 0, 2 * common)
        guard largest > 0, largest.isFinite else { return (weights.map { _ in 0 }, 1) }
        let unit = largest / 127
        return (weights.map { Int8(min(max(($0 / unit).rounded(), -127), 127)) }, unit)
    }

    private func calibrate(_ model: DetectorModel, on examples: [LabelledText]) -> Calibration {
        let detector = Detector(model: model)
        var scratch = DetectorScratch(for: detector)
        var tokenizer = Tokenizer()
        var samples: [Calibration.Sample] = []
        for (number, example) in examples.enumerated() {
            let words = tokenizer.tokenize(example.text)
            guard detector.score(words, scratch: &scratch).abstention == nil else { continue }
            var random = SplitMix(seed: options.seed &+ UInt64(number) &* 0x9E37_79B9)
            var ranges = [0..<words.count]
            for _ in 0..<options.calibrationCrops {
                let crop = random.crop(of: words.count, lengths: options.shortestCrop...options.longestCrop)
                if crop.count >= options.gates.minimumWords, crop.count < words.count { ranges.append(crop) }
            }
            for range in ranges {
                scratch.features.collect(words.hashes, range, model.vocabulary)
                samples.append(
                    Calibration.Sample(
                        score: detector.sums(scratch.features).score, words: range.count,
                        isSynthetic: example.isSynthetic, weight: 1))
            }
        }
        let synthetic = Double(samples.count(where: \.isSynthetic))
        let human = Double(samples.count) - synthetic
        guard synthetic > 0, human > 0 else { return model.calibration }
        for index in samples.indices { samples[index].weight = 1 / (samples[index].isSynthetic ? synthetic : human) }
        // Back to about one a text: the ridge of the fit is meant for counts.
        for index in samples.indices { samples[index].weight *= Double(samples.count) / 2 }
        return Calibration.fit(samples)
    }
}
