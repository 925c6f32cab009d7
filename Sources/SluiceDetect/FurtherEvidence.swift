import SluiceCore
import SluiceText

/// What a text says about its author besides its words' statistics: that it repeats itself, and that it bears a watermark.
///
/// A value that workers share.
public struct FurtherEvidence: Sendable {
    private let watermark: WatermarkTest?

    /// Looks for loops, and for the watermark that `settings` describe.
    ///
    /// - Throws: ``SluiceError`` of the kind `configuration` where the vocabulary or a setting cannot be used.
    public init(_ settings: WatermarkSettings = WatermarkSettings()) throws(SluiceError) {
        watermark = try WatermarkTest(settings)
    }

    /// The most that it can add, in nats.
    public var most: Double { watermark == nil ? Loop.weight : Detector.llrLimit }

    /// The evidence in `text`, whose words are `words`, besides what `score` says. O(*n*).
    ///
    /// Where the detector abstains a loop is not looked for: its weight was measured on what the detector judges. All
    /// evidence of a text together is limited to ``Detector/llrLimit``, so that a declared label outweighs it.
    public func find(in text: [UInt8], words: Words, score: TextScore) -> [Evidence] {
        var found: [Evidence] = []
        if score.abstention == nil, let loop = Loop.evidence(in: words) { found.append(loop) }
        if let watermark, let evidence = watermark.evidence(in: text) { found.append(evidence) }
        var room = max(Detector.llrLimit - score.llr, 0)
        for index in found.indices {
            found[index].weight = Evidence.rounded(min(found[index].weight, room))
            room -= max(found[index].weight, 0)
        }
        return found
    }
}
