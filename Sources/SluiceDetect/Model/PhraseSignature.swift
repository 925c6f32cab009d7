/// A phrase that gives a machine away, with what was measured of it.
public struct PhraseSignature: Sendable, Equatable {
    /// The phrase: two to twelve words, folded as the tokeniser folds them, with single spaces.
    public var phrase: String
    /// The log likelihood ratio of a text that holds it, in nats.
    public var weight: Double
    /// In how many human texts of the training set it occurs.
    public var human: Int
    /// In how many synthetic texts of the training set it occurs.
    public var synthetic: Int

    /// The largest weight a phrase can have, in nats: people quote machines, in texts younger than any training set.
    public static let weightLimit = 4.0
    /// The weight of a chat program's own mark that the training set does not hold: assigned, not measured.
    public static let assignedWeight = 2.0

    /// A signature of its parts.
    public init(phrase: String, weight: Double, human: Int, synthetic: Int) {
        self.phrase = phrase
        self.weight = weight
        self.human = human
        self.synthetic = synthetic
    }
}

/// The phrases that the detector looks for: chosen by hand, weighed by measurement.
public enum PhraseCatalogue {
    /// What chat models begin an answer with. Elsewhere than at the beginning of a text the same words are ordinary English
    /// (“I am not sure. Here is …”) and are not looked for; of 266 synthetic training texts that hold one, 264 begin with it.
    public static let openings: [String] = lines(
        """
        certainly here is
        certainly here are
        certainly here s
        sure here is
        sure here are
        sure here s
        """)

    /// Leftover refusals, self-descriptions and openings of chat models: weighed on the training set alone.
    public static let measured: [String] =
        openings
        + lines(
            """
            as an ai language model
            as a large language model
            as an ai assistant
            as an ai model
            as an ai text
            as an ai i
            i am an ai
            i m an ai
            i am a large language model
            i m a large language model
            i m just an ai
            i m sorry but as
            i cannot fulfill
            i can t fulfill
            i cannot assist
            i can t assist
            i don t have personal beliefs
            i don t have personal emotions
            i don t have personal experiences
            i don t have personal feelings
            i don t have personal opinions
            i don t have personal preferences
            i do not have personal beliefs
            i do not have personal emotions
            i do not have personal experiences
            i do not have personal feelings
            i do not have personal opinions
            i do not have personal preferences
            my knowledge cutoff
            as of my last update
            as of my last knowledge update
            as of my knowledge cutoff
            here is a rewritten version
            here is the rewritten
            """)

    /// Marks that chat programs and templates leave behind; a training set of cleaned texts hardly holds them.
    public static let assigned: [String] = lines(
        """
        im_start user
        im_start assistant
        im_end im_start
        start_header_id assistant
        contentreference oaicite
        oaicite index
        cite turn0search0
        cite turn0search1
        utm_source chatgpt
        regenerate response
        insert name here
        insert your name
        insert date here
        insert citation here
        as an ai developed by
        trained by openai
        developed by openai
        i was created by anthropic
        """)

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }
}
