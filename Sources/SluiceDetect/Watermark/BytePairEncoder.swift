import SluiceCore

/// Byte-level byte-pair encoding: the tokens of a language model, by their numbers.
///
/// A token's number is also its rank, as in the vocabularies of OpenAI, Llama 3 and Qwen: of neighbouring parts of a piece,
/// those are joined first whose join has the lowest rank.
public struct BytePairEncoder: Sendable {
    /// How many tokens there are: the highest number plus one.
    public let count: Int
    /// The SHA-256 of the file.
    public let digest: Digest
    private let pattern: TextSplitter.Pattern
    /// Token numbers by the hash of their bytes. Two of a million tokens have the same once in some ten million files.
    private let ranks: [UInt64: Int32]

    /// The largest vocabulary file, in bytes.
    public static let fileLimit = 64 << 20
    /// Longer pieces are cut, since joining takes time in the square of their length; no model's token comes near it.
    static let pieceLimit = 256

    /// The encoder with the vocabulary at `path`, a line `BASE64 NUMBER` a token.
    ///
    /// - Throws: ``SluiceError``: `inputMissing` where the file cannot be read, `configuration` where it is no vocabulary.
    public init(path: String, pattern: TextSplitter.Pattern) throws(SluiceError) {
        let bytes = try FileBytes.read(
            path, limit: BytePairEncoder.fileLimit, advice: "give a vocabulary: a line 'BASE64 NUMBER' a token")
        var ranks: [UInt64: Int32] = [:]
        var (last, singles) = (-1, 0)
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
            guard fields.count == 2, let token = BytePairEncoder.decoded(base64: fields[0]), !token.isEmpty,
                let rank = Int32(String(decoding: fields[1], as: UTF8.self)), rank >= 0
            else {
                throw SluiceError(
                    .configuration, "\(path), line \(number + 1): no token",
                    advice: "each line needs the base64 of a token's bytes, a space and the token's number")
            }
            if token.count == 1, ranks[BytePairEncoder.hash(token[...])] == nil { singles += 1 }
            ranks[BytePairEncoder.hash(token[...])] = rank
            last = max(last, Int(rank))
        }
        guard singles == 256 else {
            throw SluiceError(
                .configuration, "\(path) has tokens for \(singles) of the 256 bytes",
                advice: "give the vocabulary of a byte-level tokeniser")
        }
        self.ranks = ranks
        self.pattern = pattern
        count = last + 1
        digest = Digest.of(bytes)
    }

    /// The numbers of the tokens of `text`, UTF-8, at most `limit`. O(*n*).
    public func encode(_ text: [UInt8], limit: Int = .max) -> [Int32] {
        var splitter = TextSplitter(text, pattern: pattern)
        var tokens: [Int32] = []
        while tokens.count < limit, let piece = splitter.next() {
            var rest = splitter.text[piece]
            while !rest.isEmpty {
                encode(rest.prefix(BytePairEncoder.pieceLimit), into: &tokens)
                rest = rest.dropFirst(BytePairEncoder.pieceLimit)
            }
        }
        return Array(tokens.prefix(limit))
    }

    private func encode(_ piece: ArraySlice<UInt8>, into tokens: inout [Int32]) {
        if let whole = ranks[BytePairEncoder.hash(piece)] {
            tokens.append(whole)
            return
        }
        var starts = Array(piece.startIndex...piece.endIndex)
        func join(_ part: Int) -> Int32 {
            guard part + 2 < starts.count else { return .max }
            return ranks[BytePairEncoder.hash(piece[starts[part]..<starts[part + 2]])] ?? .max
        }
        var joins = starts.indices.map(join)
        while let (part, rank) = joins.enumerated().min(by: { $0.element < $1.element }), rank < .max {
            starts.remove(at: part + 1)
            joins.remove(at: part + 1)
            joins[part] = join(part)
            if part > 0 { joins[part - 1] = join(part - 1) }
        }
        for (start, end) in zip(starts, starts.dropFirst()) {
            if let token = ranks[BytePairEncoder.hash(piece[start..<end])] { tokens.append(token) }
        }
    }

    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash = 0x9E37_79B9_7F4A_7C15 &+ UInt64(truncatingIfNeeded: bytes.count)
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0xD6E8_FEB8_6659_FD93
            hash ^= hash >> 32
        }
        return hash
    }

    /// RFC 4648's base 64; nil for what is none.
    private static func decoded(base64 digits: ArraySlice<UInt8>) -> [UInt8]? {
        var (bytes, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x41...0x5A: value = digit - 0x41
            case 0x61...0x7A: value = digit - 0x61 + 26
            case 0x30...0x39: value = digit - 0x30 + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="): continue
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
