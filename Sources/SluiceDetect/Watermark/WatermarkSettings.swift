/// Which watermark is looked for, and with what; see `docs/detector.md`.
public struct WatermarkSettings: Sendable, Equatable {
    /// A ``WatermarkScheme``'s name, or `none`.
    public var scheme = "none"
    /// The file of the generating model's tokens, as tiktoken writes it: a line `BASE64 NUMBER` a token.
    public var vocabulary = ""
    /// How the model cuts text before it joins bytes to tokens: a ``TextSplitter/Pattern``'s name.
    public var split = "gpt2"
    /// The key, decimal; for SynthID one key a layer, with commas.
    public var keys = ""
    /// The share of tokens that are green; green lists only.
    public var greenShare = 0.25
    /// How many tokens the next one's mark hangs on; SynthID only, for green lists it is 1.
    public var context = 4
    /// How many tokens the generating model chooses from, padding included; 0 for those of the file.
    public var vocabularySize = 0

    /// No watermark.
    public init() {}
}

/// The watermarks that can be looked for.
public enum WatermarkScheme: String, CaseIterable, Sendable {
    /// Green lists seeded by the token before (Kirchenbauer et al. 2023: `simple_1`; transformers: `lefthash`), as
    /// PyTorch draws them on a CPU.
    case greenListTorch = "green-list-torch-cpu"
    /// Green lists after a hash of ours of key, token before and token.
    case greenListKeyed = "green-list-keyed"
    /// SynthID-Text after google-deepmind/synthid-text.
    case tournament = "synthid"
    /// SynthID-Text after transformers, whose table of random bits PyTorch drew on a CPU.
    case tournamentTorch = "synthid-torch-cpu"
}
