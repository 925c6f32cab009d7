/// The words of a text, from one pass over its bytes; everything after it works on these.
public struct Words: Sendable, Equatable {
    /// A 64-bit hash of each normalised word, in text order. The same word has the same hash on every machine and in
    /// every version that writes the same store format.
    public var hashes: [UInt64]
    /// The normalised words joined by single spaces, UTF-8: case, white space and punctuation folded away.
    public var normalized: [UInt8]
    /// How the text looks, counted in the same pass.
    public var shape: TextShape

    /// Words of their parts.
    public init(hashes: [UInt64] = [], normalized: [UInt8] = [], shape: TextShape = TextShape()) {
        self.hashes = hashes
        self.normalized = normalized
        self.shape = shape
    }

    /// How many words there are.
    public var count: Int { hashes.count }
}

/// Counts of what a text is made of, besides its words. All in bytes of the text but where noted.
public struct TextShape: Sendable, Equatable {
    /// The text's length.
    public var bytes = 0
    /// Line feeds.
    public var lines = 0
    /// ASCII upper-case letters.
    public var upper = 0
    /// ASCII digits.
    public var digits = 0
    /// ASCII `. , ; : ! ? ' " -` and parentheses.
    public var punctuation = 0
    /// Every other ASCII sign: `{ } [ ] < > = _ / \ | & * + # @ $ % ^ ~` and the backtick; but of
    /// each run of asterisks two are not counted.
    public var symbols = 0
    /// ASCII control characters that are no white space.
    public var controls = 0
    /// Bytes outside ASCII but for spaces, General Punctuation and what is invisible.
    public var nonASCII = 0
    /// Words of one ideograph, kana or other character of a script that is written without spaces (words, not bytes).
    public var unspacedWords = 0

    /// No text yet.
    public init() {}
}
