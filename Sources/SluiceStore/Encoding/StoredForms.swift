import SluiceCore
import SluiceLedger

/// A record's own id as the store keeps it: 16 bytes for a WARC id, 17 for a bare UUID, the text for any other.
enum StoredRecordID {
    private static let (head, tail) = (Array("<urn:uuid:".utf8), UInt8(ascii: ">"))
    private static let bareMark: UInt8 = 1
    private static let uuidLength = 36

    /// The bytes of an id that is a UUID in lower case, bare or as `<urn:uuid:…>`; nil of any other.
    static func pack(_ id: String) -> [UInt8]? {
        var id = id
        return id.withUTF8 { utf8 in
            if utf8.count == uuidLength { return uuid(utf8[...]).map { [bareMark] + $0 } }
            guard utf8.count == head.count + uuidLength + 1, utf8.starts(with: head), utf8.last == tail else {
                return nil
            }
            return uuid(utf8[head.count..<head.count + uuidLength])
        }
    }

    /// The id of these bytes; nil where they are none.
    static func unpack(_ bytes: [UInt8]) -> String? {
        switch bytes.count {
        case 16: text(bytes[...], from: head, to: [tail])
        case 17 where bytes[0] == bareMark: text(bytes[1...], from: [], to: [])
        default: nil
        }
    }

    private static func uuid(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(17)
        var high: UInt8?
        for (index, character) in text.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    private static func text(_ bytes: ArraySlice<UInt8>, from head: [UInt8], to tail: [UInt8]) -> String {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
        var text = head
        text.reserveCapacity(head.count + uuidLength + tail.count)
        for (index, byte) in bytes.enumerated() {
            // Of eight, four, four, four and twelve digits.
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return String(decoding: text + tail, as: UTF8.self)
    }
}

/// The moment of capture as the store keeps it: a number where it is a whole second or millisecond of UTC.
enum StoredMoment {
    /// Numbers below this are seconds since 1970, the others milliseconds: from 1973 on, and up to the year 5138.
    private static let milliseconds: Int64 = 100_000_000_000
    private static let last: Int64 = 253_402_300_799_999

    /// The number of a moment written as `YYYY-MM-DDTHH:MM:SSZ` or `…SS.fffZ`; nil of any other text.
    static func pack(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { utf8 in
            guard utf8.count == 20 || utf8.count == 24, utf8.last == UInt8(ascii: "Z") else { return nil }
            guard let (year, month, day) = Timestamp.day(utf8[..<10]), utf8[10] == UInt8(ascii: "T"),
                let second = Timestamp.second(utf8[11..<19])
            else { return nil }
            let seconds = days(year, month, day) * 86_400 + second
            guard utf8.count == 24 else { return seconds < milliseconds ? seconds : nil }
            guard utf8[19] == UInt8(ascii: "."), let fraction = Timestamp.number(utf8[20..<23]) else { return nil }
            let whole = seconds * 1000 + fraction
            return whole >= milliseconds ? whole : nil
        }
    }

    /// The text of a number; nil where there is none.
    static func unpack(_ number: Int64) -> String? {
        guard number <= last, number >= -62_167_219_200 else { return nil }
        guard number >= milliseconds else { return Timestamp.text(microseconds: number * 1_000_000, places: 0) }
        return Timestamp.text(microseconds: number * 1000, places: 3)
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar; the year begins with March, so that the leap day ends it.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        // Year 0 may become -1, whose leap days are rounded down.
        let leapDays = shifted >= 0 ? shifted / 4 - shifted / 100 + shifted / 400 : -1
        return shifted * 365 + leapDays + dayOfYear - 719_468
    }
}

/// The host of an address as the store keeps it.
enum StoredHost {
    /// What gives the host in SQL, of the row of `address` that goes by this name.
    static func column(of address: String) -> String {
        let rest = "substr(\(address).url, instr(\(address).url, '://') + 3"
        return "ifnull(\(address).own_host, \(rest), instr(\(rest)) || '/', '/') - 1))"
    }

    /// Nil where the host is what stands in the URL between the first `://` and the next slash, as ``column(of:)`` has it;
    /// else the host itself.
    static func own(_ host: String, url: String) -> String? {
        var (host, url) = (host, url)
        let isDerived = url.withUTF8 { url in
            // SQLite's functions stop at a NUL.
            guard !url.contains(0), let start = end(ofScheme: url) else { return false }
            let derived = url[start...].prefix { $0 != UInt8(ascii: "/") }
            return host.withUTF8 { derived.elementsEqual($0) }
        }
        return isDerived ? nil : host
    }

    private static func end(ofScheme url: UnsafeBufferPointer<UInt8>) -> Int? {
        let (colon, slash) = (UInt8(ascii: ":"), UInt8(ascii: "/"))
        var at = 0
        while at + 2 < url.count {
            if url[at] == colon, url[at + 1] == slash, url[at + 2] == slash { return at + 3 }
            at += 1
        }
        return nil
    }
}
