import Glibc

/// What a line of Dolma JSON says that is of use; of several members of one name, the last counts.
struct JSONLine {
    /// A member's value, as far as it is of use.
    enum Value {
        case string(JSONString)
        case integer(Range<Int>)
        case decimal(Range<Int>)
        case flag(Bool)
        case null
        case other
    }

    /// False where the line is JSON, but no object.
    private(set) var isObject = false
    private(set) var text: Value?
    private(set) var id: Value?
    private(set) var url: Value?
    private(set) var created: Value?
    private(set) var metadata = Metadata()

    /// The members of `metadata` that are of use.
    struct Metadata {
        var url: Value?
        var synthetic: Value?
        var generator: Value?
        var verified: Value?
        /// What stands in the place of an object.
        var instead: Value?
    }

    private enum Key { case text, id, url, created, metadata, synthetic, generator, verified }

    /// Reads `line`, which is one JSON value. O(*n*).
    init(_ line: Span<UInt8>, depthLimit: Int) throws(JSONFault) {
        var cursor = JSONCursor(depthLimit: depthLimit)
        if cursor.peek(line) == UInt8(ascii: "{") {
            isObject = true
            try members(line, &cursor, depth: 0)
        } else {
            try cursor.value(line, depth: 0)
        }
        guard cursor.peek(line) == nil else { throw .invalid("something follows the value", at: cursor.at) }
    }

    private mutating func members(_ line: Span<UInt8>, _ cursor: inout JSONCursor, depth: Int) throws(JSONFault) {
        try cursor.open(line, depth: depth)
        if cursor.peek(line) == UInt8(ascii: "}") { return try cursor.expect(UInt8(ascii: "}"), line, "") }
        while true {
            let key = JSONLine.key(try cursor.string(line), line)
            try cursor.expect(UInt8(ascii: ":"), line, "a colon was expected")
            if depth == 0, key == .metadata {
                metadata = Metadata()
                if cursor.peek(line) == UInt8(ascii: "{") {
                    try members(line, &cursor, depth: 1)
                } else {
                    metadata.instead = try JSONLine.value(line, &cursor, depth: 1)
                }
            } else {
                let value = try JSONLine.value(line, &cursor, depth: depth + 1)
                if depth == 0 { note(value, under: key) } else { noteMetadata(value, under: key) }
            }
            guard cursor.peek(line) == UInt8(ascii: ",") else { break }
            try cursor.expect(UInt8(ascii: ","), line, "")
        }
        try cursor.expect(UInt8(ascii: "}"), line, "a comma or a closing bracket was expected")
    }

    private mutating func note(_ value: Value, under key: Key?) {
        switch key {
        case .text: text = value
        case .id: id = value
        case .url: url = value
        case .created: created = value
        default: break
        }
    }

    private mutating func noteMetadata(_ value: Value, under key: Key?) {
        switch key {
        case .url: metadata.url = value
        case .synthetic: metadata.synthetic = value
        case .generator: metadata.generator = value
        case .verified: metadata.verified = value
        default: break
        }
    }

    private static func value(
        _ line: Span<UInt8>, _ cursor: inout JSONCursor, depth: Int
    ) throws(JSONFault) -> Value {
        switch cursor.peek(line) {
        case UInt8(ascii: "\""): return .string(try cursor.string(line))
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
            let start = cursor.at
            return try cursor.number(line) ? .integer(start..<cursor.at) : .decimal(start..<cursor.at)
        case UInt8(ascii: "t"):
            try cursor.literal("true", line)
            return .flag(true)
        case UInt8(ascii: "f"):
            try cursor.literal("false", line)
            return .flag(false)
        case UInt8(ascii: "n"):
            try cursor.literal("null", line)
            return .null
        default:
            try cursor.value(line, depth: depth)
            return .other
        }
    }

    private static func key(_ string: JSONString, _ line: Span<UInt8>) -> Key? {
        // An escaped character takes at most six bytes, and no key of use has more than nine.
        guard string.range.count <= 54 else { return nil }
        let name = string.hasEscapes ? String(decoding: unescaped(string, line), as: UTF8.self) : nil
        let known: [(StaticString, Key)] = [
            ("text", .text), ("id", .id), ("url", .url), ("created", .created), ("metadata", .metadata),
            ("synthetic", .synthetic), ("generator", .generator), ("verified", .verified),
        ]
        for (wanted, key) in known {
            if let name {
                if name == wanted.description { return key }
            } else if equal(string.range, line, wanted) {
                return key
            }
        }
        return nil
    }

    private static func equal(_ range: Range<Int>, _ line: Span<UInt8>, _ wanted: StaticString) -> Bool {
        guard range.count == wanted.utf8CodeUnitCount else { return false }
        return wanted.withUTF8Buffer { wanted in
            for index in wanted.indices where line[range.lowerBound + index] != wanted[index] { return false }
            return true
        }
    }

    /// What a string stands for: its bytes with the escapes replaced, lone surrogates by U+FFFD. O(*n*).
    static func unescaped(_ string: JSONString, _ line: Span<UInt8>) -> [UInt8] {
        var lone = 0
        return unescaped(string, line, lone: &lone)
    }

    /// The same; the surrogates are counted in `lone`.
    static func unescaped(_ string: JSONString, _ line: Span<UInt8>, lone: inout Int) -> [UInt8] {
        line.withUnsafeBufferPointer { line in
            let source = UnsafeBufferPointer(rebasing: line[string.range])
            guard string.hasEscapes else { return Array(source) }
            var out: [UInt8] = []
            out.reserveCapacity(source.count)
            var from = 0
            while let slash = find(UInt8(ascii: "\\"), in: source, from: from) {
                out.append(contentsOf: source[from..<slash])
                from = unescape(source, at: slash, into: &out, &lone)
            }
            out.append(contentsOf: source[from...])
            return out
        }
    }

    /// Appends what the escape at `slash` stands for; returns the index behind it. The escapes are sound already.
    private static func unescape(
        _ source: UnsafeBufferPointer<UInt8>, at slash: Int, into out: inout [UInt8], _ lone: inout Int
    ) -> Int {
        guard slash + 1 < source.count else { return source.count }
        switch source[slash + 1] {
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            guard var unit = codeUnit(source, at: slash) else { return source.count }
            var end = slash + 6
            if unit & 0xFC00 == 0xD800, let low = codeUnit(source, at: end), low & 0xFC00 == 0xDC00 {
                unit = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)
                end += 6
            }
            let scalar = Unicode.Scalar(unit)
            if scalar == nil { lone += 1 }
            out.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
            return end
        default: out.append(source[slash + 1])
        }
        return slash + 2
    }

    private static func codeUnit(_ source: UnsafeBufferPointer<UInt8>, at slash: Int) -> UInt32? {
        guard slash + 6 <= source.count, source[slash] == UInt8(ascii: "\\"), source[slash + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt32 = 0
        for index in (slash + 2)..<(slash + 6) {
            guard let digit = hexValue(source[index]) else { return nil }
            unit = (unit << 4) | digit
        }
        return unit
    }
}
