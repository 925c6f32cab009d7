import SluiceText

extension Detector {
    /// The `length` neighbouring words of a text that speak most for a machine, with those that do marked; nil where the detector abstains or nothing speaks for a machine. O(*n* log *n*).
    public func passage(_ words: Words, length: Int = 40, scratch: inout DetectorScratch) -> Passage? {
        let explanation = explain(words, limit: 60, scratch: &scratch)
        var weights = [Double](repeating: 0, count: words.count)
        for one in explanation.contributions where one.weight > 0 {
            for place in one.place..<min(one.place + one.words, words.count) {
                weights[place] += one.weight / Double(one.words)
            }
        }
        var sum = 0.0
        var best = (sum: 0.0, end: 0)
        for end in weights.indices {
            sum += weights[end]
            if end >= length { sum -= weights[end - length] }
            if sum > best.sum + 1e-9 { best = (sum, end + 1) }
        }
        guard best.end > 0 else { return nil }
        let start = max(best.end - length, 0)
        let end = min(start + length, words.count)
        var marked: [Range<Int>] = []
        for place in start..<end where weights[place] > 0 {
            if let last = marked.last, last.upperBound == place {
                marked[marked.count - 1] = last.lowerBound..<(place + 1)
            } else {
                marked.append(place..<(place + 1))
            }
        }
        return Passage(words: start..<end, marked: marked, count: words.count)
    }
}
