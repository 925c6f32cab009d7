import Glibc
import SluiceCore

/// Tests texts for one known watermark. A value that workers share.
public struct WatermarkTest: Sendable {
    private enum Mark: Sendable {
        case greenList(GreenList)
        case tournament(TournamentMark)
    }

    private let scheme: WatermarkScheme
    private let encoder: BytePairEncoder
    private let mark: Mark

    /// The most tokens of a text that are looked at: the first ones.
    public static let tokenLimit = 4096
    /// The bytes of a text that are looked at: the first ones.
    public static let byteLimit = 1 << 16
    /// The most tokens that a model may choose from.
    public static let vocabularyLimit = 1 << 19
    /// The fewest tokens that are tested.
    public static let leastTokens = 16
    /// The share of synthetic text that is assumed to bear the watermark. A text without it is hardly less synthetic.
    public static let bearing = 0.01

    /// The test that `settings` ask for; nil where they ask for none.
    ///
    /// - Throws: ``SluiceError`` of the kind `configuration` where the vocabulary or a setting cannot be used.
    public init?(_ settings: WatermarkSettings) throws(SluiceError) {
        guard settings.scheme != "none" else { return nil }
        guard let scheme = WatermarkScheme(rawValue: settings.scheme) else {
            throw WatermarkTest.refusal("scheme", settings.scheme, "one of \(WatermarkScheme.allCases.map(\.rawValue))")
        }
        guard let pattern = TextSplitter.Pattern(rawValue: settings.split) else {
            throw WatermarkTest.refusal("split", settings.split, "gpt2 or cl100k")
        }
        var keys: [UInt64] = []
        for text in settings.keys.split(separator: ",", omittingEmptySubsequences: false) {
            guard let key = UInt64(text.filter { $0 != " " }), key <= Int64.max else { break }
            keys.append(key)
        }
        let isTournament = scheme == .tournament || scheme == .tournamentTorch
        let given = settings.keys.count { $0 == "," } + 1
        guard keys.count == given, Set(keys).count == given, isTournament ? keys.count <= 64 : keys.count == 1 else {
            throw SluiceError(
                .configuration, "watermark.keys is no key for \(scheme.rawValue)",
                advice: isTournament ? "give up to 64 different whole numbers, with commas" : "give one whole number")
        }
        guard !settings.vocabulary.isEmpty else {
            throw SluiceError(
                .configuration, "watermark.vocabulary is missing",
                advice: "name the file of the generating model's tokens")
        }
        let encoder: BytePairEncoder
        do throws(SluiceError) { encoder = try BytePairEncoder(path: settings.vocabulary, pattern: pattern) } catch {
            throw SluiceError(.configuration, "watermark.vocabulary: \(error.message)", advice: error.advice)
        }
        let size = settings.vocabularySize == 0 ? encoder.count : settings.vocabularySize
        guard size >= encoder.count, size <= WatermarkTest.vocabularyLimit else {
            throw WatermarkTest.refusal(
                "vocabulary_size", "\(size)", "\(encoder.count), as in the file, to \(WatermarkTest.vocabularyLimit)")
        }
        self.scheme = scheme
        self.encoder = encoder
        mark =
            isTournament
            ? .tournament(
                TournamentMark(keys: keys, context: max(settings.context, 1), isTorch: scheme == .tournamentTorch))
            : .greenList(
                GreenList(
                    key: keys[0], share: settings.greenShare, vocabularySize: size, isTorch: scheme == .greenListTorch))
    }

    private static func refusal(_ key: String, _ value: String, _ expected: String) -> SluiceError {
        SluiceError(.configuration, "watermark.\(key) is '\(value)'", advice: "it must be \(expected)")
    }

    /// How many tokens of `text`, valid UTF-8, were tested, and by how many standard deviations they are marked more often
    /// than chance would have it. O(*n*).
    public func score(_ text: [UInt8]) -> (tokens: Int, z: Double) {
        var end = min(text.count, WatermarkTest.byteLimit)
        while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
        let tokens = encoder.encode(Array(text[..<end]), limit: WatermarkTest.tokenLimit)
        return switch mark {
        case .greenList(let list): list.score(tokens)
        case .tournament(let mark): mark.score(tokens)
        }
    }

    /// What the test says about the text's author; nil where there is too little to test.
    func evidence(in text: [UInt8]) -> Evidence? {
        let (tokens, z) = score(text)
        guard tokens >= WatermarkTest.leastTokens else { return nil }
        let vocabulary = encoder.digest.hex.prefix(8)
        return Evidence(
            kind: "watermark", weight: WatermarkTest.weight(z: z, tokens: tokens),
            detail:
                "\(scheme.rawValue): z = \(JSONText.decimal(z, places: 2)) over \(tokens) tokens, vocabulary \(vocabulary)"
        )
    }

    /// The log likelihood ratio, in nats, of a score of `z` over `tokens` tokens.
    ///
    /// Unmarked, z is normal around 0. Marked, it is normal around d√T, and d, the mark's strength in a token, half-normal
    /// of scale ½, which a bias of 2 in a green list of a quarter comes to. With s = T/4 the ratio of the two is
    /// 2/√(1+s) · exp(½z²s/(1+s)) · Φ(z√(s/(1+s))). Synthetic text bears the mark with the probability ``bearing``.
    public static func weight(z: Double, tokens: Int) -> Double {
        let s = Double(tokens) / 4
        let shrunk = z * (s / (1 + s)).squareRoot()
        // Further down erfc underflows; the ratio is nothing there.
        guard shrunk > -30 else { return Glibc.log(1 - bearing) }
        let log =
            Glibc.log(2) - Glibc.log(1 + s) / 2 + shrunk * shrunk / 2
            + Glibc.log(max(erfc(-shrunk / 2.squareRoot()) / 2, 1e-300))
        // Beyond this the limit of all text evidence is passed anyway.
        return Glibc.log(1 - bearing + bearing * exp(min(log, 100)))
    }
}
