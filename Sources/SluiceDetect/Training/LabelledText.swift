import SluiceCore

/// One text whose author is known: what the detector is trained on and measured with.
public struct LabelledText: Sendable, Equatable {
    /// The text's name in its data set.
    public var id: String
    /// The text, UTF-8.
    public var text: [UInt8]
    /// True where a language model wrote it.
    public var isSynthetic: Bool
    /// The model that wrote it, or `human`.
    public var generator: String
    /// The kind of text: `news`, `review`, …
    public var domain: String
    /// The collection it comes from, which its licence hangs on.
    public var source: String
    /// What was done to the text to hide its author: `paraphrase`, …; `none` where nothing was.
    public var attack: String
    /// True where weights are learnt from it, but it does not count in the frequencies that they are pulled to: those of a
    /// few new texts would speak for their prompts more than for machines.
    public var isSupplement = false

    /// A labelled text of its parts.
    public init(
        id: String, text: [UInt8], isSynthetic: Bool, generator: String, domain: String, source: String,
        attack: String = "none"
    ) {
        self.id = id
        self.text = text
        self.isSynthetic = isSynthetic
        self.generator = generator
        self.domain = domain
        self.source = source
        self.attack = attack
    }

    /// Sets about a tenth of `texts` aside to calibrate on, chosen by their content alone, so that neither order nor
    /// names matter.
    public static func setAside(_ texts: [LabelledText]) -> (learning: [LabelledText], calibration: [LabelledText]) {
        var learning: [LabelledText] = []
        var calibration: [LabelledText] = []
        for text in texts {
            if Digest.of(text.text).prefix % 10 == 0 { calibration.append(text) } else { learning.append(text) }
        }
        return (learning, calibration)
    }
}
