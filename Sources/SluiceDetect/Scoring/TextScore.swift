import SluiceCore

/// What the text alone says about who wrote it.
public struct TextScore: Sendable, Equatable {
    /// The calibrated log likelihood ratio in nats: above zero speaks for synthetic. Of a text on which
    /// the detector abstains it is a part of what the words weigh, or 0, and gives no verdict.
    public var llr: Double
    /// What the ratio adds up from; the weights sum to `llr`.
    public var evidence: [Evidence]
    /// Why the detector abstains, or nil where it does not.
    public var abstention: Abstention?
    /// The language of a text on which the detector abstains for its language, where that can be told.
    public var language: Language?

    /// A score of its parts.
    public init(llr: Double, evidence: [Evidence], abstention: Abstention? = nil, language: Language? = nil) {
        self.llr = llr
        self.evidence = evidence
        self.abstention = abstention
        self.language = language
    }

    /// The score of a text of which nothing can be said.
    init(outside: OutOfScope) {
        self.init(llr: 0, evidence: [], abstention: outside.abstention, language: outside.language)
    }
}
