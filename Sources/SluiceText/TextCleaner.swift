/// A text as it is stored and exported, and what was done to it.
public struct CleanText: Sendable, Equatable {
    /// The text: valid UTF-8 without a byte order mark at its start and without C2PA wrappers.
    public var bytes: [UInt8]
    /// How many ill-formed stretches were replaced by U+FFFD.
    public var replacements: Int
    /// The signs of origin found in the raw bytes, in order.
    public var marks: [ProvenanceMark]

    /// A cleaned text of its parts.
    public init(bytes: [UInt8], replacements: Int = 0, marks: [ProvenanceMark] = []) {
        self.bytes = bytes
        self.replacements = replacements
        self.marks = marks
    }
}

/// Makes texts out of raw bytes.
public enum TextCleaner {
    /// `raw` as valid UTF-8, without C2PA wrappers and without U+FEFF at its start; otherwise untouched.
    ///
    /// Each maximal subpart of an ill-formed sequence becomes one U+FFFD, as the Unicode standard recommends. Cleaning a
    /// clean text changes nothing. O(*n*); text that needs no cleaning is only read, ASCII at over 20 GB/s, and not
    /// copied.
    public static func clean(_ raw: [UInt8]) -> CleanText {
        let state = UTF8State(raw)
        if state == .ascii { return CleanText(bytes: raw) }
        let marks = C2PAWrapper.all(in: raw)
        if state == .valid, marks.isEmpty, !startsWithByteOrderMark(raw[...]) { return CleanText(bytes: raw) }
        var repair = UTF8Repair(capacity: raw.count)
        var at = 0
        // Piece by piece, lest the halves of an ill-formed sequence meet where a wrapper was.
        for mark in marks {
            append(raw[at..<mark.offset], to: &repair)
            at = mark.offset + mark.length
        }
        append(raw[at...], to: &repair)
        return CleanText(bytes: repair.bytes, replacements: repair.replacements, marks: marks)
    }

    private static func append(_ piece: ArraySlice<UInt8>, to repair: inout UTF8Repair) {
        var piece = piece
        while repair.bytes.isEmpty, startsWithByteOrderMark(piece) { piece = piece.dropFirst(3) }
        repair.append(piece)
    }

    private static func startsWithByteOrderMark(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.starts(with: [0xEF, 0xBB, 0xBF])
    }
}
