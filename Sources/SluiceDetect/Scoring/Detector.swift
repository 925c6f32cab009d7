import Glibc
import SluiceCore
import SluiceText

/// What a worker reuses from text to text, so that scoring allocates nothing for the features.
public struct DetectorScratch: Sendable {
    var features: FeatureScratch
    var phrases: [Int] = []

    /// A scratch for one worker of `detector`.
    public init(for detector: Detector) {
        features = FeatureScratch(capacity: detector.model.table.capacity)
    }
}

/// Judges from a text alone who wrote it: one calibrated log likelihood ratio, and what it adds up from.
///
/// A value that workers share; each has its own ``DetectorScratch``.
public struct Detector: Sendable {
    /// The model it judges by.
    public let model: DetectorModel
    let matcher: PhraseMatcher

    /// The largest log likelihood ratio, in nats, that a text alone can give, either way.
    public static let llrLimit = 12.0
    /// From this log likelihood ratio on the strongest words are named in the evidence, whatever a verdict needs.
    static let namingFrom = 1.0

    /// A detector that judges by `model`.
    public init(model: DetectorModel) {
        self.model = model
        matcher = PhraseMatcher(model.phrases.map(\.phrase))
    }

    /// What the text with these words says about its author. O(*n*).
    ///
    /// Words that weigh a nat or more are named. Where less decides, for a prior that is high already, `namesFrom` is what a
    /// text needs: words that speak for a machine are named, however little, where the text says as much. 0 names them all.
    public func score(
        _ words: Words, namesFrom: Double = .infinity, scratch: inout DetectorScratch
    ) -> TextScore {
        let all = 0..<words.count
        if let foreign = outOfScopeEarly(words) { return TextScore(outside: foreign) }
        scratch.features.collect(words, all, model.vocabulary, model.table)
        let outside = outOfScope(words, functionWords: scratch.features.functionWords)
        if let outside, outside.share == 0 { return TextScore(outside: outside) }
        func heard(_ llr: Double) -> Double { outside?.part(of: llr) ?? llr }
        matcher.find(in: words.hashes, all, into: &scratch.phrases)
        let sums = sums(scratch.features)
        let phrase = scratch.phrases.max { model.phrases[$0].weight < model.phrases[$1].weight }
        let phraseWeight = phrase.map { Evidence.rounded(heard(model.phrases[$0].weight)) } ?? 0
        let calibrated = heard(model.calibration.llr(score: sums.score, words: all.count))
        // Where the whole would pass the limit, the words give way: a phrase keeps the weight that was measured.
        let limit = Detector.llrLimit
        let tokens = Evidence.rounded(min(max(calibrated, -limit - phraseWeight), limit - phraseWeight))
        if let outside, tokens == 0 || sums.features == 0, phrase == nil { return TextScore(outside: outside) }
        let isNamed = tokens >= Detector.namingFrom || tokens > 0 && tokens + phraseWeight >= namesFrom
        var evidence = [tokenEvidence(sums, tokens, words, scratch.features, isNamed: isNamed)]
        if let phrase {
            evidence.append(phraseEvidence(phrase, phraseWeight, words, others: scratch.phrases.count - 1))
        }
        return TextScore(
            llr: tokens + phraseWeight, evidence: evidence, abstention: outside?.abstention, language: outside?.language
        )
    }

    /// The raw score of the features, and how many of them speak for either side.
    struct Sums {
        var score: Double
        var forSynthetic: Int
        var features: Int
        /// √Σ d², in the unit of ``FeatureTable/Entry/rarity``.
        var norm: Double
    }

    func sums(_ features: FeatureScratch) -> Sums {
        var dot: Int64 = 0
        var square: Int64 = 0
        var forSynthetic = 0
        model.table.withReader { table in
            for feature in features.collected {
                let (weight, rarity) = table.figures(feature.slot)
                dot &+= weight &* rarity
                square &+= rarity &* rarity
                if weight > 0 { forSynthetic &+= 1 }
            }
        }
        let norm = max(Double(square), 1).squareRoot()
        let score = model.bias + model.scale * Double(dot) / norm
        return Sums(
            score: min(max(score, -1e6), 1e6), forSynthetic: forSynthetic, features: features.count, norm: norm)
    }
}
