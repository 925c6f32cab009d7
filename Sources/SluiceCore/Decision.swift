/// What became of a record (law 1): exactly one of three.
public enum DecisionKind: String, CaseIterable, Sendable {
    /// The document is in the store; it may be held back from the shards.
    case kept
    /// An earlier kept document has its words.
    case duplicate
    /// There was no text to keep.
    case rejected
}

/// How a duplicate was recognised.
public enum DuplicateKind: String, CaseIterable, Sendable {
    /// The same normalised words.
    case exact
    /// A shared MinHash band, and a true Jaccard similarity of word 5-grams of at least the threshold.
    case near
}

/// The earlier kept document that a record repeats.
public struct DuplicateMatch: Sendable, Equatable {
    /// The provenance row that kept the earlier document.
    public var seq: Int64
    /// How the repetition was recognised.
    public var kind: DuplicateKind
    /// The true Jaccard similarity of the two documents' word 5-grams, 0 to 1.
    public var similarity: Double

    /// A match of its parts.
    public init(seq: Int64, kind: DuplicateKind, similarity: Double) {
        self.seq = seq
        self.kind = kind
        self.similarity = similarity
    }
}
