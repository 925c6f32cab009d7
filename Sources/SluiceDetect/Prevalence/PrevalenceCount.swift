import SluiceCore

/// What a share of synthetic documents is estimated from: who is known to have written some of them, and what the texts of
/// the others say.
public struct PrevalenceCount: Sendable, Equatable {
    /// Documents.
    public private(set) var documents: Int64 = 0
    /// Documents that count in no share: nothing is known of them, and the detector did not judge them.
    public var unknown: Int64 { documents - knownSynthetic - knownReal - judged.total }
    /// Documents that are known to be synthetic, by a label or by a person.
    public private(set) var knownSynthetic: Int64 = 0
    /// Documents that are known to be human: by a label, by a person, or by the date of their capture.
    public private(set) var knownReal: Int64 = 0
    /// What the texts say of which nothing is known, but for those on which the detector abstains.
    public private(set) var judged = RatioHistogram()
    /// What they say of those known to be human that nobody picked for being doubtful.
    public private(set) var anchors = RatioHistogram()

    /// The count of no document.
    public init() {}

    /// Counts a document.
    public mutating func add(_ authorship: Authorship) {
        documents += 1
        switch authorship {
        case .synthetic: knownSynthetic += 1
        case .real(let anchor):
            knownReal += 1
            if let anchor { anchors.add(anchor) }
        case .judged(let ratio): judged.add(ratio)
        case .unknown: break
        }
    }

    /// Why an estimate is uncalibrated.
    public enum Doubt: String, Sendable {
        /// The detector abstains on all of it but what is known.
        case nothingJudged = "nothing-judged"
        /// Too few of its documents are known to be human to test the detector on.
        case fewAnchors = "few-anchors"
        /// The detector takes more than 2 % of those that are known to be human for synthetic.
        case anchorsLookSynthetic = "anchors-look-synthetic"
    }

    /// What a doubt, or none, is called: `calibrated` or `uncalibrated`.
    public static func state(_ doubt: Doubt?) -> String { doubt == nil ? "calibrated" : "uncalibrated" }

    /// What follows from a count; shares are from 0 to 1.
    public struct Assessment: Sendable, Equatable {
        /// The share of synthetic documents among those that are known or judged; nil where none is judged of some that are not
        /// known.
        public var estimate: Double?
        /// What that share does not exceed, with 95 % confidence, if the detector's ratios hold for these texts.
        public var upper: Double?
        /// The share of the anchors that the estimate would take for synthetic; nil where there are none.
        public var anchorEstimate: Double?
        /// Why the estimate cannot be relied on; nil where it can.
        public var doubt: Doubt?
    }

    /// What follows from the count: up to a tenth of a millisecond.
    public var assessment: Assessment {
        let tested = PrevalenceEstimate(anchors)
        var assessment = Assessment(anchorEstimate: tested?.estimate)
        if let found = PrevalenceEstimate(judged) {
            (assessment.estimate, assessment.upper) = (share(found.estimate), share(found.upper))
            assessment.doubt = tested?.trustsTheDetector.map { $0 ? nil : .anchorsLookSynthetic } ?? .fewAnchors
        } else if documents > 0, unknown == 0 {
            // Nothing is estimated: it is counted.
            (assessment.estimate, assessment.upper) = (share(0), share(0))
        } else {
            // What is known of some says nothing of the others.
            assessment.doubt = .nothingJudged
        }
        return assessment
    }

    /// The synthetic ones among those that are known and, by `share` of them, those that are judged.
    private func share(_ share: Double) -> Double {
        let (known, others) = (Double(knownSynthetic + knownReal), Double(judged.total))
        return (Double(knownSynthetic) + share * others) / (known + others)
    }
}
