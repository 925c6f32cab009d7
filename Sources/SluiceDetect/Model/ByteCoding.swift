import SluiceCore

/// Writes little-endian figures one after the other.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func integer<I: FixedWidthInteger>(_ value: I) {
        var rest = value.littleEndian
        withUnsafeBytes(of: &rest) { bytes.append(contentsOf: $0) }
    }

    mutating func double(_ value: Double) { integer(value.bitPattern) }

    /// A string of at most 65,535 bytes; what is longer is cut.
    mutating func string(_ value: String) {
        let utf8 = Array(value.utf8.prefix(Int(UInt16.max)))
        integer(UInt16(utf8.count))
        bytes += utf8
    }

    /// Strictly ascending numbers: their count, then the gaps between them in groups of 7 bits, the lowest first.
    mutating func ascending(_ values: [UInt32]) {
        integer(UInt32(clamping: values.count))
        var last: UInt32 = 0
        for value in values {
            var gap = value &- last
            while gap >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: gap) | 0x80)
                gap >>= 7
            }
            bytes.append(UInt8(gap))
            last = value
        }
    }
}

/// Reads what a `ByteWriter` wrote, and refuses what ends early or cannot be meant.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    /// How many bytes are left.
    var count: Int { bytes.endIndex - at }

    mutating func integer<I: FixedWidthInteger>(_ type: I.Type) throws(SluiceError) -> I {
        let width = MemoryLayout<I>.size
        guard count >= width else { throw ByteReader.short }
        var value: I = 0
        for offset in (0..<width).reversed() {
            value = (width == 1 ? 0 : value << 8) | I(truncatingIfNeeded: bytes[at + offset])
        }
        at += width
        return value
    }

    /// The next `length` bytes.
    mutating func slice(_ length: Int) throws(SluiceError) -> ArraySlice<UInt8> {
        guard count >= length else { throw ByteReader.short }
        defer { at += length }
        return bytes[at..<(at + length)]
    }

    /// A finite number.
    mutating func double() throws(SluiceError) -> Double {
        let value = Double(bitPattern: try integer(UInt64.self))
        guard value.isFinite else {
            throw SluiceError(.configuration, "the detector model holds a figure that is not a number")
        }
        return value
    }

    mutating func string() throws(SluiceError) -> String {
        String(decoding: try slice(Int(try integer(UInt16.self))), as: UTF8.self)
    }

    /// As many elements as the number before them says; each takes at least one byte, so that a wrong number ends soon.
    mutating func list<T>(
        _ element: (inout ByteReader) throws(SluiceError) -> T
    ) throws(SluiceError) -> [T] {
        let length = Int(try integer(UInt32.self))
        guard length <= count else { throw ByteReader.short }
        var list: [T] = []
        for _ in 0..<length { list.append(try element(&self)) }
        return list
    }

    /// Strictly ascending numbers, at most `limit` of them.
    mutating func ascending(limit: Int) throws(SluiceError) -> [UInt32] {
        let length = Int(try integer(UInt32.self))
        guard length <= min(count, limit) else { throw ByteReader.short }
        var values: [UInt32] = []
        values.reserveCapacity(length)
        var last: UInt64 = 0
        for index in 0..<length {
            var gap: UInt64 = 0
            var shift: UInt64 = 0
            var byte: UInt8 = 0x80
            while byte & 0x80 != 0, shift < 35 {
                guard at < bytes.endIndex else { throw ByteReader.short }
                byte = bytes[at]
                at += 1
                gap |= UInt64(byte & 0x7F) << shift
                shift += 7
            }
            last += gap
            guard last <= UInt64(UInt32.max), index == 0 || gap > 0 else {
                throw SluiceError(.configuration, "the detector model's lists are out of order")
            }
            values.append(UInt32(truncatingIfNeeded: last))
        }
        return values
    }

    private static let short = SluiceError(
        .configuration, "the detector model ends early",
        advice: "use the model that came with this version, or train one anew")
}
