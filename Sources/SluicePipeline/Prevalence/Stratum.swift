import SluiceCore
import SluiceDetect

/// Documents in which one share of synthetic text is estimated.
public struct Stratum: Sendable, Equatable {
    /// What its documents have in common.
    public var name: StratumName
    /// Kept documents.
    public var documents: Int64 = 0
    /// Documents that are known to be synthetic, by a label or by a person.
    public var knownSynthetic: Int64 = 0
    /// Documents that are known to be human: by a label, by a person, or by the date of their capture.
    public var knownReal: Int64 = 0
    /// What the texts say of which nothing is known, but for those on which the detector abstains.
    public var judged = RatioHistogram()
    /// What they say of those known to be human that nobody picked for being doubtful.
    public var anchors = RatioHistogram()

    /// A stratum without documents.
    public init(name: StratumName) { self.name = name }

    /// Why a stratum is uncalibrated.
    public enum Doubt: String, Sendable {
        /// The detector abstains on all of it, and nothing of it is known.
        case nothingJudged = "nothing-judged"
        /// Too few of its documents are known to be human to test the detector on.
        case fewAnchors = "few-anchors"
        /// The detector takes more than 2 % of those that are known to be human for synthetic.
        case anchorsLookSynthetic = "anchors-look-synthetic"
    }

    /// What follows from the counts of a stratum.
    public struct Assessment: Sendable, Equatable {
        /// The share of synthetic documents among those of which anything can be said; nil where there are none.
        public var estimate: Double?
        /// What that share does not exceed, with 95 % confidence, if the detector's ratios hold for these texts.
        public var upper: Double?
        /// The share of the anchors that the estimate would take for synthetic; nil where there are none.
        public var anchorEstimate: Double?
        /// Why the estimate cannot be relied on; nil where it can.
        public var doubt: Doubt?
    }

    /// What follows from the counts: up to a tenth of a millisecond.
    public var assessment: Assessment {
        let (found, tested) = (PrevalenceEstimate(judged), PrevalenceEstimate(anchors))
        var doubt: Doubt?
        if found == nil {
            doubt = knownSynthetic + knownReal > 0 ? nil : .nothingJudged
        } else {
            doubt = tested?.trustsTheDetector.map { $0 ? nil : .anchorsLookSynthetic } ?? .fewAnchors
        }
        return Assessment(
            estimate: share(found?.estimate), upper: share(found?.upper), anchorEstimate: tested?.estimate,
            doubt: doubt)
    }

    /// The known documents and `share` of the others.
    private func share(_ share: Double?) -> Double? {
        let (known, others) = (knownSynthetic + knownReal, judged.total)
        guard known + others > 0 else { return nil }
        return (Double(knownSynthetic) + (share ?? 0) * Double(others)) / Double(known + others)
    }
}

/// What the documents of a stratum have in common.
public struct StratumName: Sendable, Hashable {
    /// What it is that they share.
    public var kind: Kind
    /// Which one.
    public var text: String

    /// What documents can share.
    public enum Kind: String, Sendable {
        /// What the operator calls their source.
        case label
        /// What is registered of their host.
        case host
        /// The name of their source.
        case source
        /// The month in which they were captured.
        case month
        /// Nothing: hosts beyond ``StratumCensus/limit``, and what has no date.
        case others
    }
}

extension Stratum {
    /// Writes it as the command line and the service show it.
    public func write(to json: inout JSONText) {
        let assessment = assessment
        json.object { json in
            json.member("stratum", name.text)
            json.member("kind", name.kind.rawValue)
            json.member("documents", documents)
            json.member("estimate", assessment.estimate)
            json.member("upper", assessment.upper)
            json.member("state", assessment.doubt == nil ? "calibrated" : "uncalibrated")
            json.member("reason", assessment.doubt?.rawValue)
            json.member("judged", judged.total)
            json.key("known")
            json.object { json in
                json.member("synthetic", knownSynthetic)
                json.member("real", knownReal)
            }
            json.member("anchors", anchors.total)
            json.member("anchorEstimate", assessment.anchorEstimate)
        }
    }
}
