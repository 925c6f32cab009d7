import SluiceCore

/// Why bytes are no JSON that is read.
enum JSONFault: Error {
    /// What is wrong, and the offset of the byte.
    case invalid(StaticString, at: Int)
    case tooDeep(at: Int)
}

/// A string of JSON text, by the place of its content between the quotes.
struct JSONString {
    var range: Range<Int>
    var hasEscapes: Bool
}

/// Walks over JSON text (RFC 8259, strictly) without building anything and without recursion.
///
/// Beyond the standard's letter: invalid UTF-8 and lone surrogate escapes inside strings pass, for the text room repairs
/// them; numbers of any size pass; a byte order mark does not.
struct JSONCursor {
    private(set) var at = 0
    private let depthLimit: Int

    init(depthLimit: Int) { self.depthLimit = depthLimit }

    /// The next byte that is not white space, or nil at the end.
    mutating func peek(_ text: Span<UInt8>) -> UInt8? {
        while at < text.count {
            let byte = text[at]
            if !isJSONSpace(byte) { return byte }
            at += 1
        }
        return nil
    }

    /// Passes over `byte`, white space before it included.
    mutating func expect(_ byte: UInt8, _ text: Span<UInt8>, _ problem: StaticString) throws(JSONFault) {
        guard peek(text) == byte else { throw .invalid(problem, at: at) }
        at += 1
    }

    /// Passes over the opening bracket of the object at the cursor, which stands inside `depth` arrays and objects.
    mutating func open(_ text: Span<UInt8>, depth: Int) throws(JSONFault) {
        guard depth < depthLimit else { throw .tooDeep(at: at) }
        try expect(UInt8(ascii: "{"), text, "an object was expected")
    }

    /// Passes over the string at the cursor.
    mutating func string(_ text: Span<UInt8>) throws(JSONFault) -> JSONString {
        try expect(UInt8(ascii: "\""), text, "a string was expected")
        let start = at
        var hasEscapes = false
        while true {
            at = JSONScan.plainEnd(text.bytes, from: at)
            guard at < text.count else { break }
            let byte = text[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return JSONString(range: start..<(at - 1), hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape(text)
            case 0..<0x20: throw .invalid("a control character in a string", at: at - 1)
            default: break
            }
        }
        throw .invalid("a string without an end", at: at)
    }

    /// Passes over the value at the cursor, which stands inside `depth` arrays and objects.
    mutating func value(_ text: Span<UInt8>, depth: Int) throws(JSONFault) {
        var nesting = Nesting()
        repeat {
            // The cursor stands before a value.
            switch peek(text) {
            case UInt8(ascii: "{"):
                guard depth + nesting.depth < depthLimit else { throw .tooDeep(at: at) }
                at += 1
                if peek(text) != UInt8(ascii: "}") {
                    nesting.push(isObject: true)
                    try key(text)
                    continue
                }
                at += 1
            case UInt8(ascii: "["):
                guard depth + nesting.depth < depthLimit else { throw .tooDeep(at: at) }
                at += 1
                if peek(text) != UInt8(ascii: "]") {
                    nesting.push(isObject: false)
                    continue
                }
                at += 1
            case UInt8(ascii: "\""): _ = try string(text)
            case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): _ = try number(text)
            case UInt8(ascii: "t"): try literal("true", text)
            case UInt8(ascii: "f"): try literal("false", text)
            case UInt8(ascii: "n"): try literal("null", text)
            default: throw .invalid("a value was expected", at: at)
            }
            try close(text, &nesting)
        } while nesting.depth > 0
    }

    /// Passes over what may follow a value inside `nesting`: the brackets that it ends, and a comma and a key.
    private mutating func close(_ text: Span<UInt8>, _ nesting: inout Nesting) throws(JSONFault) {
        while nesting.depth > 0 {
            switch peek(text) {
            case UInt8(ascii: ","):
                at += 1
                if nesting.isObject { try key(text) }
                return
            case UInt8(ascii: "}") where nesting.isObject, UInt8(ascii: "]") where !nesting.isObject:
                at += 1
                nesting.pop()
            default: throw .invalid("a comma or a closing bracket was expected", at: at)
            }
        }
    }

    private mutating func key(_ text: Span<UInt8>) throws(JSONFault) {
        _ = try string(text)
        try expect(UInt8(ascii: ":"), text, "a colon was expected")
    }

    /// Passes over the number at the cursor; true where it is an integer.
    mutating func number(_ text: Span<UInt8>) throws(JSONFault) -> Bool {
        if at < text.count, text[at] == UInt8(ascii: "-") { at += 1 }
        if at < text.count, text[at] == UInt8(ascii: "0") { at += 1 } else { try digits(text) }
        var isInteger = true
        if at < text.count, text[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            try digits(text)
        }
        if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if at < text.count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at += 1 }
            try digits(text)
        }
        return isInteger
    }

    private mutating func digits(_ text: Span<UInt8>) throws(JSONFault) {
        let start = at
        while at < text.count, text[at] >= UInt8(ascii: "0"), text[at] <= UInt8(ascii: "9") { at += 1 }
        if at == start { throw .invalid("a digit was expected", at: at) }
    }

    /// Passes over `word`.
    mutating func literal(_ word: StaticString, _ text: Span<UInt8>) throws(JSONFault) {
        let start = at
        let matches = word.withUTF8Buffer { wanted in
            guard text.count - start >= wanted.count else { return false }
            for index in wanted.indices where text[start + index] != wanted[index] { return false }
            return true
        }
        guard matches else { throw .invalid("a value was expected", at: at) }
        at += word.utf8CodeUnitCount
    }

    private mutating func escape(_ text: Span<UInt8>) throws(JSONFault) {
        guard at < text.count else { throw .invalid("a string without an end", at: at) }
        let byte = text[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard at < text.count, hexValue(text[at]) != nil else {
                    throw .invalid("a hexadecimal digit was expected", at: at)
                }
                at += 1
            }
        default: throw .invalid("an escape that is none", at: at - 1)
        }
    }
}

/// Which of arrays and objects enclose a value, a bit each.
private struct Nesting {
    private(set) var depth = 0
    private var words: [UInt64] = []
    private var top: UInt64 = 0

    var isObject: Bool { top & 1 == 1 }

    mutating func push(isObject: Bool) {
        if depth & 63 == 0, depth > 0 {
            words.append(top)
            top = 0
        }
        top = (top << 1) | (isObject ? 1 : 0)
        depth += 1
    }

    mutating func pop() {
        guard depth > 0 else { return }
        depth -= 1
        top >>= 1
        if depth & 63 == 0, depth > 0 { top = words.removeLast() }
    }
}

/// The value of a hexadecimal digit, or nil.
func hexValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}
