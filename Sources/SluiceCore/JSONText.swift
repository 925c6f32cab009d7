/// JSON, written member by member into bytes; deterministic, and without a copy of the values.
///
/// Keys come out in the order in which they are written, strings with the escapes of RFC 8259 and nothing more.
public struct JSONText: Sendable {
    /// What has been written so far, UTF-8.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty text.
    public init() {}

    /// An empty text with room for `capacity` bytes.
    public init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// What has been written so far.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Writes an object; `members` writes what is in it.
    public mutating func object<E: Error>(_ members: (inout JSONText) throws(E) -> Void) throws(E) {
        open(UInt8(ascii: "{"))
        try members(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array; `elements` writes what is in it.
    public mutating func array<E: Error>(_ elements: (inout JSONText) throws(E) -> Void) throws(E) {
        open(UInt8(ascii: "["))
        try elements(&self)
        close(UInt8(ascii: "]"))
    }

    /// Writes the key of the next value.
    public mutating func key(_ key: String) {
        value(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member of an object: a string, or null.
    public mutating func member(_ key: String, _ string: String?) {
        self.key(key)
        value(string)
    }

    /// Writes a member of an object: an integer, or null.
    public mutating func member(_ key: String, _ number: Int?) { member(key, number.map(Int64.init)) }

    /// Writes a member of an object: an integer, or null.
    public mutating func member(_ key: String, _ number: Int64?) {
        self.key(key)
        value(number)
    }

    /// Writes a member of an object: a number rounded to `places` decimals, or null.
    public mutating func member(_ key: String, _ number: Double?, places: Int = 6) {
        self.key(key)
        value(number, places: places)
    }

    /// Writes a member of an object: true, false or null.
    public mutating func member(_ key: String, _ flag: Bool?) {
        self.key(key)
        value(flag)
    }

    /// Writes a string, or null.
    public mutating func value(_ string: String?) {
        guard var copy = string else { return null() }
        copy.withUTF8 { self.value(utf8: $0) }
    }

    /// Writes the string whose UTF-8 is `utf8`; the caller answers for its being valid.
    public mutating func value(utf8: UnsafeBufferPointer<UInt8>) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        let raw = UnsafeRawBufferPointer(utf8)
        var from = 0
        while true {
            let end = JSONScan.plainEnd(raw.bytes, from: from)
            bytes.append(contentsOf: raw[from..<end])
            guard end < raw.count else { break }
            escape(raw[end])
            from = end + 1
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes the string whose UTF-8 is `utf8`; the caller answers for its being valid.
    public mutating func value(utf8: [UInt8]) {
        utf8.withUnsafeBufferPointer { self.value(utf8: $0) }
    }

    /// Writes an integer, or null.
    public mutating func value(_ number: Int?) { value(number.map(Int64.init)) }

    /// Writes an integer, or null.
    public mutating func value(_ number: Int64?) {
        guard let number else { return null() }
        raw(String(number))
    }

    /// Writes a number rounded to `places` decimals (at most 9), or null; not-a-number and the infinities are null too.
    public mutating func value(_ number: Double?, places: Int = 6) {
        guard let number, number.isFinite, abs(number) < 1e9 else { return null() }
        raw(JSONText.decimal(number, places: places))
    }

    /// Writes `thousandths` / 1000 with exactly three decimals, whatever its size: the form of a mass of tokens.
    public mutating func value(thousandths: Int64) { raw(JSONText.decimal(thousandths: thousandths)) }

    /// Writes true, false or null.
    public mutating func value(_ flag: Bool?) {
        guard let flag else { return null() }
        raw(flag ? "true" : "false")
    }

    /// Writes null.
    public mutating func null() { raw("null") }

    /// Writes `json`, which is a JSON value already.
    public mutating func raw(_ json: String) {
        comma()
        bytes.append(contentsOf: json.utf8)
    }

    /// Ends a line of NDJSON.
    public mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// `number` with at most `places` decimals (0 to 9), rounded half away from zero, without trailing zeros.
    public static func decimal(_ number: Double, places: Int = 6) -> String {
        guard number.isFinite, abs(number) < 1e9 else { return "null" }
        var scale = 1
        for _ in 0..<min(max(places, 0), 9) { scale *= 10 }
        let scaled = Int((abs(number) * Double(scale)).rounded())
        var text = String(scaled / scale)
        if scaled % scale != 0 {
            var fraction = String(scaled % scale + scale).dropFirst()
            while fraction.last == "0" { fraction.removeLast() }
            text += "." + fraction
        }
        return number < 0 && scaled != 0 ? "-" + text : text
    }

    /// `thousandths` / 1000 with exactly three decimals.
    public static func decimal(thousandths: Int64) -> String {
        let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
        return "\(thousandths < 0 ? "-" : "")\(whole).\(String(rest + 1000).dropFirst())"
    }

    private mutating func open(_ bracket: UInt8) {
        comma()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: Array("u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }
}
