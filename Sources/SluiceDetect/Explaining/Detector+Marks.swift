import SluiceText

/// Neighbouring words of a text that speak for a machine or for a person.
public struct TextMark: Sendable, Equatable {
    /// What they are to the detector.
    public enum Kind: Sendable, Equatable {
        /// Words whose frequency tells.
        case token
        /// A phrase that machines are known by.
        case phrase
    }

    /// The words, by their numbers in the text, from 0; never empty.
    public var words: Range<Int>
    /// What they add to the log likelihood ratio of the whole text, in nats; what stands there again adds nothing more.
    public var weight: Double
    /// What they are to the detector.
    public var kind: Kind
}

extension Detector {
    /// Where in a text its evidence stands: the phrases that were found and the `limit` largest contributions, wherever
    /// they stand in the first `shown` words, in text order and without overlaps; where two claim a word, the larger one has
    /// it. Empty where the detector abstains. O(*n* + `shown` · `limit`) time, O(`shown` · `limit`) memory.
    public func marks(
        _ words: Words, limit: Int, shown: Int = .max, scratch: inout DetectorScratch
    ) -> [TextMark] {
        let explanation = explain(words, limit: limit, scratch: &scratch)
        guard explanation.score.abstention == nil else { return [] }
        var found: [TextMark] = []
        let hashes = words.hashes.prefix(max(shown, 0))
        matcher.find(in: words.hashes, 0..<words.count, into: &scratch.phrases)
        for number in scratch.phrases {
            found += Detector.places(of: matcher.words(of: number)[...], in: hashes).map {
                TextMark(words: $0, weight: model.phrases[number].weight, kind: .phrase)
            }
        }
        for one in explanation.contributions where one.place + one.words <= words.count {
            let run = words.hashes[one.place..<(one.place + one.words)]
            found += Detector.places(of: run, in: hashes).map {
                TextMark(words: $0, weight: one.weight, kind: .token)
            }
        }
        found.sort { (abs($0.weight), $1.words.lowerBound) > (abs($1.weight), $0.words.lowerBound) }
        var isTaken = [Bool](repeating: false, count: hashes.count)
        return found.filter { mark in
            guard !isTaken[mark.words].contains(true) else { return false }
            for place in mark.words { isTaken[place] = true }
            return true
        }.sorted { $0.words.lowerBound < $1.words.lowerBound }
    }

    private static func places(of run: ArraySlice<UInt64>, in hashes: ArraySlice<UInt64>) -> [Range<Int>] {
        guard let first = run.first else { return [] }
        return hashes.indices.dropLast(run.count - 1).compactMap { at in
            guard hashes[at] == first, hashes[at..<(at + run.count)].elementsEqual(run) else { return nil }
            return at..<(at + run.count)
        }
    }
}
