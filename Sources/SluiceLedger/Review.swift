import SluiceCore

/// A person's verdict on a kept document: one row more in the ledger, which outranks what the record's own row says and
/// leaves it as it is (laws 5 and 7).
public struct Review: Sendable, Equatable {
    /// Its number among the reviews, from 1, without gaps.
    public var id: Int64
    /// The provenance row that kept the document.
    public var document: Int64
    /// What the person concluded.
    public var verdict: Verdict
    /// Who it was; 1 to 200 bytes.
    public var reviewer: String
    /// What they noted; 1 to 2,000 bytes, or nil.
    public var note: String?
    /// When it was written, in microseconds since 1970, UTC.
    public var timeMicroseconds: Int64
    /// The document's machine-written mass from then on, in thousandths of a token.
    public var synthetic: Int64

    /// A review of its parts.
    public init(
        id: Int64, document: Int64, verdict: Verdict, reviewer: String, note: String?, timeMicroseconds: Int64,
        synthetic: Int64
    ) {
        self.id = id
        self.document = document
        self.verdict = verdict
        self.reviewer = reviewer
        self.note = note
        self.timeMicroseconds = timeMicroseconds
        self.synthetic = synthetic
    }

    /// The weight of a person's verdict, in nats: twice that of a label, and all that the text can bring is far less.
    public static let weight = 60.0
    /// The most bytes of a reviewer's name.
    public static let reviewerLimit = 200
    /// The most bytes of a note.
    public static let noteLimit = 2000

    /// The machine-written mass that `verdict` gives a document of `tokens` words whose own row gave it `own`.
    public static func syntheticMass(_ verdict: Verdict, tokens: Int64, own: Int64) -> Int64 {
        switch verdict {
        case .real: 0
        case .synthetic: 1000 &* tokens
        case .uncertain: own
        }
    }

    /// The probability that the document is synthetic from this review on, where its row said `own`.
    public func probability(over own: Double) -> Double {
        switch verdict {
        case .real: 0
        case .synthetic: 1
        case .uncertain: own
        }
    }

    /// What is held of the document from this review on, where its row said `own`.
    ///
    /// A person who is certain is the only evidence that counts. One who is not adds nothing to what spoke before, so
    /// that the probability stays and its reasons with it. The reviewer's name is not among the reasons: they go into
    /// exports.
    public func judgement(over own: RecordedJudgement) -> RecordedJudgement {
        let weight =
            switch verdict {
            case .real: -Review.weight
            case .synthetic: Review.weight
            case .uncertain: 0.0
            }
        let probability = probability(over: own.probability)
        let reason = Evidence(
            kind: "reviewed", weight: weight, detail: "a person read it: \(verdict.rawValue), review \(id)")
        let evidence = RecordedJudgement.json([reason])
        guard verdict == .uncertain, own.evidence.hasPrefix("[{"), own.evidence.hasSuffix("}]") else {
            return RecordedJudgement(verdict: verdict, origin: .reviewed, probability: probability, evidence: evidence)
        }
        return RecordedJudgement(
            verdict: verdict, origin: .reviewed, probability: probability,
            evidence: own.evidence.dropLast() + "," + evidence.dropFirst())
    }
}
