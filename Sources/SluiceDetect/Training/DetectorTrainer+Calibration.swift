import SluiceCore
import SluiceText

extension DetectorTrainer {
    /// A domain and what a model says of it that was trained on all others.
    struct UnseenDomain: Sendable {
        let domain: String
        /// The model, not calibrated.
        let model: DetectorModel
        /// The scores of the domain's texts.
        let samples: [Calibration.Sample]
        /// The scores of the calibration texts of all other domains.
        let seen: [Calibration.Sample]
    }

    /// A model trained without `domain`, and what it says of that domain's texts; nil where a label or all domains would be
    /// missing without it.
    func unseenDomain(_ domain: String, _ corpus: TrainingCorpus, _ others: TrainingCorpus) -> UnseenDomain? {
        let rest = corpus.only(domain, isExcluded: true)
        guard rest.hasBothLabels, rest.domains.count > 1 else { return nil }
        let model = learn(rest)
        return UnseenDomain(
            domain: domain, model: model, samples: samples(model, corpus.only(domain)),
            seen: samples(model, others.only(domain, isExcluded: true)))
    }

    /// How a model without `one` does on that domain, calibrated without it.
    func figures(
        _ one: UnseenDomain, among all: [UnseenDomain], in corpus: TrainingCorpus
    ) -> [DetectorModel.Figure] {
        var model = one.model
        let rest = all.filter { $0.domain != one.domain }.flatMap(\.samples)
        // Without a calibration there are no verdicts to count.
        guard let calibration = calibrated(one.seen, unseen: rest) else { return [] }
        model.calibration = calibration
        let evaluation = DetectorEvaluation(model: model, examples: corpus.only(one.domain).examples)
        guard let row = evaluation.rows.first else { return [] }
        let figures: [(String, Double?)] = [
            ("auroc", row.borrowed == nil ? row.auroc : nil), ("tpr-at-1", row.borrowed == nil ? row.found1 : nil),
            ("ece", row.calibrationError), ("false-verdicts", row.falseVerdicts), ("found", row.trueVerdicts),
        ]
        return figures.compactMap { name, value in
            value.map { DetectorModel.Figure(name: "unseen.\(one.domain).\(name)", value: $0) }
        }
    }

    /// The raw scores of the texts that the gates let through, whole and in crops; all domains of a label weigh the same.
    func samples(_ model: DetectorModel, _ corpus: TrainingCorpus) -> [Calibration.Sample] {
        let detector = Detector(model: model)
        var scratch = DetectorScratch(for: detector)
        let counts = Dictionary(uniqueKeysWithValues: corpus.counts.map { ($0.domain, $0) })
        var samples: [Calibration.Sample] = []
        for (number, words) in corpus.words.enumerated() {
            guard detector.score(words, scratch: &scratch).abstention == nil else { continue }
            let example = corpus.examples[number]
            var random = SplitMix64(seed: options.seed &+ UInt64(number) &* 0x9E37_79B9)
            var ranges = [0..<words.count]
            for _ in 0..<options.calibrationCrops {
                let crop = random.crop(of: words.count, lengths: options.shortestCrop...options.longestCrop)
                if crop.count >= options.gates.minimumWords, crop.count < words.count { ranges.append(crop) }
            }
            let count = counts[example.domain].map { example.isSynthetic ? $0.synthetic : $0.human } ?? 1
            for range in ranges {
                scratch.features.collect(words, range, model.vocabulary, model.table)
                samples.append(
                    Calibration.Sample(
                        score: detector.sums(scratch.features).score, words: range.count,
                        isSynthetic: example.isSynthetic, weight: 1 / Double(max(count, 1))))
            }
        }
        return samples
    }

    /// The calibration on texts of known domains, each text counting the same, and of unknown ones, each domain counting the
    /// same, the latter with the weight ``Options/unseenShare``. Both labels weigh the same in either. Nil where they settle
    /// none that could be used.
    func calibrated(_ seen: [Calibration.Sample], unseen: [Calibration.Sample]) -> Calibration? {
        let total = Double(seen.count + unseen.count)
        var samples: [Calibration.Sample] = []
        let share = unseen.isEmpty ? 0 : options.unseenShare
        for (part, share, isEven) in [(seen, 1 - share, true), (unseen, share, false)] {
            for label in [true, false] {
                let group = part.filter { $0.isSynthetic == label }
                let sum = group.reduce(0) { $0 + (isEven ? 1 : $1.weight) }
                samples += group.map { sample in
                    var sample = sample
                    sample.weight = (isEven ? 1 : sample.weight) / sum * share * total / 2
                    return sample
                }
            }
        }
        return Calibration.fit(samples, base: base?.calibration)
    }
}
