import Glibc
import SluiceCore

/// Concludes from all evidence on a document who wrote it (laws 4 and 5).
///
/// The weights of the evidence add up to the posterior's log-odds. A declared label decides the verdict: its weight
/// exceeds what the prior, the date and the text can bring together against it.
public struct Judge: Sendable {
    /// The probability, before anything is known of a document, that it is synthetic.
    public let prior: Double
    /// The weight, in nats, of a capture before ``anchorBefore``; 0 leaves the date out.
    public let anchorWeight: Double
    /// The day, `YYYY-MM-DD`, before which a captured text speaks for a person.
    public let anchorBefore: String
    private let priorEvidence: Evidence

    /// The priors that a judge can have.
    public static let priors = 0.0001...0.9999
    /// The weight of a declared label, in nats.
    public static let declaredWeight = 30.0

    /// The log likelihood ratio from which a text of which nothing else is known is called synthetic.
    public var syntheticFrom: Double {
        log(Verdict.syntheticFrom / (1 - Verdict.syntheticFrom)) - priorEvidence.weight
    }

    /// A judge with these assumptions.
    ///
    /// - Parameters:
    ///   - prior: one of ``priors``.
    ///   - anchorWeight: in nats, -5 to 0.
    ///   - anchorBefore: a day as `YYYY-MM-DD`.
    /// - Throws: `configuration` where one of them is out of its range.
    public init(prior: Double, anchorWeight: Double = 0, anchorBefore: String = "2022-11-30") throws(SluiceError) {
        guard Judge.priors.contains(prior) else {
            throw SluiceError(.configuration, "the prior is \(prior)", advice: "give a probability of 0.0001 to 0.9999")
        }
        guard anchorWeight >= -5, anchorWeight <= 0 else {
            throw SluiceError(
                .configuration, "the weight of an early capture is \(anchorWeight)", advice: "give -5 to 0 nats")
        }
        guard Timestamp.isDay(anchorBefore) else {
            throw SluiceError(.configuration, "“\(anchorBefore)” is no day", advice: "write it as 2022-11-30")
        }
        self.prior = prior
        self.anchorWeight = anchorWeight
        self.anchorBefore = anchorBefore
        priorEvidence = Evidence(
            kind: "prior", weight: Evidence.rounded(log(prior / (1 - prior))),
            detail: "assumed share of synthetic documents \(JSONText.decimal(prior, places: 4))")
    }

    /// The judgement on one document.
    ///
    /// - Parameters:
    ///   - score: what the text says, or nil where no detector has read it.
    ///   - declared: what the record or its source declares.
    ///   - captured: when the text was captured, RFC 3339; what is no date counts as unknown.
    ///   - notes: further evidence, such as provenance marks in the text; their weights count as they are.
    public func judge(
        score: TextScore?, declared: DeclaredLabel? = nil, captured: String? = nil, notes: [Evidence] = []
    ) -> Judgement {
        var evidence = [priorEvidence]
        if let declared { evidence.append(Judge.evidence(of: declared)) }
        if anchorWeight != 0, let captured, isEarly(captured) {
            evidence.append(
                Evidence(
                    kind: "capture-date", weight: Evidence.rounded(anchorWeight),
                    detail: "captured \(captured.prefix(10)), before \(anchorBefore)"))
        }
        evidence += notes
        let isDetected = score.map { $0.abstention == nil } ?? false
        if let score { evidence += score.evidence }
        if let score, let abstention = score.abstention {
            evidence.append(Evidence(kind: "abstained", weight: 0, detail: abstention.explanation(score.language)))
        }
        let logOdds = evidence.reduce(0) { $0 + $1.weight }
        let probability = 1 / (1 + exp(-logOdds))
        let verdict: Verdict =
            if let declared {
                declared.isSynthetic ? .synthetic : .real
            } else if isDetected {
                Verdict(probability: probability)
            } else {
                .uncertain
            }
        let origin: Origin = declared != nil ? .declared : isDetected ? .detected : .prior
        if verdict == .synthetic, origin == .detected {
            let isPriors = logOdds <= priorEvidence.weight
            let decider = isPriors ? "the assumed share decides" : "what stands beside them decides"
            evidence = evidence.map { $0.besideSynthetic(decider: decider) }
        }
        return Judgement(verdict: verdict, origin: origin, probability: probability, evidence: evidence)
    }

    private static func evidence(of label: DeclaredLabel) -> Evidence {
        var detail = label.isSynthetic ? "declared synthetic" : "declared real"
        if label.isVerified { detail += ", verified" }
        if let generator = label.generator { detail += ", generator \(generator)" }
        return Evidence(
            kind: "declared", weight: label.isSynthetic ? declaredWeight : -declaredWeight,
            detail: Evidence.cut(detail))
    }

    /// Whether a moment lies before the day that sets text apart; one that begins with no day is of no time.
    private func isEarly(_ captured: String) -> Bool {
        var captured = captured
        return captured.withUTF8 { utf8 in
            let day = utf8.prefix(10)
            return Timestamp.day(day) != nil && day.lexicographicallyPrecedes(anchorBefore.utf8)
        }
    }
}
