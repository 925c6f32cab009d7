import SluiceText

extension Detector {
    /// From so many words on, all that the words of a text that is too short to be judged weigh counts, and of fewer a
    /// part: the calibration, which has seen none so short, makes too much of a handful (docs/detector.md).
    static let shortestWhole = 25.0

    /// Why a text is not to be judged, for reasons that need no look at its words; else nil. Nothing more is said of a text
    /// in a script without spaces.
    func outOfScopeEarly(_ words: Words) -> OutOfScope? {
        let all = words.count
        let why = model.gates.abstention(words: all, functionWords: all, shape: words.shape)
        return why == .language ? foreign(words) : nil
    }

    /// Why a text, `functionWords` of whose words are English function words, is not to be judged; else nil.
    ///
    /// Most English prose has far more of them than it needs. Between what it needs and ``Gates/clearShare`` lie English
    /// texts of few function words, texts half in English, and other languages that share some words with it: there the
    /// letters decide. They also do where many bytes lie outside ASCII. O(1).
    func outOfScope(_ words: Words, functionWords: Int) -> OutOfScope? {
        let gates = model.gates
        let isForeign = Double(words.shape.nonASCII) > Gates.foreignShare * Double(words.shape.bytes)
        switch gates.abstention(words: words.count, functionWords: functionWords, shape: words.shape) {
        case .language: return foreign(words)
        case .code:
            // Half of what prose has: numbers and names have none, and the model knows nothing of them.
            let holdsProse = !isForeign && gates.isProse(2 * functionWords, of: words.count)
            return OutOfScope(abstention: .code, share: holdsProse ? 1 : 0, isOneSided: true)
        case .tooShort:
            let isEnglish =
                !isForeign
                && (gates.isProse(functionWords, of: words.count)
                    || LanguageIdentifier.shipped.language(of: words) == .english)
            let share = isEnglish ? min(Double(words.count) / Detector.shortestWhole, 1) : 0
            return OutOfScope(abstention: .tooShort, share: share)
        case .list, nil: break
        }
        guard isForeign || Double(functionWords) < Gates.clearShare * Double(words.count) else { return nil }
        let language = LanguageIdentifier.shipped.language(of: words)
        let other = language == .english ? nil : language
        guard isForeign || other != nil else { return nil }
        return OutOfScope(abstention: .language, language: other)
    }

    private func foreign(_ words: Words) -> OutOfScope {
        let language = LanguageIdentifier.shipped.language(of: words)
        guard language == .english else { return OutOfScope(abstention: .language, language: language) }
        // English words among many of a script without spaces make a page in two languages, and no list.
        let isMixed = Double(words.shape.unspacedWords) > model.gates.unspacedShare * Double(words.count)
        return isMixed
            ? OutOfScope(abstention: .language)
            : OutOfScope(abstention: .list, language: .english, share: 1, isOneSided: true)
    }
}
