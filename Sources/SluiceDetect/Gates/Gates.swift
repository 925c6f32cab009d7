import SluiceText

/// What a text must be like for the detector to judge it at all. Shares are of the text's bytes but where noted.
public struct Gates: Sendable, Equatable {
    /// The fewest words.
    public var minimumWords: Int
    /// The largest share of signs that prose does not use (`TextShape.symbols`).
    public var symbolShare: Double
    /// The largest share of signs, punctuation and digits together.
    public var signShare: Double
    /// The largest share of signs, punctuation and digits together in a text with many signs (half of `symbolShare`).
    public var mixedShare: Double
    /// The smallest share, of all words, of English function words.
    public var functionShare: Double
    /// The largest share, of all words, of words in scripts written without spaces.
    public var unspacedShare: Double

    /// From this share of function words on a text is English, whatever its letters say: of human English prose of each
    /// domain of the training set but abstracts and commit messages, 98 % lie above.
    static let clearShare = 0.3

    /// The largest share of bytes outside ASCII in a text that is English: every sixth letter in a script such as Cyrillic
    /// makes more. Of 18,548 human English texts of the detector data one has more, and writes with stacked accents.
    static let foreignShare = 0.25

    /// Gates of their parts; the defaults were set on the human prose of the training set (see the model's card).
    public init(
        minimumWords: Int = 50, symbolShare: Double = 0.05, signShare: Double = 0.16, mixedShare: Double = 0.1,
        functionShare: Double = 0.18, unspacedShare: Double = 0.1
    ) {
        self.minimumWords = minimumWords
        self.symbolShare = symbolShare
        self.signShare = signShare
        self.mixedShare = mixedShare
        self.functionShare = functionShare
        self.unspacedShare = unspacedShare
    }

    /// Why a text of `words` words, of which `functionWords` are function words, is not judged; nil where it is.
    func abstention(words: Int, functionWords: Int, shape: TextShape) -> Abstention? {
        if words < max(minimumWords, 1) { return .tooShort }
        let words = Double(words)
        if Double(shape.unspacedWords) > unspacedShare * words { return .language }
        let bytes = Double(shape.bytes)
        let symbols = Double(shape.symbols)
        let signs = symbols + Double(shape.punctuation) + Double(shape.digits)
        if symbols > symbolShare * bytes || signs > signShare * bytes { return .code }
        if symbols > symbolShare / 2 * bytes, signs > mixedShare * bytes { return .code }
        return isProse(functionWords, of: Int(words)) ? nil : .language
    }

    /// True where `functionWords` of a text's `words` are as many as English prose has.
    func isProse(_ functionWords: Int, of words: Int) -> Bool { Double(functionWords) >= functionShare * Double(words) }
}
