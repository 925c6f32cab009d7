import SluiceText

extension Detector {
    /// From so many words on, all that the words of a text that is too short to be judged weigh counts, and of fewer a
    /// part: the calibration, which has seen none so short, makes too much of a handful (docs/detector.md).
    static let shortestWhole = 25.0

    /// That a text is in a script without spaces, or in two languages of which one has such; else nil. Needs no look at the
    /// words, and nothing more is said of such a text.
    func outOfScopeEarly(_ words: Words) -> OutOfScope? {
        let all = words.count
        guard model.gates.abstention(words: all, functionWords: all, shape: words.shape) == .language else {
            return nil
        }
        return OutOfScope(abstention: .language, language: foreignLanguage(of: words))
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
        case .language:
            let language = LanguageIdentifier.shipped.language(of: words)
            return language == .english
                ? OutOfScope(abstention: .list, language: language, share: 1, isOneSided: true)
                : OutOfScope(abstention: .language, language: language)
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
        let other = foreignLanguage(of: words)
        guard isForeign || other != nil else { return nil }
        return OutOfScope(abstention: .language, language: other)
    }

    /// The language of a text by its letters, where it can be told and is not English.
    private func foreignLanguage(of words: Words) -> Language? {
        let language = LanguageIdentifier.shipped.language(of: words)
        return language == .english ? nil : language
    }
}
