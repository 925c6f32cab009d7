import SluiceCore
import SluiceDetect

/// What the ratio of synthetic to real tokens that stands beside it does not exceed by the truth, if the detector's ratios hold
/// for the texts at hand; it is never below that ratio.
public struct RatioBound: Sendable, Equatable {
    /// The bound; nil where none can be given, or nothing is real.
    public let ratio: Double?
    /// Why the detector's ratios may not hold; nil where they were tested on documents known to be human.
    public let doubt: PrevalenceCount.Doubt?

    /// A bound of its parts.
    public init(ratio: Double?, doubt: PrevalenceCount.Doubt?) { (self.ratio, self.doubt) = (ratio, doubt) }

    /// The bound for people: with four decimals, and the doubt where there is one.
    public var text: String {
        let doubt = doubt.map { " (\($0.rawValue))" } ?? ""
        return "at most " + (ratio.map { JSONText.decimal($0, places: 4) } ?? "-") + doubt
    }

    /// Writes it as the members `bound` and `boundReason` of a JSON object.
    public func writeMembers(to json: inout JSONText) {
        json.member("bound", ratio)
        json.member("boundReason", doubt?.rawValue)
    }
}
