import SluiceCore

/// A WARC header block, read leniently: names in any case, bare line feeds, folded values, lines without a colon.
struct WARCHeader {
    /// The fields that are of use; the first of several counts.
    enum Field { case type, id, date, targetURI, contentType, contentLength }

    /// What the first line says after `WARC/`.
    private(set) var version: [UInt8] = []
    private(set) var type: [UInt8]?
    private(set) var id: [UInt8]?
    private(set) var date: [UInt8]?
    private(set) var targetURI: [UInt8]?
    private(set) var contentType: [UInt8]?
    private(set) var contentLength: [UInt8]?

    /// The versions that are read.
    static let versions = ["0.17", "0.18", "1.0", "1.1"]

    private let isForFraming: Bool

    /// The header in `block`, which starts with a version line; only its type and its length where it is read
    /// `forFraming`. O(*n*).
    init(_ block: UnsafeBufferPointer<UInt8>, forFraming: Bool = false) {
        isForFraming = forFraming
        var at = 0
        var last: Field?
        var isFirst = true
        while at < block.count {
            var end = at
            while end < block.count, block[end] != UInt8(ascii: "\n") { end += 1 }
            let line = UnsafeBufferPointer(rebasing: block[at..<end])
            at = end + 1
            if isFirst {
                version = WARCHeader.trimmed(line.dropFirst(5))
                isFirst = false
            } else if let first = line.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
                if let last { fold(line, into: last) }
            } else {
                last = add(line)
            }
        }
    }

    /// True where the version is one of ``versions``.
    var isKnownVersion: Bool { WARCHeader.versions.contains { version.elementsEqual($0.utf8) } }

    /// True where the record describes the file and is no record of its own.
    var isWarcinfo: Bool { type.map { WARCHeader.equal($0[...], "warcinfo") } ?? false }

    /// `Content-Length`, or nil where it is missing or no number.
    var length: Int? {
        guard let digits = contentLength, !digits.isEmpty else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            // Half the range is left free, so that sums of a length and a position cannot overflow.
            guard !overflow, !carry, sum < Int.max / 2 else { return nil }
            value = sum
        }
        return value
    }

    /// The value of a field.
    subscript(field: Field) -> [UInt8]? {
        get {
            switch field {
            case .type: type
            case .id: id
            case .date: date
            case .targetURI: targetURI
            case .contentType: contentType
            case .contentLength: contentLength
            }
        }
        set {
            switch field {
            case .type: type = newValue
            case .id: id = newValue
            case .date: date = newValue
            case .targetURI: targetURI = newValue
            case .contentType: contentType = newValue
            case .contentLength: contentLength = newValue
            }
        }
    }

    private mutating func add(_ line: UnsafeBufferPointer<UInt8>) -> Field? {
        // All names of use are this long; the test saves the search in the others.
        guard let colon = line.prefix(24).firstIndex(of: UInt8(ascii: ":")), colon >= 9 else { return nil }
        guard let field = WARCHeader.field(named: line[..<colon]) else { return nil }
        guard self[field] == nil, !isForFraming || field == .type || field == .contentLength else { return nil }
        self[field] = WARCHeader.trimmed(line[(colon + 1)...])
        return field
    }

    private mutating func fold(_ line: UnsafeBufferPointer<UInt8>, into field: Field) {
        let more = WARCHeader.trimmed(line[...])
        if more.isEmpty { return }
        // Taken out while it grows, so that very many lines do not copy it as often.
        var value = self[field] ?? []
        self[field] = nil
        if !value.isEmpty { value.append(UInt8(ascii: " ")) }
        value += more
        self[field] = value
    }

    private static func field(named name: Slice<UnsafeBufferPointer<UInt8>>) -> Field? {
        var name = name
        while let last = name.last, isSpace(last) { name.removeLast() }
        switch name.count {
        case 9: return equal(name, "warc-type") ? .type : equal(name, "warc-date") ? .date : nil
        case 12: return equal(name, "content-type") ? .contentType : nil
        case 14: return equal(name, "content-length") ? .contentLength : equal(name, "warc-record-id") ? .id : nil
        case 15: return equal(name, "warc-target-uri") ? .targetURI : nil
        default: return nil
        }
    }

    /// True where `bytes` are `lowercase` in any case.
    static func equal(_ bytes: some Collection<UInt8>, _ lowercase: StaticString) -> Bool {
        lowercase.withUTF8Buffer { wanted in
            guard bytes.count == wanted.count else { return false }
            for (byte, want) in zip(bytes, wanted) {
                let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
                if lower != want { return false }
            }
            return true
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    private static func trimmed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
        var bytes = bytes
        while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return Array(bytes)
    }
}
