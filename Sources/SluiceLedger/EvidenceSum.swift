/// What pieces of evidence add up to, in nats; weights that JSON has no number for are left out.
public struct EvidenceSum: Sendable, Equatable {
    /// All of it: the log-odds of the document being synthetic.
    public var total = 0.0
    /// What the text itself says: without the prior, labels and dates.
    public var text = 0.0
    /// True where the detector abstained.
    public var isAbstention = false
    /// True where the date of capture counted as one before there were chat models.
    public var isEarly = false

    /// The sum of nothing.
    public init() {}

    /// Adds a piece of `kind`, which is the empty text for those that have no number in ``PackedEvidence``.
    public mutating func add(_ weight: Double, kind: String) {
        total += weight
        switch kind {
        case "prior", "declared", "reviewed": break
        case "capture-date": isEarly = true
        case "abstained":
            isAbstention = true
            text += weight
        default: text += weight
        }
    }
}
