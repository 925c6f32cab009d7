import Glibc
import SluiceText

/// The texts of a training set with their words, and what can be counted of them.
struct TrainingCorpus: Sendable {
    /// The texts.
    let examples: [LabelledText]
    /// The texts' words.
    let words: [Words]

    init(_ examples: [LabelledText]) {
        var tokenizer = Tokenizer()
        words = examples.map { tokenizer.tokenize($0.text) }
        self.examples = examples
    }

    private init(examples: [LabelledText], words: [Words]) {
        self.examples = examples
        self.words = words
    }

    /// The texts of this domain, or all others.
    func only(_ domain: String, isExcluded: Bool = false) -> TrainingCorpus {
        let kept = examples.indices.filter { (examples[$0].domain == domain) != isExcluded }
        return TrainingCorpus(examples: kept.map { examples[$0] }, words: kept.map { words[$0] })
    }

    /// True where there are texts of both labels.
    var hasBothLabels: Bool { fewestOfALabel > 0 }

    /// How many texts there are of the label that has fewer.
    var fewestOfALabel: Int {
        let synthetic = examples.count(where: \.isSynthetic)
        return min(synthetic, examples.count - synthetic)
    }

    /// The domains, in order of their names.
    var domains: [String] { Set(examples.map(\.domain)).sorted() }

    /// The collections, in order of their names.
    var sources: [String] { Set(examples.map(\.source)).sorted() }

    /// How many texts there are of each domain and label.
    var counts: [DetectorModel.DomainCount] {
        var counts: [String: DetectorModel.DomainCount] = [:]
        for example in examples {
            let none = DetectorModel.DomainCount(domain: example.domain, human: 0, synthetic: 0)
            counts[example.domain, default: none].human += example.isSynthetic ? 0 : 1
            counts[example.domain, default: none].synthetic += example.isSynthetic ? 1 : 0
        }
        return counts.values.sorted { $0.domain < $1.domain }
    }

    /// A weight for each text, 1 on average: both labels weigh the same, and so do a label's domains, but that a domain
    /// with both labels weighs `pairing` times as much as one with a single label, from which a model can learn the domain
    /// for the label.
    func balancedWeights(pairing: Double) -> [Double] {
        let counts = counts
        let cells = Dictionary(uniqueKeysWithValues: counts.map { ($0.domain, $0) })
        func factor(_ cell: DetectorModel.DomainCount) -> Double { cell.human > 0 && cell.synthetic > 0 ? pairing : 1 }
        let humanDomains = counts.reduce(0) { $0 + ($1.human > 0 ? factor($1) : 0) }
        let syntheticDomains = counts.reduce(0) { $0 + ($1.synthetic > 0 ? factor($1) : 0) }
        return examples.map { example in
            guard let cell = cells[example.domain] else { return 0 }
            let share = Double(examples.count) / 2 * factor(cell)
            return example.isSynthetic
                ? share / syntheticDomains / Double(cell.synthetic) : share / humanDomains / Double(cell.human)
        }
    }

    /// The weights with which texts count in the frequencies: every domain of a label the same, supplements nothing.
    var frequencyWeights: [Double] {
        zip(balancedWeights(pairing: 1), examples).map { $1.isSupplement ? 0 : $0 }
    }

    /// The words that `options` keep. Numbers are never kept: a pager or a numbered list says nothing of who wrote a text, but
    /// chat models number what they say, and few people's texts in a training set do.
    func vocabulary(_ options: DetectorTrainer.Options) -> Vocabulary {
        let known = options.lexicon.hashes
        let numbers = Dictionary(uniqueKeysWithValues: domains.enumerated().map { ($1, $0) })
        var counts: [UInt64: WordCount] = [:]
        for (text, words) in words.enumerated() {
            let domain: UInt64 = 1 << UInt64((numbers[examples[text].domain] ?? 0) & 63)
            for hash in words.hashes {
                counts[hash, default: WordCount()].see(text, domain)
            }
        }
        let kept = counts.filter { hash, count in
            if Numerals.hashes.contains(hash) { return false }
            let isCommon =
                count.texts >= options.minimumTexts && count.domains.nonzeroBitCount >= options.minimumDomains
            return isCommon || count.texts >= options.minimumFeatureTexts && known.contains(hash)
        }
        return Vocabulary(
            keptTags: kept.keys.map(Vocabulary.tag).sorted().prefix(Vocabulary.countLimit),
            functionWords: FunctionWords.hashes)
    }

    /// The phrases of the catalogue with their weights as `base` has them, else as measured on what is no supplement. A phrase
    /// that says little is left out.
    func phraseSignatures(_ base: [PhraseSignature] = []) -> [PhraseSignature] {
        let known = Dictionary(base.map { ($0.phrase, $0) }) { first, _ in first }
        let phrases = PhraseCatalogue.measured + PhraseCatalogue.assigned
        let matcher = PhraseMatcher(phrases)
        var human = [Int](repeating: 0, count: phrases.count)
        var synthetic = human
        var found: [Int] = []
        for (text, words) in words.enumerated() where !examples[text].isSupplement {
            matcher.find(in: words.hashes, 0..<words.count, into: &found)
            for phrase in found {
                if examples[text].isSynthetic { synthetic[phrase] += 1 } else { human[phrase] += 1 }
            }
        }
        let syntheticTexts = Double(examples.count { $0.isSynthetic && !$0.isSupplement })
        let humanTexts = Double(examples.count { !$0.isSynthetic && !$0.isSupplement })
        return phrases.indices.compactMap { phrase in
            if let known = known[phrases[phrase]] { return known }
            let isUnseen = human[phrase] + synthetic[phrase] == 0
            // Half a text more on either side: a phrase seen once says little, one never seen nothing.
            let ratio = log(
                ((Double(synthetic[phrase]) + 0.5) / (syntheticTexts + 1))
                    / ((Double(human[phrase]) + 0.5) / (humanTexts + 1)))
            let weight =
                isUnseen
                ? (phrase >= PhraseCatalogue.measured.count ? PhraseSignature.assignedWeight : 0)
                : min(ratio, PhraseSignature.weightLimit)
            guard weight >= 1 else { return nil }
            return PhraseSignature(
                phrase: phrases[phrase], weight: (weight * 1000).rounded() / 1000, human: human[phrase],
                synthetic: synthetic[phrase])
        }
    }
}

/// In how many texts, and in which domains, a word occurs.
private struct WordCount {
    var texts = 0
    /// One bit a domain; domains beyond 64 share bits, which can only mask a word more.
    var domains: UInt64 = 0
    private var lastText = -1

    mutating func see(_ text: Int, _ domain: UInt64) {
        guard lastText != text else { return }
        lastText = text
        texts += 1
        domains |= domain
    }
}
