/// What a source is made of, below its compression.
public enum SourceFormat: String, CaseIterable, Sendable {
    /// Told from the first bytes.
    case auto
    /// WARC 0.17 to 1.1, WET included.
    case warc
    /// One JSON object a line, with Dolma's keys.
    case jsonl
    /// The whole source is one document.
    case text
}
