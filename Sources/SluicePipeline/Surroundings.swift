import Glibc

/// The program itself.
public enum Tool {
    /// The version, after semver.org.
    public static let version = "0.1.0"
}

/// The system's clocks, in microseconds.
public enum Clock {
    /// The wall clock: since 1970, UTC.
    public static var microseconds: Int64 { read(CLOCK_REALTIME) }

    /// The clock that nobody sets: since the machine started.
    package static var monotonic: Int64 { read(CLOCK_MONOTONIC) }

    /// Processor time that this program has taken.
    package static var processor: Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// The machine's processors.
package enum Processors {
    /// The parallel workers where `asked` are asked for: 0 for one a processor.
    package static func workers(_ asked: Int) -> Int {
        asked > 0 ? asked : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}

/// The names of runs.
package enum RunName {
    /// A new UUID of version 7 (RFC 9562): milliseconds since 1970, then random bits. A clock that stands before counts as
    /// 1970.
    package static func new(at microseconds: Int64 = Clock.microseconds) -> String {
        var random = SystemRandomNumberGenerator()
        let high = (UInt64(max(microseconds, 0) / 1000) << 16) | 0x7000 | (random.next() & 0x0FFF)
        let low = (random.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        let digits = [high, low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var name = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { name.append("-") }
            name.append(digit)
        }
        return name
    }
}

/// The host in an address.
enum Host {
    /// The host of `url`, lower case, without user and port; empty where there is none.
    static func of(_ url: String) -> String {
        var url = url
        return url.withUTF8 { host(in: $0[...]) }
    }

    private static func host(in url: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        guard let colon = url.firstIndex(of: UInt8(ascii: ":")), url[colon...].starts(with: "://".utf8) else {
            return ""
        }
        var rest = url[(colon + 3)...]
        rest = rest.prefix { !ends.contains($0) }
        if let user = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(user + 1)...] }
        if rest.first == UInt8(ascii: "["), let bracket = rest.firstIndex(of: UInt8(ascii: "]")) {
            rest = rest[...bracket]
        } else if let port = rest.lastIndex(of: UInt8(ascii: ":")) {
            rest = rest[..<port]
        }
        let isASCII = rest.allSatisfy { $0 < 0x80 }
        guard isASCII else { return String(decoding: rest, as: UTF8.self).lowercased() }
        return String(decoding: rest.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// What ends an authority: RFC 3986's delimiters, and the backslash that browsers take for one.
    private static let ends = Array("/?#\\".utf8)
}
