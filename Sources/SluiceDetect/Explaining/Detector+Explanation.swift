import Glibc
import SluiceCore
import SluiceText

/// What a word, or a run of two or three words, does to the log likelihood ratio of a text.
public struct Contribution: Sendable, Equatable {
    /// The words as normalised in the text.
    public var text: String
    /// The number, from 0, of its first word in the text, where it first occurs.
    public var place: Int
    /// How many words it has: 1 to 3.
    public var words: Int
    /// What it adds to the log likelihood ratio, in nats.
    public var weight: Double
}

/// Why a text got its score, word by word.
public struct Explanation: Sendable {
    /// The score that is explained.
    public var score: TextScore
    /// The contributions that are largest in size, the largest first.
    public var contributions: [Contribution]
    /// What all other features contribute together, in nats.
    public var others: Double
    /// What the model assumes of a text of this length before it has looked at any word, in nats.
    public var base: Double
}

extension Detector {
    /// Why the text with these words gets its score: its `limit` largest contributions.
    ///
    /// `base`, `others` and the contributions add up to the log likelihood ratio of the words before it is limited to
    /// ``llrLimit``. Where the detector abstains there is nothing to explain. O(*n* log *n*).
    public func explain(_ words: Words, limit: Int, scratch: inout DetectorScratch) -> Explanation {
        let score = score(words, scratch: &scratch)
        guard score.abstention == nil else { return Explanation(score: score, contributions: [], others: 0, base: 0) }
        let sums = sums(scratch.features)
        let contributions = strongest(scratch.features, words, sums, limit: limit, onlySynthetic: false)
        let base = model.calibration.llr(score: model.bias, words: words.count)
        let all = model.calibration.llr(score: sums.score, words: words.count)
        let named = contributions.reduce(0) { $0 + $1.weight }
        return Explanation(score: score, contributions: contributions, others: all - base - named, base: base)
    }

    /// The features with the largest contributions, the largest first; equal ones in text order.
    func strongest(
        _ features: FeatureScratch, _ words: Words, _ sums: Sums, limit: Int, onlySynthetic: Bool
    ) -> [Contribution] {
        var best: [(size: Int, at: Int)] = []
        let collected = features.collected
        for at in collected.indices {
            let figures = model.table.figures(collected[at].slot)
            let product = figures.weight * figures.rarity
            let size = onlySynthetic ? product : abs(product)
            guard size > 0, best.count < limit || size > (best.last?.size ?? 0) else { continue }
            let place = best.firstIndex { $0.size < size } ?? best.count
            best.insert((size, at), at: place)
            if best.count > limit { best.removeLast() }
        }
        let unit = model.scale / sums.norm * slope(words.count)
        let starts = WordStarts(words, upTo: best.map { GramPlace.first(collected[$0.at].place) + 3 }.max() ?? 0)
        return best.map { _, at in
            let figures = model.table.figures(collected[at].slot)
            let place = GramPlace.first(collected[at].place)
            let count = GramPlace.words(collected[at].place)
            return Contribution(
                text: starts.text(place, count: count), place: place, words: count,
                weight: unit * Double(figures.weight * figures.rarity))
        }
    }

    /// By how much the log likelihood ratio of a text of `words` words grows with its raw score.
    private func slope(_ words: Int) -> Double {
        model.calibration.llr(score: 1, words: words) - model.calibration.llr(score: 0, words: words)
    }
}

/// Where the first of a text's normalised words start.
struct WordStarts {
    private let bytes: [UInt8]
    private var starts = [0]

    /// The starts of the words before the word `end`, and of that word if there is one.
    init(_ words: Words, upTo end: Int) {
        bytes = words.normalized
        starts.reserveCapacity(min(end, words.count) + 1)
        bytes.withUnsafeBytes { bytes in
            var at = 0
            while starts.count <= end, at < bytes.count {
                at = GramWalker.wordEnd(bytes, from: at) + 1
                starts.append(at)
            }
        }
    }

    /// The `count` words from the word `first` on.
    func text(_ first: Int, count: Int) -> String {
        guard first + count < starts.count else { return "" }
        return String(decoding: bytes[starts[first]..<(starts[first + count] - 1)], as: UTF8.self)
    }
}
