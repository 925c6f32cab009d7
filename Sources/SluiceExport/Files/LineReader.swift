import SluiceCore
import SluiceLedger

/// Where a line is not what ``LineWriter`` writes.
struct LineMismatch: Error, Equatable {
    /// The place in the line, in bytes.
    var offset: Int
    /// What should stand there.
    var expected: String
}

/// Reads exactly the lines that ``LineWriter`` writes, and nothing else: it is a check, not a JSON parser.
///
/// Written from the format's description and not from the writer's code, so that the two agree by test only. One value
/// reads line after line, and copies nothing but the texts, into room that it keeps.
struct LineReader {
    private var bytes: [UInt8] = []
    private var at = 0
    /// What the text stands for, where it has escapes.
    private var plain: [UInt8] = []

    private static let hexadecimal = Array("0123456789abcdef".utf8)
    /// The most bytes that stay reserved between lines.
    private static let keptBytes = 1 << 20

    /// The facts of `line` (without its line feed), after its id has been found to be the digest of its text.
    mutating func facts(of line: [UInt8]) throws(LineMismatch) -> LineFacts {
        (bytes, at) = (line, 0)
        defer {
            bytes = []
            if plain.capacity > LineReader.keptBytes { plain = [] }
        }
        return try facts()
    }

    private mutating func facts() throws(LineMismatch) -> LineFacts {
        try literal("{\"id\":")
        let id = try string()
        try literal(",\"text\":")
        let start = at
        let document = try digestOfString()
        guard document.hexBytes.elementsEqual(bytes[id]) else {
            throw LineMismatch(offset: start, expected: "a text whose SHA-256 is the line's id")
        }
        let keys: [StaticString] = [",\"source\":", ",\"added\":", ",\"created\":", ",\"metadata\":{\"url\":"]
        for key in keys {
            try literal(key)
            _ = try string()
        }
        try literal(",\"sluice\":{\"document\":")
        guard bytes[try string()].elementsEqual(bytes[id]) else {
            throw LineMismatch(offset: at, expected: "the line's id again")
        }
        try literal(",\"record\":")
        _ = try string()
        try literal(",\"seq\":")
        let seq = try integer()
        try literal(",\"shard\":")
        _ = try integer()
        try literal(",\"verdict\":")
        guard let verdict = Verdict(rawValue: try word()) else {
            throw LineMismatch(offset: at, expected: "a verdict")
        }
        try literal(",\"origin\":")
        guard let origin = Origin(rawValue: try word()) else {
            throw LineMismatch(offset: at, expected: "an origin")
        }
        try literal(",\"probability\":")
        let probability = try decimal(places: 6)
        try literal(",\"tokens\":")
        let tokens = try integer()
        try literal(",\"real\":")
        let real = try decimal(places: 3)
        try literal(",\"synthetic\":")
        let synthetic = try decimal(places: 3)
        try literal(",\"evidence\":")
        let evidence = try evidence()
        try literal("}}}")
        guard at == bytes.count else { throw LineMismatch(offset: at, expected: "the end of the line") }
        let facts = LineFacts(
            seq: seq, document: document, verdict: verdict, origin: origin, probability: probability,
            evidence: evidence, tokens: tokens, real: real, synthetic: synthetic)
        if let expected = facts.expected { throw LineMismatch(offset: at, expected: expected) }
        return facts
    }

    // MARK: Parts of a line

    private mutating func literal(_ text: StaticString) throws(LineMismatch) {
        let matches = text.withUTF8Buffer { wanted in
            guard bytes.count - at >= wanted.count else { return false }
            for index in wanted.indices where bytes[at &+ index] != wanted[index] { return false }
            return true
        }
        guard matches else { throw LineMismatch(offset: at, expected: "\(text)") }
        at += text.utf8CodeUnitCount
    }

    private mutating func next() throws(LineMismatch) -> UInt8 {
        guard at < bytes.count else { throw LineMismatch(offset: at, expected: "more of the line") }
        at += 1
        return bytes[at - 1]
    }

