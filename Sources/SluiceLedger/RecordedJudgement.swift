import SluiceCore

/// A judgement as the ledger keeps it.
public struct RecordedJudgement: Sendable, Equatable {
    /// The conclusion.
    public var verdict: Verdict
    /// Where it comes from.
    public var origin: Origin
    /// The posterior probability that the document is synthetic, 0 to 1.
    public var probability: Double
    /// The reasons, in the form in which they are stored.
    public var reasons: RecordedEvidence

    /// A JSON array of `{"kind","weight","detail"}`, weights in nats with at most six decimals. O(length) where it is
    /// packed.
    public var evidence: String {
        get { reasons.json }
        set { reasons = .json(newValue) }
    }

    /// A judgement of its parts; `evidence` is a JSON array.
    public init(verdict: Verdict, origin: Origin, probability: Double, evidence: String) {
        self.init(verdict: verdict, origin: origin, probability: probability, reasons: .json(evidence))
    }

    /// A judgement of its parts.
    public init(verdict: Verdict, origin: Origin, probability: Double, reasons: RecordedEvidence) {
        self.verdict = verdict
        self.origin = origin
        self.probability = probability
        self.reasons = reasons
    }

    /// What `judgement` says, with its evidence packed. O(length of the evidence); pure, so workers can do it.
    public init(_ judgement: Judgement) {
        self.init(
            verdict: judgement.verdict, origin: judgement.origin, probability: judgement.probability,
            reasons: RecordedEvidence(judgement.evidence))
    }

    /// The machine-written mass, in thousandths of a token, of a text of `tokens` words: all of it where a label says so,
    /// else its expected share. The schema holds every document to it.
    public func syntheticMass(ofTokens tokens: Int) -> Int64 {
        let total = Int64(tokens) * 1000
        switch origin {
        case .declared, .reviewed: return verdict == .synthetic ? total : 0
        // Rounded as the schema does it.
        case .detected, .prior: return Int64(Double(total) * min(max(probability, 0), 1) + 0.5)
        }
    }

    /// The JSON array of `evidence`.
    public static func json(_ evidence: [Evidence]) -> String {
        var text = JSONText(capacity: 96 * evidence.count)
        text.array { array in
            for item in evidence {
                array.object { object in
                    object.member("kind", item.kind)
                    object.member("weight", item.weight)
                    object.member("detail", item.detail)
                }
            }
        }
        return text.string
    }
}

/// The reasons for a judgement as a row holds them. Two are equal where readers get to see the same.
public struct RecordedEvidence: Sendable, Equatable {
    /// The two forms that a row may have.
    public enum Form: Sendable {
        /// A JSON array of `{"kind","weight","detail"}`.
        case json(String)
        /// ``PackedEvidence``; only bytes that can be unpacked are in here.
        case packed([UInt8])
    }

    /// The form at hand.
    public let form: Form
    /// What they add up to, where they were added up to see whether they can be unpacked.
    private let known: EvidenceSum?

    /// Evidence in its shortest form: packed, but for weights so large that their last decimals are beyond a double.
    public init(_ evidence: [Evidence]) {
        let isExact = evidence.allSatisfy { !$0.weight.isFinite || abs($0.weight) < 1e8 }
        self.init(isExact ? .packed(PackedEvidence.pack(evidence)) : .json(RecordedJudgement.json(evidence)))
    }

    /// A JSON array as it is.
    public static func json(_ text: String) -> RecordedEvidence { RecordedEvidence(.json(text)) }

    /// Packed evidence as it is stored; nil where it cannot be unpacked.
    public init?(packed: [UInt8]) {
        guard let sum = PackedEvidence.sum(of: packed) else { return nil }
        self.init(.packed(packed), sum)
    }

    private init(_ form: Form, _ known: EvidenceSum? = nil) { (self.form, self.known) = (form, known) }

    /// The JSON array that readers get to see.
    public var json: String {
        switch form {
        case .json(let text): text
        case .packed(let bytes): PackedEvidence.json(of: bytes) ?? "[]"
        }
    }

    /// What the weights add up to; nil where the form is JSON, which this room does not read.
    public var sum: EvidenceSum? {
        switch form {
        case .json: nil
        case .packed(let bytes): known ?? PackedEvidence.sum(of: bytes)
        }
    }

    /// Writes the JSON array that readers get to see.
    public func write(to json: inout JSONText) {
        switch form {
        case .json(let text): json.raw(text)
        case .packed(let bytes): _ = PackedEvidence.write(bytes, to: &json)
        }
    }

    /// Equal where their JSON is.
    public static func == (a: RecordedEvidence, b: RecordedEvidence) -> Bool { a.json == b.json }
}
