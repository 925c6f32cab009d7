/// What is held of a document: who wrote it, people or models.
public enum Verdict: String, CaseIterable, Sendable {
    /// No evidence of machine writing was found, or a label says that a person wrote it.
    case real
    /// Machine-written.
    case synthetic
    /// Neither can be said.
    case uncertain

    /// Documents at least this likely to be synthetic are called so.
    public static let syntheticFrom = 0.95
    /// Documents at most this likely to be synthetic are called real.
    public static let realUpTo = 0.05

    /// The verdict that a posterior probability gives by itself.
    public init(probability: Double) {
        self = probability >= Verdict.syntheticFrom ? .synthetic : probability <= Verdict.realUpTo ? .real : .uncertain
    }
}

/// Where a verdict comes from. A later case outranks an earlier one (law 5).
public enum Origin: String, CaseIterable, Sendable {
    /// Nothing but the prior: the detector abstained.
    case prior
    /// The statistical detector.
    case detected
    /// A label that came with the record or with its source.
    case declared
    /// A person who read it.
    case reviewed
}

/// What there is to go by of a document where a share of synthetic ones is estimated.
public enum Authorship: Sendable, Equatable {
    /// It is known to be synthetic: by a label, or by a person.
    case synthetic
    /// It is known to be human: by a label, by a person, or by the date of its capture. `anchor` is what its text says, in nats,
    /// which tests the detector; nil where that abstained, or where people were asked since it was doubtful.
    case real(anchor: Double?)
    /// Nothing is known of it, and its text says so much, in nats.
    case judged(Double)
    /// Nothing is known of it, and the detector did not judge it.
    case unknown
}

/// One reason to believe, or not, that a document is synthetic.
public struct Evidence: Sendable, Equatable {
    /// What kind of evidence this is, in kebab case: `prior`, `declared`, `token-frequency`, `phrase-signature`, …
    public var kind: String
    /// A log likelihood ratio in nats: above zero speaks for synthetic, below for real.
    public var weight: Double
    /// What a reader can check, in a few words; never more than ``detailLimit`` bytes.
    public var detail: String
    /// Where what it names first stands in the text: ranges of word numbers, from 0, in the order of the names; empty where
    /// it names nothing. For showing, never recorded: a reader who has the text finds the words in it.
    public var words: [Range<Int>]

    /// The kind of what stands in the place of a label and is none.
    public static let unreadLabel = "unread-label"
    /// The longest `detail`, in UTF-8 bytes.
    public static let detailLimit = 256

    /// Evidence of one kind; `weight` in nats.
    public init(kind: String, weight: Double, detail: String, words: [Range<Int>] = []) {
        self.kind = kind
        self.weight = weight
        self.detail = detail
        self.words = words
    }
}

extension Evidence {
    /// `weight` to the millionth, so that what is stored adds up to what is concluded; 0 for what is not a number.
    public static func rounded(_ weight: Double) -> Double {
        weight.isFinite ? (weight * 1e6).rounded() / 1e6 : 0
    }

    /// `detail`, cut at a character to `limit` bytes. O(*n*).
    public static func cut(_ detail: String, to limit: Int = detailLimit) -> String {
        guard detail.utf8.count > limit else { return detail }
        var cut = ""
        var bytes = 0
        for character in detail {
            bytes += character.utf8.count
            if bytes > limit - 3 { break }
            cut.append(character)
        }
        return cut + "…"
    }
}

/// What is concluded from all the evidence on a document.
public struct Judgement: Sendable, Equatable {
    /// The conclusion.
    public var verdict: Verdict
    /// Where it comes from.
    public var origin: Origin
    /// The posterior probability that the document is synthetic, 0 to 1.
    public var probability: Double
    /// What the probability adds up from; the weights' sum is its log-odds.
    public var evidence: [Evidence]

    /// A judgement of its parts.
    public init(verdict: Verdict, origin: Origin, probability: Double, evidence: [Evidence]) {
        self.verdict = verdict
        self.origin = origin
        self.probability = probability
        self.evidence = evidence
    }
}
