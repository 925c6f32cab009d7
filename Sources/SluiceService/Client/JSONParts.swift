/// The parts of a JSON text, as the very bytes that came: what is only passed on is not written anew.
enum JSONParts {
    /// The elements of an array, or the members of an object with their keys. `text` is JSON that a parser has taken.
    static func parts(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var (depth, isString, isEscaped, start) = (0, false, false, text.startIndex)
        for index in text.indices {
            let byte = text[index]
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                if depth == 1 { start = index + 1 }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { parts.append(trimmed(text[start..<index])) }
            case UInt8(ascii: ",") where depth == 1:
                parts.append(trimmed(text[start..<index]))
                start = index + 1
            default: break
            }
        }
        return parts.filter { !$0.isEmpty }
    }

    /// The value of the member `key` of an object; nil where there is none.
    static func value(of key: String, in object: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let name = Array("\"\(key)\"".utf8)
        guard let member = parts(of: object).first(where: { $0.starts(with: name) }) else { return nil }
        return trimmed(member.dropFirst(name.count).drop { isSpace($0) || $0 == UInt8(ascii: ":") })
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let head = text.drop(while: isSpace)
        return head.prefix(head.reversed().drop(while: isSpace).count)
    }

    /// True of white space between the signs of JSON.
    static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
