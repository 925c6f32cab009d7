import Glibc
import SluiceCore
import SluiceLedger
import SluiceStore

/// What a written line says that can be counted again.
struct LineFacts: Sendable, Equatable {
    var seq: Int64
    /// SHA-256 of the text.
    var document: Digest
    var verdict: Verdict
    var origin: Origin
    /// In millionths.
    var probability: Int64
    /// What the evidence adds up to.
    var evidence: EvidenceSum
    var tokens: Int64
    /// Thousandths of a token.
    var real: Int64
    /// Thousandths of a token.
    var synthetic: Int64

    /// What the text says, in nats, where a detector judged it and nothing else speaks for it.
    var judged: Double? { evidence.judged(verdict, origin) }

    /// Whether it says of the document what was held of it at some time.
    func agrees(with history: DocumentHistory) -> Bool {
        document == history.document && tokens == history.tokens && saysWhatTextSaid(history.evidence)
            && history.standings.contains { standing in
                verdict == standing.verdict && origin == standing.origin && synthetic == standing.synthetic
                    && probability == Int64((standing.probability * 1e6).rounded())
            }
    }

    /// Whether its evidence has that of the row, as far as the audit goes by it.
    private func saysWhatTextSaid(_ own: EvidenceSum) -> Bool {
        switch (judged, own.judged(verdict, origin)) {
        case (nil, nil): true
        case (let said?, let kept?): abs(said - kept) < 1e-6
        default: false
        }
    }

    /// What the figures ought to be and are not; nil where they agree with one another (laws 4 and 6).
    var expected: String? {
        let (thousandths, tooMany) = tokens.multipliedReportingOverflow(by: 1000)
        let (mass, overflow) = real.addingReportingOverflow(synthetic)
        guard !tooMany, !overflow, mass == thousandths else {
            return "real and synthetic mass that add up to the tokens"
        }
        guard abs(1e6 / (1 + exp(-evidence.total)) - Double(probability)) <= 2 else {
            return "evidence that adds up to the probability"
        }
        guard hasVerdictOfItsProbability else { return "the verdict that origin and probability give" }
        guard hasMassOfItsVerdict else { return "the mass that verdict and probability give" }
        return nil
    }

    /// The probability was rounded, so at the thresholds either verdict will do.
    private var hasVerdictOfItsProbability: Bool {
        switch origin {
        case .prior: return verdict == .uncertain
        case .declared: return verdict == (probability > 500_000 ? .synthetic : .real)
        case .reviewed: return verdict == .uncertain || probability == (verdict == .synthetic ? 1_000_000 : 0)
        case .detected:
            let (from, upTo) = (Int64(Verdict.syntheticFrom * 1e6), Int64(Verdict.realUpTo * 1e6))
            switch verdict {
            case .synthetic: return probability >= from
            case .real: return probability <= upTo
            case .uncertain: return (upTo...from).contains(probability)
            }
        }
    }

    /// A label and a person's word count whole; all else does by its probability, which was rounded.
    private var hasMassOfItsVerdict: Bool {
        let whole = probability > 500_000 ? 1000 * tokens : 0
        let share = Double(tokens) * Double(probability) / 1000
        let isShare = abs(Double(synthetic) - share) <= Double(tokens) / 1000 + 1
        switch (origin, verdict) {
        // The mass that the record had before, whose own origin is not in the line.
        case (.reviewed, .uncertain): return isShare || synthetic == whole
        case (.reviewed, _), (.declared, _): return synthetic == whole
        case (.detected, _), (.prior, _): return isShare
        }
    }
}
