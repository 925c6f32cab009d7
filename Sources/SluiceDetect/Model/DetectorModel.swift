import SluiceCore

/// What the detector has learnt: weights of hashed runs of words, phrases, gates and a calibration; aggregate
/// figures only, no text.
///
/// The raw score of a text is `bias + scale · Σ wᵢ·dᵢ / √Σ dᵢ²` over its distinct features *i*, where *wᵢ* is the
/// feature's weight and *dᵢ* its inverse document frequency, both bytes of ``table``. A feature is a run of one to three
/// words (see ``GramWalker``) that the table knows.
public struct DetectorModel: Sendable {
    /// The version of the file format that this program reads and writes.
    public static let formatVersion: UInt32 = 2

    /// How many texts of a domain and a label the model was trained on.
    public struct DomainCount: Sendable, Equatable {
        /// The kind of text.
        public var domain: String
        /// Texts that people wrote.
        public var human: Int
        /// Texts that models wrote.
        public var synthetic: Int
    }

    /// One of the strongest features, by name.
    public struct NamedFeature: Sendable, Equatable {
        /// Its words; a masked word by the last three letters that stand there most often.
        public var text: String
        /// What it adds to the sum that makes the score: its weight times its inverse document frequency.
        public var weight: Double
    }

    /// A figure that was measured when the model was made.
    public struct Figure: Sendable, Equatable {
        /// What was measured, such as `dev.auroc`.
        public var name: String
        /// What came out.
        public var value: Double
    }

    var table: FeatureTable
    var scale: Double
    var bias: Double
    var vocabulary: Vocabulary
    /// The seed of the crops it was trained on.
    public internal(set) var seed: UInt64
    /// From the raw score to nats.
    public internal(set) var calibration: Calibration
    /// What a text must be like to be judged.
    public internal(set) var gates: Gates
    /// The phrases it looks for.
    public internal(set) var phrases: [PhraseSignature]
    /// The features that speak most for a machine, and those that speak most for a person; falling in weight.
    public internal(set) var strongest: [NamedFeature]
    /// What it was trained on.
    public internal(set) var trainedOn: [DomainCount]
    /// The collections that it was trained on.
    public internal(set) var sources: [String]
    /// What was measured when it was made.
    public internal(set) var figures: [Figure]
    /// The SHA-256 of its file, by which provenance rows name it.
    public internal(set) var id: Digest

    /// The model in the file at `path`.
    ///
    /// - Throws: `inputMissing` where the file cannot be read, `configuration` where it is not a sound model.
    public static func load(path: String) throws(SluiceError) -> DetectorModel {
        let bytes = try FileBytes.read(path, limit: byteLimit)
        do throws(SluiceError) {
            return try DetectorModel(bytes: bytes)
        } catch {
            throw SluiceError(error.code, "\(path): \(error.message)", advice: error.advice)
        }
    }

    /// The largest model file, in bytes.
    static let byteLimit = 16 << 20

    /// How many words the model looks at; all others are masked.
    public var vocabularyCount: Int { vocabulary.count }

    /// The phrases with their figures as a table: phrase, weight in nats, human texts, synthetic texts; tab-separated.
    public var phraseTable: String {
        var text = "# phrase\tweight (nats)\thuman texts\tsynthetic texts\n"
        for phrase in phrases {
            text +=
                "\(phrase.phrase)\t\(JSONText.decimal(phrase.weight, places: 3))\t\(phrase.human)\t\(phrase.synthetic)\n"
        }
        return text
    }
}
