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
    /// 18 × 6 with an exact check of every candidate found 1.000 of planted pairs at J ≥ .72 in a 10,000-document crawl
    /// with 0.24 candidates a document; 14 × 8 without the check found .986.
    public init(shingleWords: Int = 5, bands: Int = 18, rows: Int = 6, threshold: Double = 0.72) {
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
