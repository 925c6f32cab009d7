/// The most that one record may cost (law 10). All sizes in bytes.
public struct Limits: Sendable, Equatable {
    /// The largest record, decompressed, header included.
    public var recordBytes: Int
    /// The longest line of a JSONL source.
    public var lineBytes: Int
    /// The largest WARC header block.
    public var headerBytes: Int
    /// The deepest nesting of JSON arrays and objects.
    public var jsonDepth: Int
    /// The most word 5-grams of a document that count for near-duplicate detection: the first ones, repeated ones
    /// included.
    public var shingles: Int
    /// The most earlier documents that one document is compared with, word by word.
    public var candidates: Int

    /// Limits of their parts; the defaults are those of `config/sluice.yaml`.
    public init(
        recordBytes: Int = 64 << 20, lineBytes: Int = 16 << 20, headerBytes: Int = 64 << 10, jsonDepth: Int = 64,
        shingles: Int = 1 << 20, candidates: Int = 256
    ) {
        self.recordBytes = recordBytes
        self.lineBytes = lineBytes
        self.headerBytes = headerBytes
        self.jsonDepth = jsonDepth
        self.shingles = shingles
        self.candidates = candidates
    }
}
