import SluiceCore
import SluiceText

/// A record's text as a document would have it, with its words, or why no document can be made of it.
enum UsableText {
    case text(CleanText, Words)
    case none(Reason, detail: String)

    /// What `raw`, the text of `record`, is good for.
    init(of raw: [UInt8], in record: Record, _ tokenizer: inout Tokenizer) {
        if let (reason, detail) = UsableText.markup(of: raw) {
            self = .none(reason, detail: detail)
            return
        }
        let text = CleanText(of: raw, in: record)
        let words = tokenizer.tokenize(text.bytes)
        let odd = text.replacements + words.shape.controls
        if odd > UsableText.fewOdd, odd > raw.count / UsableText.oddBytesInOne {
            self = .none(
                .notText, detail: "control characters and invalid sequences: \(odd) in \(raw.count) bytes of UTF-8")
        } else if words.count == 0 {
            self = .none(.noWords, detail: "\(text.bytes.count) bytes without a letter or a digit")
        } else {
            self = .text(text, words)
        }
    }

    /// French in Latin-1 has an invalid sequence in 20 to 25 bytes, which leaves it readable; text in another script's
    /// encoding has one in three and fewer, and so have random bytes.
    private static let oddBytesInOne = 10
    /// So many are an accident, in however short a text.
    private static let fewOdd = 3

    /// The first bytes, within which a page has its head or its body.
    private static let pageHead = 2048

    /// What a text is that begins as a page of HTML or as a PDF; nil of others. A text about HTML may begin with a tag, so
    /// that of a page is not enough. O(1).
    private static func markup(of raw: [UInt8]) -> (Reason, String)? {
        var head = raw.prefix(pageHead)
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { head = head.dropFirst(3) }
        head = head.drop { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }
        if head.first == UInt8(ascii: "%"), head.starts(with: "%PDF-".utf8) { return (.notText, "a PDF") }
        guard head.first == UInt8(ascii: "<") else { return nil }
        let text = String(decoding: head, as: UTF8.self).lowercased()
        let isPage =
            text.hasPrefix("<!doctype html")
            || text.hasPrefix("<html") && (text.contains("<head") || text.contains("<body"))
        return isPage ? (.htmlNotExtracted, "a page of HTML") : nil
    }
}
