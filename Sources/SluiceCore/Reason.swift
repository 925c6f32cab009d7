/// Why a record was not kept.
///
/// A reason is a value of the provenance table, a key of the summary's `rejected` object and a row of `docs/formats.md`;
/// the raw values never change once released.
public enum Reason: String, CaseIterable, Sendable {
    // Damage: bytes that are not what the format says they are.
    /// A compressed member that cannot be decompressed to its end, or whose checksum does not match.
    case damagedMember = "damaged-member"
    /// A WARC record whose header or framing cannot be read.
    case damagedRecord = "damaged-record"
    /// A record that ends before its stated length.
    case truncatedRecord = "truncated-record"
    /// A line that is not one complete JSON value.
    case invalidJSON = "invalid-json"
    /// Bytes after the end of compressed data, or between records, that belong to nothing.
    case strayBytes = "stray-bytes"

    // Limits: what would cost more than the configuration allows.
    /// A line longer than `limits.line_bytes`.
    case lineTooLong = "line-too-long"
    /// A record larger than `limits.record_bytes`.
    case recordTooLarge = "record-too-large"
    /// A WARC header larger than `limits.header_bytes`.
    case headerTooLarge = "header-too-large"
    /// JSON nested deeper than `limits.json_depth`.
    case nestingTooDeep = "nesting-too-deep"

    // Content: sound records that hold no text to keep.
    /// A JSON value that is not an object.
    case notAnObject = "not-an-object"
    /// An object without a string under `text`.
    case missingText = "missing-text"
    /// A text without a single word.
    case noWords = "no-words"
    /// A record that holds binary data where text was expected.
    case notText = "not-text"
    /// A WARC `response`: HTML extraction is not part of this version.
    case htmlNotExtracted = "html-not-extracted"
    /// A WARC record of a type that carries no text of its own (`request`, `metadata`, `revisit`, …).
    case unsupportedRecordType = "unsupported-record-type"

    /// True where the input itself is damaged or beyond a limit, which makes a run end with exit code 1.
    public var isDamage: Bool {
        switch self {
        case .damagedMember, .damagedRecord, .truncatedRecord, .invalidJSON, .strayBytes, .lineTooLong,
            .recordTooLarge, .headerTooLarge, .nestingTooDeep:
            true
        case .notAnObject, .missingText, .noWords, .notText, .htmlNotExtracted, .unsupportedRecordType:
            false
        }
    }
}
