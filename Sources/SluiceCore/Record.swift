/// What a record, or its whole source, declares about its author before anything is measured.
public struct DeclaredLabel: Sendable, Equatable {
    /// True where the text is declared machine-written, false where it is declared human.
    public var isSynthetic: Bool
    /// The model that is said to have written it.
    public var generator: String?
    /// True where the declaring side says that the label, or the text, was verified.
    public var isVerified: Bool

    /// A label of its parts.
    public init(isSynthetic: Bool, generator: String? = nil, isVerified: Bool = false) {
        self.isSynthetic = isSynthetic
        self.generator = generator
        self.isVerified = isVerified
    }
}

/// One entry of a source, decoded: its place, its names and either its text or the reason why it has none.
///
/// A record is known by its source and `ordinal`.
public struct Record: Sendable, Equatable {
    /// The longest id, address or generator's name that is kept, in UTF-8 bytes; a longer one is left out, and said to be.
    public static let nameLimit = 4096

    /// The place among the records of the source, from 0.
    public var ordinal: Int
    /// Where it starts: the offset in the file of its compressed member, or of its first byte in an uncompressed file.
    public var offset: UInt64
    /// `WARC-Record-ID` as written (`<urn:uuid:…>`), or the `id` of a JSON line.
    public var id: String?
    /// The address the text was captured from.
    public var url: String?
    /// The moment of capture, RFC 3339 in UTC, as the record states it.
    public var captured: String?
    /// What the record declares about its author.
    public var declared: DeclaredLabel?
    /// What its labels and names hold that could not be taken, as evidence of weight 0: ``Evidence/unreadLabel`` and
    /// `dropped-name`.
    public var notes: [Evidence] = []
    /// Escapes in the text that stand for no character, each of which became U+FFFD.
    public var loneSurrogates = 0
    /// The text's bytes, unrepaired, or why there are none.
    public var content: Content

    /// Text, or the reason why there is none.
    public enum Content: Sendable, Equatable {
        /// The text's bytes as they came; UTF-8 is not assured.
        case text([UInt8])
        /// Why the record holds no text, and what exactly was found there.
        case rejected(Reason, detail: String)
    }

    /// A record of its parts.
    public init(
        ordinal: Int, offset: UInt64, id: String? = nil, url: String? = nil, captured: String? = nil,
        declared: DeclaredLabel? = nil, content: Content
    ) {
        self.ordinal = ordinal
        self.offset = offset
        self.id = id
        self.url = url
        self.captured = captured
        self.declared = declared
        self.content = content
    }
}
