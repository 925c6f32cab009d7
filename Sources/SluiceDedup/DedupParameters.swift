import SluiceCore

/// What decides which documents count as near duplicates. A store keeps one set for life.
public struct DedupParameters: Sendable, Equatable {
    /// Words a shingle.
    public var shingleWords: Int
    /// Groups of rows; two documents are compared when one whole group agrees.
    public var bands: Int
    /// MinHash values a band.
    public var rows: Int
    /// The least true Jaccard similarity of two near duplicates, 0 to 1.
    public var threshold: Double

    /// Parameters of their parts; the defaults are those of `config/sluice.yaml`.
    ///
    /// Two documents of true similarity *s* share a band with probability 1 − (1 − s^rows)^bands. With every candidate
    /// checked exactly, only this decides recall, and precision is 1: 22 × 5 finds .991 of pairs at .72 and .9998 at
    /// .80, where 18 × 6 finds .933 and .996 for the same memory and time (`docs/benchmarks.md`).
    public init(shingleWords: Int = 5, bands: Int = 22, rows: Int = 5, threshold: Double = 0.72) {
        self.shingleWords = shingleWords
        self.bands = bands
        self.rows = rows
        self.threshold = threshold
    }

    /// The parameters on one line, as the store keeps them: two stores agree where these strings are equal.
    public var description: String {
        "words=\(shingleWords) bands=\(bands) rows=\(rows) threshold=\(JSONText.decimal(threshold))"
    }
}
