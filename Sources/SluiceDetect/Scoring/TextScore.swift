import SluiceCore

/// What the text alone says about who wrote it.
public struct TextScore: Sendable, Equatable {
    /// The calibrated log likelihood ratio in nats: above zero speaks for synthetic. 0 where the detector abstains.
    public var llr: Double
    /// What the ratio adds up from; the weights sum to `llr`.
    public var evidence: [Evidence]
    /// Why the detector abstains, or nil where it does not.
    public var abstention: Abstention?

    /// A score of its parts.
    public init(llr: Double, evidence: [Evidence], abstention: Abstention? = nil) {
        self.llr = llr
        self.evidence = evidence
        self.abstention = abstention
    }
}

/// Why a text is outside of what the detector can judge.
public enum Abstention: String, CaseIterable, Sendable {
    /// Fewer words than the detector needs.
    case tooShort = "too-short"
    /// Program code, tables or mark-up rather than prose.
    case code = "code"
    /// A language that the model was not trained on.
    case language = "unknown-language"
}