    /// Passes over a string, every escape of which is one that the writer uses; answers where its content stands.
    private mutating func string() throws(LineMismatch) -> Range<Int> {
        try literal("\"")
        let start = at
        while try !endsString() { _ = try escaped() }
        return start..<(at - 1)
    }

    /// Passes over a string; answers the digest of what it stands for.
    private mutating func digestOfString() throws(LineMismatch) -> Digest {
        try literal("\"")
        var from = at
        plain.removeAll(keepingCapacity: true)
        while try !endsString() {
            plain.append(contentsOf: bytes[from..<(at - 1)])
            plain.append(try escaped())
            from = at
        }
        if plain.isEmpty { return Digest.of(bytes[from..<(at - 1)]) }
        plain.append(contentsOf: bytes[from..<(at - 1)])
        return Digest.of(plain)
    }

    /// Passes over what means nothing in a string, and what follows: true for the quotation mark that ends it, false for
    /// the backslash of an escape.
    private mutating func endsString() throws(LineMismatch) -> Bool {
        at = JSONScan.plainEnd(bytes.span.bytes, from: at)
        switch try next() {
        case UInt8(ascii: "\""): return true
        case UInt8(ascii: "\\"): return false
        default: throw LineMismatch(offset: at - 1, expected: "no bare control character in a string")
        }
    }

    /// The byte that the escape behind the backslash just read stands for.
    private mutating func escaped() throws(LineMismatch) -> UInt8 {
        let mark = try next()
        switch mark {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return mark
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "u"):
            try literal("00")
            let digits = LineReader.hexadecimal
            guard let high = digits.prefix(2).firstIndex(of: try next()), let low = digits.firstIndex(of: try next())
            else { throw LineMismatch(offset: at, expected: "the escape of a control character") }
            return UInt8(high << 4 | low)
        default: throw LineMismatch(offset: at - 1, expected: "an escape")
        }
    }

    /// A string that is one of a few short words.
    private mutating func word() throws(LineMismatch) -> String {
        String(decoding: bytes[try string()], as: UTF8.self)
    }

    private mutating func digits(atMost limit: Int = 18) throws(LineMismatch) -> (value: Int64, count: Int) {
        let start = at
        var value: Int64 = 0
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]), at - start < limit {
            value = value &* 10 &+ Int64(bytes[at] - UInt8(ascii: "0"))
            at += 1
        }
        guard at > start else { throw LineMismatch(offset: at, expected: "a digit") }
        return (value, at - start)
    }

    private mutating func integer() throws(LineMismatch) -> Int64 { try digits().value }

    private mutating func decimal(places: Int) throws(LineMismatch) -> Int64 {
        let whole = try digits(atMost: 12).value
        try literal(".")
        let (fraction, count) = try digits(atMost: places)
        guard count == places else { throw LineMismatch(offset: at, expected: "\(places) decimals") }
        return (0..<places).reduce(whole) { value, _ in value &* 10 } &+ fraction
    }

    /// Passes over the evidence; answers what its weights add up to.
    private mutating func evidence() throws(LineMismatch) -> EvidenceSum {
        var sum = EvidenceSum()
        try literal("[")
        while at < bytes.count, bytes[at] == UInt8(ascii: "{") {
            try literal("{\"kind\":")
            let kind = try string()
            try literal(",\"weight\":")
            sum.add(try number(), PackedEvidence.subject(ofKind: bytes[kind]))
            try literal(",\"detail\":")
            _ = try string()
            try literal("}")
            guard at < bytes.count, bytes[at] == UInt8(ascii: ",") else { break }
            at += 1
        }
        try literal("]")
        return sum
    }

    private mutating func number() throws(LineMismatch) -> Double {
        let isNegative = at < bytes.count && bytes[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var value = Double(try digits().value)
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            let (fraction, count) = try digits()
            value += Double(fraction) / (0..<count).reduce(1) { power, _ in power * 10 }
        }
        return isNegative ? -value : value
    }
}
