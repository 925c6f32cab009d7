import SluiceCore

/// Numbers as people read them.
package enum Wording {
    /// A count, with commas: 12,345.
    package static func count(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var out = number < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { out += "," }
            out.append(digit)
        }
        return out
    }

    /// A count, with commas.
    static func count(_ number: Int) -> String { count(Int64(number)) }

    /// A count and what is counted: `1 record`, `2 records`.
    static func count(_ number: Int64, _ one: String, _ many: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
    }

    /// A number of bytes: 1.2 MB.
    package static func bytes(_ number: some BinaryInteger) -> String {
        var value = Double(number)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 999.5 { return "\(short(value)) \(unit)" }
            value /= 1000
        }
        return "\(short(value)) TB"
    }

    /// A rate: 1,240, 42 or 0.8.
    package static func rate(_ value: Double) -> String { value >= 100 ? count(Int64(value.rounded())) : short(value) }

    private static func short(_ value: Double) -> String {
        let whole = value.rounded()
        return value >= 9.95 || value == whole ? JSONText.decimal(whole, places: 0) : fixed(value, 1)
    }

    /// A number with exactly `places` decimals.
    package static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "–" }
        var text = JSONText.decimal(abs(value), places: places)
        if places > 0 {
            let decimals = text.split(separator: ".").dropFirst().first?.count ?? 0
            if decimals == 0 { text += "." }
            text += String(repeating: "0", count: places - decimals)
        }
        return value < 0 && text.contains { ("1"..."9").contains($0) } ? "−" + text : text
    }

    /// A ratio of tokens, with four decimals; a dash where there is none.
    package static func ratio(_ ratio: Double?) -> String { ratio.map { fixed($0, 4) } ?? "–" }

    /// A cap in millionths, as its ratio.
    package static func cap(_ ppm: Int64) -> String { JSONText.decimal(Double(ppm) / 1_000_000) }

    /// A share of one in percent; what is not quite nothing or all says so.
    package static func percent(_ share: Double) -> String {
        if share > 0, share < 0.001 { return "< 0.1 %" }
        if share < 1, share > 0.999 { return "> 99.9 %" }
        return fixed(share * 100, share == 0 || share == 1 ? 0 : 1) + " %"
    }

    /// A weight in nats, with its sign.
    package static func weight(_ nats: Double) -> String { (nats >= 0.005 ? "+" : "") + fixed(nats, 2) }

    /// The day and the time of a moment, to the second.
    package static func moment(_ microseconds: Int64) -> String {
        let text = Timestamp.text(microseconds: microseconds)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }

    /// The first digits of a digest.
    static func short(_ digest: Digest) -> String { "\(digest.hex.prefix(12))…" }

    /// A value of a query, such that it means nothing else in one.
    package static func query(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                out.append(byte)
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
