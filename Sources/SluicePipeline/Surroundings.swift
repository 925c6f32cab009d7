import Glibc

/// The program itself.
public enum Tool {
    /// The version, after semver.org.
    public static let version = "0.1.0"
}

/// The wall clock.
enum Clock {
    /// Microseconds since 1970, UTC.
    static var microseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}

/// The machine's processors.
enum Processors {
    /// How many may be used, at least 1.
    static var available: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// The names of runs.
enum RunName {
    /// A new UUID of version 7 (RFC 9562): milliseconds since 1970, then random bits.
    static func new() -> String {
        var random = SystemRandomNumberGenerator()
        let high = (UInt64(Clock.microseconds / 1000) << 16) | 0x7000 | (random.next() & 0x0FFF)
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
        guard let authority = url.utf8.firstRange(of: "://".utf8) else { return "" }
        var rest = Substring(url[authority.upperBound...])
        if let end = rest.firstIndex(where: { "/?#\\".contains($0) }) { rest = rest[..<end] }
        if let user = rest.lastIndex(of: "@") { rest = rest[rest.index(after: user)...] }
        if rest.hasPrefix("["), let bracket = rest.firstIndex(of: "]") {
            return rest[...bracket].lowercased()
        }
        if let port = rest.lastIndex(of: ":") { rest = rest[..<port] }
        return rest.lowercased()
    }
}
