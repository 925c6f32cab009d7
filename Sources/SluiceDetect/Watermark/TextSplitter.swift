/// Cuts text into the pieces within which a byte-level tokeniser joins bytes: words with the space before them, numbers,
/// signs, white space.
public struct TextSplitter: Sendable {
    /// Whose way of cutting.
    public enum Pattern: String, CaseIterable, Sendable {
        /// GPT-2's, which many open models share.
        case gpt2
        /// That of OpenAI's cl100k and, but for details, of Llama 3 and Qwen: numbers in threes, line ends with the signs
        /// before them.
        case cl100k
    }

    private enum Kind: UInt8 { case letter, number, lineEnd, space, other, end }

    private let pattern: Pattern
    /// The text that the pieces are of: bytes that are not UTF-8 have become U+FFFD.
    let text: [UInt8]
    private var kinds: [Kind] = []
    private var starts: [Int] = []
    private var at = 0

    /// A splitter of `text`, UTF-8. O(*n*).
    public init(_ text: [UInt8], pattern: Pattern) {
        let valid = String(decoding: text, as: UTF8.self)
        self.text = Array(valid.utf8)
        self.pattern = pattern
        var start = 0
        for scalar in valid.unicodeScalars {
            kinds.append(TextSplitter.kind(of: scalar))
            starts.append(start)
            start += UTF8.width(scalar)
        }
        starts.append(start)
    }

    /// The bytes of the next piece; nil at the end. Pieces leave nothing out.
    public mutating func next() -> Range<Int>? {
        guard at < kinds.count else { return nil }
        let first = at
        at = end(of: first)
        return starts[first]..<starts[at]
    }

    private func kind(_ place: Int) -> Kind { place < kinds.count ? kinds[place] : .end }

    private func run(_ kind: Kind, from place: Int, atMost most: Int = .max) -> Int {
        var end = place
        while self.kind(end) == kind, end - place < most { end += 1 }
        return end
    }

    private func end(of first: Int) -> Int {
        let byte = text[starts[first]]
        if byte == UInt8(ascii: "'"), let end = contraction(first) { return end }
        // A space goes with the word, number or sign behind it.
        let body = byte == UInt8(ascii: " ") ? first + 1 : first
        switch pattern {
        case .gpt2:
            if kind(body) == .letter { return run(.letter, from: body) }
            if kind(body) == .number { return run(.number, from: body) }
            if kind(body) == .other { return run(.other, from: body) }
        case .cl100k:
            if kind(first) == .letter { return run(.letter, from: first) }
            if kind(first) == .number { return run(.number, from: first, atMost: 3) }
            if kind(first) != .lineEnd, kind(first + 1) == .letter { return run(.letter, from: first + 1) }
            if kind(body) == .other { return run(.lineEnd, from: run(.other, from: body)) }
        }
        return endOfSpace(first)
    }

    /// White space: in cl100k up to its last line end, else all but the last, which goes with what follows.
    private func endOfSpace(_ first: Int) -> Int {
        var (end, afterLine) = (first, first)
        while kind(end) == .space || kind(end) == .lineEnd {
            end += 1
            if kinds[end - 1] == .lineEnd { afterLine = end }
        }
        if pattern == .cl100k, afterLine > first { return afterLine }
        return kind(end) != .end && end - first > 1 ? end - 1 : max(end, first + 1)
    }

    /// The end of an English contraction such as `'ll`.
    private func contraction(_ first: Int) -> Int? {
        func letter(_ place: Int) -> UInt8 {
            guard place < kinds.count, starts[place + 1] - starts[place] == 1 else { return 0 }
            let byte = text[starts[place]]
            return pattern == .cl100k && (65...90).contains(byte) ? byte | 0x20 : byte
        }
        let (a, b) = (letter(first + 1), letter(first + 2))
        if "stmd".utf8.contains(a) { return first + 2 }
        return ["re", "ve", "ll"].contains { $0.utf8.elementsEqual([a, b]) } ? first + 3 : nil
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        if scalar.value < 0x80 {
            switch UInt8(truncatingIfNeeded: scalar.value) {
            case 0x61...0x7A, 0x41...0x5A: return .letter
            case 0x30...0x39: return .number
            case 0x0A, 0x0D: return .lineEnd
            case 0x20, 0x09, 0x0B, 0x0C: return .space
            default: return .other
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return scalar.properties.isWhitespace ? .space : .other
        }
    }
}
