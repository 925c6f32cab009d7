import SluiceCore

/// What pieces of evidence add up to, in nats; weights that JSON has no number for are left out.
public struct EvidenceSum: Sendable, Equatable {
    /// All of it: the log-odds of the document being synthetic.
    public var total = 0.0
    /// What the text itself says: without the prior, labels and dates.
    public var text = 0.0
    /// True where the detector abstained.
    public var isAbstention = false
    /// True where a label said who wrote it.
    public var isDeclared = false
    /// True where the date of capture counted as one before there were chat models.
    public var isEarly = false

    /// The sum of nothing.
    public init() {}

    /// What there is to go by under the verdict in force. A person who cannot tell either says nothing, and leaves nothing
    /// of a label.
    public func authorship(_ verdict: Verdict, _ origin: Origin) -> Authorship {
        let isKnown = origin == .declared || origin == .reviewed
        if isKnown, verdict == .synthetic { return .synthetic }
        if isKnown && verdict == .real || isEarly {
            // People are asked about the doubtful ones, which would make any detector look bad.
            return .real(anchor: origin == .reviewed || isAbstention ? nil : text)
        }
        let isJudged = (origin == .detected || origin == .reviewed) && !isDeclared && !isAbstention
        return isJudged ? .judged(text) : .unknown
    }

    /// What the text says, where a detector judged it and nothing else speaks for the document, under the verdict in force.
    public func judged(_ verdict: Verdict, _ origin: Origin) -> Double? {
        if case .judged(let ratio) = authorship(verdict, origin) { ratio } else { nil }
    }

    /// What a kind of evidence speaks of.
    public enum Subject: Sendable {
        /// The text.
        case text
        /// The text, in that the detector abstains from it.
        case abstention
        /// A date of capture before there were chat models.
        case earlyCapture
        /// A label.
        case label
        /// What is assumed, or a person says.
        case knowledge

        /// That of the kind of this name.
        public init(kind: String) {
            switch kind {
            case "prior", "reviewed": self = .knowledge
            case "declared": self = .label
            case "capture-date": self = .earlyCapture
            case "abstained": self = .abstention
            default: self = .text
            }
        }
    }

    /// Adds a piece of evidence.
    public mutating func add(_ weight: Double, _ subject: Subject) {
        total += weight
        switch subject {
        case .text: text += weight
        case .abstention:
            isAbstention = true
            text += weight
        case .earlyCapture: isEarly = true
        case .label: isDeclared = true
        case .knowledge: break
        }
    }
}
