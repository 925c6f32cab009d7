import SluiceText

/// Neighbouring words of a text, of which some are marked.
public struct Passage: Sendable, Equatable {
    /// The words, by their numbers in the text, from 0; never empty.
    public var words: Range<Int>
    /// Runs of marked words among them, in order and apart.
    public var marked: [Range<Int>]
    /// How many words the text has.
    public var count: Int

    /// The passage as `text` writes it, the marked words in brackets, white space folded; `places` are the words' ranges of
    /// bytes, see ``Tokenizer/places(in:)``. Signs between two words belong to the passage, those around it do not. An empty
    /// string where the places are another text's.
    public func shown(in text: [UInt8], places: [Range<Int>]) -> String {
        guard places.count == count, let last = words.last, let end = places.last?.upperBound, end <= text.count else {
            return ""
        }
        var out: [UInt8] = []
        var at = places[words.lowerBound].lowerBound
        func take(_ range: Range<Int>) {
            for byte in text[range] {
                let isSpace = byte == UInt8(ascii: " ") || 0x09...0x0D ~= byte
                if !isSpace { out.append(byte) } else if out.last != UInt8(ascii: " ") { out.append(UInt8(ascii: " ")) }
            }
        }
        for run in marked where words.lowerBound <= run.lowerBound && run.upperBound <= words.upperBound {
            let (start, stop) = (places[run.lowerBound].lowerBound, places[run.upperBound - 1].upperBound)
            guard at <= start else { return "" }
            take(at..<start)
            out.append(UInt8(ascii: "["))
            take(start..<stop)
            out.append(UInt8(ascii: "]"))
            at = stop
        }
        take(at..<max(at, places[last].upperBound))
        let shown = String(decoding: out, as: UTF8.self)
        return (words.lowerBound > 0 ? "… " : "") + shown + (words.upperBound < count ? " …" : "")
    }
}
