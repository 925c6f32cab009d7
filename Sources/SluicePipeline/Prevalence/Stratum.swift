import SluiceCore
import SluiceDetect

/// Documents in which one share of synthetic text is estimated.
public struct Stratum: Sendable, Equatable {
    /// What its documents have in common.
    public var name: StratumName
    /// What the estimate rests on.
    public var count = PrevalenceCount()

    /// A stratum without documents.
    public init(name: StratumName) { self.name = name }
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
        let assessment = count.assessment
        json.object { json in
            json.member("stratum", name.text)
            json.member("kind", name.kind.rawValue)
            json.member("documents", count.documents)
            json.member("estimate", assessment.estimate)
            json.member("upper", assessment.upper)
            json.member("state", PrevalenceCount.state(assessment.doubt))
            json.member("reason", assessment.doubt?.rawValue)
            json.member("judged", count.judged.total)
            json.key("known")
            json.object { json in
                json.member("synthetic", count.knownSynthetic)
                json.member("real", count.knownReal)
            }
            json.member("anchors", count.anchors.total)
            json.member("anchorEstimate", assessment.anchorEstimate)
        }
    }
}
