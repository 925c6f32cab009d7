import SluiceCore
import SluiceText

extension CleanText {
    /// The text of `record` that has the bytes `raw`, cleaned.
    init(of raw: [UInt8], in record: Record) {
        self = TextCleaner.clean(raw)
        replacements += record.loneSurrogates
    }

    /// What was seen in the raw bytes and is not in the text any more; it speaks neither for nor against.
    var notes: [Evidence] {
        var notes = marks.map { mark in
            Evidence(
                kind: mark.kind.rawValue, weight: 0,
                detail: "content credentials of \(mark.length) bytes at byte \(mark.offset): \(mark.status.rawValue)")
        }
        if replacements > 0 {
            notes.append(
                Evidence(kind: "utf8-repair", weight: 0, detail: "\(replacements) invalid sequences became U+FFFD"))
        }
        return notes
    }
}
