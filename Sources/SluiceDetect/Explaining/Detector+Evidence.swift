import SluiceCore
import SluiceText

extension Detector {
    /// The most bytes of a name in a detail: a reader finds a longer one by its beginning.
    static let nameLimit = 56

    /// What the words weigh, with the strongest ones by name where they are to be named.
    func tokenEvidence(
        _ sums: Sums, _ weight: Double, _ words: Words, _ features: FeatureScratch, isNamed: Bool
    ) -> Evidence {
        var detail = "\(sums.forSynthetic) of \(sums.features) known words and word groups speak for a machine"
        guard isNamed else {
            if weight < 0 { detail = Evidence.nothingFound + detail }
            return Evidence(kind: "token-frequency", weight: weight, detail: detail)
        }
        let named = strongest(features, words, sums, limit: 3, onlySynthetic: true)
        let names = named.map { "“\(Evidence.cut($0.text, to: Detector.nameLimit))”" }
        if !names.isEmpty { detail += ", most of all " + names.joined(separator: ", ") }
        return Evidence(
            kind: "token-frequency", weight: weight, detail: Evidence.cut(detail),
            words: named.map { $0.place..<($0.place + $0.words) })
    }

    /// What the phrase `number` weighs, beside `others` that the text holds too.
    func phraseEvidence(_ number: Int, _ weight: Double, _ words: Words, others: Int) -> Evidence {
        let phrase = model.phrases[number]
        let more = others > 0 ? ", and \(others) more such" : ""
        let measured =
            phrase.human + phrase.synthetic == 0
            ? "assigned weight, not measured"
            : "in \(phrase.synthetic) synthetic and \(phrase.human) human training texts"
        let place = Detector.firstPlace(of: matcher.words(of: number)[...], in: words.hashes)
        return Evidence(
            kind: "phrase-signature", weight: weight, detail: Evidence.cut("“\(phrase.phrase)”\(more): \(measured)"),
            words: place.map { [$0] } ?? [])
    }

    /// A phrase that machines are known by, in a text.
    public struct PhraseHit: Sendable, Equatable {
        /// The phrase as the model lists it.
        public var phrase: String
        /// Its weight by itself, in nats; of a text's phrases only the strongest counts.
        public var weight: Double
        /// Where it first stands, in words.
        public var words: Range<Int>
    }

    /// The phrases of the model that stand in a text, in text order; none where the detector abstains. O(*n*).
    public func phraseHits(_ words: Words, scratch: inout DetectorScratch) -> [PhraseHit] {
        guard score(words, scratch: &scratch).abstention == nil else { return [] }
        return scratch.phrases.compactMap { number in
            let place = Detector.firstPlace(of: matcher.words(of: number)[...], in: words.hashes)
            return place.map {
                PhraseHit(phrase: model.phrases[number].phrase, weight: model.phrases[number].weight, words: $0)
            }
        }.sorted { $0.words.lowerBound < $1.words.lowerBound }
    }

    /// Where the words `run` first stand one after the other.
    private static func firstPlace(of run: ArraySlice<UInt64>, in hashes: [UInt64]) -> Range<Int>? {
        guard let first = run.first, run.count <= hashes.count else { return nil }
        for at in 0...(hashes.count - run.count)
        where hashes[at] == first && hashes[at..<(at + run.count)].elementsEqual(run) {
            return at..<(at + run.count)
        }
        return nil
    }
}

extension Evidence {
    /// What is said first of words that do not speak for a machine.
    static let nothingFound = "no evidence of machine writing found: "

    /// The evidence as it stands beside the verdict `synthetic`: of words that do not speak for it, `decider` is said to have
    /// decided, since that nothing was found would contradict the verdict.
    func besideSynthetic(decider: String) -> Evidence {
        guard kind == "token-frequency", weight <= 0 else { return self }
        let isNothing = detail.hasPrefix(Evidence.nothingFound)
        let counts = isNothing ? String(detail.dropFirst(Evidence.nothingFound.count)) : detail
        var copy = self
        copy.detail = Evidence.cut("\(decider), not the words: \(counts)")
        return copy
    }
}
