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

    /// Empties the text, and keeps its room for the next one.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

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
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: raw[from..<end]))
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
        comma()
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(digits: number.magnitude)
    }

    /// Writes the string of 64 hexadecimal digits that a digest is.
    public mutating func value(_ digest: Digest) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: digest.hexBytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a number rounded to `places` decimals (0 to 9), half away from zero and without trailing zeros, or null;
    /// not-a-number, the infinities and what is not below a thousand million are null too.
    public mutating func value(_ number: Double?, places: Int = 6) {
        guard let number, number.isFinite, abs(number) < 1e9 else { return null() }
        comma()
        var (scale, places): (UInt64, Int) = (1, min(max(places, 0), 9))
        for _ in 0..<places { scale *= 10 }
        let scaled = UInt64((abs(number) * Double(scale)).rounded())
        if number < 0, scaled > 0 { bytes.append(UInt8(ascii: "-")) }
        append(digits: scaled / scale)
        var fraction = scaled % scale
        guard fraction > 0 else { return }
        while fraction % 10 == 0 { (fraction, places) = (fraction / 10, places - 1) }
        bytes.append(UInt8(ascii: "."))
        append(digits: fraction, width: places)
    }

    /// Writes `thousandths` / 1000 with exactly three decimals, whatever its size: the form of a mass of tokens.
    public mutating func value(thousandths: Int64) {
        comma()
        if thousandths < 0 { bytes.append(UInt8(ascii: "-")) }
        append(magnitude: thousandths.magnitude, places: 3)
    }

    /// Writes `millionths` / 1000000 with exactly six decimals: the form of a probability.
    public mutating func value(millionths: UInt32) {
        comma()
        append(magnitude: UInt64(millionths), places: 6)
    }

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

    /// Writes `json` as it is, a stretch between values that is always the same: the next value comes without a comma.
    public mutating func verbatim(_ json: StaticString) {
        json.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = false
    }

    /// Ends a line of NDJSON.
    public mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// `number` as ``value(_:places:)`` writes it.
    public static func decimal(_ number: Double, places: Int = 6) -> String {
        var json = JSONText()
        json.value(number, places: places)
        return json.string
    }

    /// `thousandths` / 1000 with exactly three decimals.
    public static func decimal(thousandths: Int64) -> String {
        var json = JSONText()
        json.value(thousandths: thousandths)
        return json.string
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

    /// Appends `number` with at least `width` digits.
    private mutating func append(digits number: UInt64, width: Int = 1) {
        let start = bytes.count
        var (rest, written) = (number, 0)
        while rest > 0 || written < width {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
            written += 1
        }
        // In place: reversing a slice of an array copies the slice.
        var (low, high) = (start, bytes.count - 1)
        while low < high {
            bytes.swapAt(low, high)
            (low, high) = (low + 1, high - 1)
        }
    }

    /// Appends `magnitude` / 10^`places` with exactly so many decimals.
    private mutating func append(magnitude: UInt64, places: Int) {
        let scale: UInt64 = (0..<places).reduce(1) { scale, _ in scale &* 10 }
        append(digits: magnitude / scale)
        bytes.append(UInt8(ascii: "."))
        append(digits: magnitude % scale, width: places)
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
