import SluiceText

extension Detector {
    /// The score of a text that is not to be judged, for reasons that need no look at its words; else nil.
    func abstainingEarly(_ words: Words) -> TextScore? {
        let all = words.count
        guard let why = model.gates.abstention(words: all, functionWords: all, shape: words.shape) else { return nil }
        return abstaining(why, words)
    }

    /// The score of a text that is not to be judged, `functionWords` of its words being English function words; else nil.
    ///
    /// Most English prose has far more of them than it needs. Between what it needs and ``Gates/clearShare`` lie English
    /// texts of few function words, texts half in English, and other languages that share some words with it: there the
    /// letters decide. They also do where many bytes lie outside ASCII. O(1).
    func abstainingLate(_ words: Words, functionWords: Int) -> TextScore? {
        let gates = model.gates
        if let why = gates.abstention(words: words.count, functionWords: functionWords, shape: words.shape) {
            return abstaining(why, words)
        }
        let isForeign = Double(words.shape.nonASCII) > Gates.foreignShare * Double(words.shape.bytes)
        guard isForeign || Double(functionWords) < Gates.clearShare * Double(words.count) else { return nil }
        let language = LanguageIdentifier.shipped.language(of: words)
        let other = language == .english ? nil : language
        guard isForeign || other != nil else { return nil }
        return TextScore(llr: 0, evidence: [], abstention: .language, language: other)
    }

    private func abstaining(_ why: Abstention, _ words: Words) -> TextScore {
        guard why == .language else { return TextScore(llr: 0, evidence: [], abstention: why) }
        let language = LanguageIdentifier.shipped.language(of: words)
        guard language == .english else {
            return TextScore(llr: 0, evidence: [], abstention: .language, language: language)
        }
        // English words among many of a script without spaces make a page in two languages, and no list.
        let isMixed = Double(words.shape.unspacedWords) > model.gates.unspacedShare * Double(words.count)
        return TextScore(
            llr: 0, evidence: [], abstention: isMixed ? .language : .list, language: isMixed ? nil : language)
    }
}
