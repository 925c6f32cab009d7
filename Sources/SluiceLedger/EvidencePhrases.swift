/// Texts in which frequent phrases are one byte or two, by bytes that UTF-8 never uses: F5 to FF for the first eleven
/// phrases, C0 and a number for the others. A text without any of them stays as it is.
enum EvidencePhrases {
    /// The phrases, in the order of their numbers. Stored rows name them by number: new ones go to the end.
    static let all = [
        " known words and word groups speak for a machine", "no evidence of machine writing found: ", " of ",
        ", most of all “", "”, “", "assumed share of synthetic documents ", "”: in ", " synthetic and ",
        " human training texts", ": assigned weight, not measured", ", and ",
        " more such", "declared synthetic", "declared real", ", verified", ", generator ", "captured ", ", before ",
        "content credentials of ", " bytes at byte ", " invalid sequences became U+FFFD",
        "the detector abstains: ", "too few words to judge", "code, tables or mark-up rather than prose",
        "not in English, the only language the model knows",
    ]

    /// The most phrases that have one byte.
    private static let short = 11

    private static let bytes = all.map { Array($0.utf8) }

    /// The numbers of the phrases that begin with a byte, the longest first.
    private static let beginning: [[Int]] = (0..<256).map { byte in
        bytes.indices.filter { bytes[$0].first == UInt8(byte) }.sorted { bytes[$0].count > bytes[$1].count }
    }

    static func pack(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { utf8 in
            var packed: [UInt8] = []
            packed.reserveCapacity(utf8.count)
            let (beginning, phrases) = (beginning, bytes)
            var at = 0
            while at < utf8.count {
                let rest = UnsafeBufferPointer(rebasing: utf8[at...])
                guard let number = beginning[Int(utf8[at])].first(where: { rest.starts(with: phrases[$0]) }) else {
                    packed.append(utf8[at])
                    at += 1
                    continue
                }
                if number < short {
                    packed.append(0xF5 + UInt8(number))
                } else {
                    packed += [0xC0, UInt8(number - short)]
                }
                at += phrases[number].count
            }
            return packed
        }
    }

    /// The text that was packed, UTF-8; nil where there is none that could have been.
    static func unpack(_ packed: ArraySlice<UInt8>) -> [UInt8]? {
        guard let text = expanded(packed), (try? UTF8Span(validating: text.span)) != nil else { return nil }
        return text
    }

    /// True where ``unpack(_:)`` has an answer.
    static func isSound(_ packed: ArraySlice<UInt8>) -> Bool {
        var isASCII = true
        var rest = packed
        while let byte = rest.popFirst() {
            switch byte {
            case 0..<0x80, 0xF5...0xFF: break
            case 0xC0:
                guard let next = rest.popFirst(), short + Int(next) < bytes.count else { return false }
            default: isASCII = false
            }
        }
        return isASCII || unpack(packed) != nil
    }

    /// What stands for phrases replaced by them; nil where the number of one is unknown.
    private static func expanded(_ packed: ArraySlice<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        text.reserveCapacity(4 * packed.count + 64)
        let phrases = bytes
        var rest = packed
        while let byte = rest.popFirst() {
            let number: Int
            switch byte {
            case 0xF5...0xFF: number = Int(byte - 0xF5)
            case 0xC0:
                guard let next = rest.popFirst() else { return nil }
                number = short + Int(next)
            default:
                text.append(byte)
                continue
            }
            guard number < phrases.count else { return nil }
            text += phrases[number]
        }
        return text
    }
}
