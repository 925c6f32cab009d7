/// What a request line asks for: a path that means one thing only, and a query.
package enum RequestTarget {
    /// The target as text, where it is made of the characters a target may have.
    static func text(of bytes: ArraySlice<UInt8>) throws(Problem) -> String {
        guard bytes.allSatisfy({ $0 > 32 && $0 < 127 && !never.contains($0) }) else {
            throw Problem(.badTarget, "the target holds a character that must be written with %")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let never = Set("\"<>#".utf8)

    /// The path with its query, checked; an absolute target is taken where it names the same host as the Host field.
    package static func originForm(of target: String, host: String?) throws(Problem) -> String {
        var origin = target[...]
        if !target.hasPrefix("/") {
            let scheme = "http://"
            guard target.lowercased().hasPrefix(scheme) else {
                throw Problem(.badTarget, "the target does not begin with /")
            }
            let rest = target.dropFirst(scheme.count)
            let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            guard let host, rest[..<end].lowercased() == host.lowercased() else {
                throw Problem(.badHost, "the target names another host than the Host field")
            }
            origin = rest[end...]
            if !origin.hasPrefix("/") { origin = "/" + origin }
        }
        let path = origin.prefix { $0 != "?" }
        try checkPath(path)
        guard decoded(origin.dropFirst(path.count).utf8) != nil else {
            throw Problem(.badTarget, "the query is not UTF-8 with valid % escapes")
        }
        return String(origin)
    }

    private static func checkPath(_ path: Substring) throws(Problem) {
        guard path.utf8.allSatisfy({ !notInPath.contains($0) }) else {
            throw Problem(.badTarget, "the path holds a character that must be written with %")
        }
        if path == "/" { return }
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let text = decoded(segment.utf8) else {
                throw Problem(.badTarget, "the path is not UTF-8 with valid % escapes")
            }
            guard !text.isEmpty else { throw Problem(.badTarget, "the path has an empty segment") }
            guard text != ".", text != ".." else { throw Problem(.badTarget, "the path goes up or stays") }
            guard !text.contains(where: { $0 == "/" || $0 == "\\" }) else {
                throw Problem(.badTarget, "the path holds a slash in disguise")
            }
        }
    }

    private static let notInPath = Set("\\^`{|}[]".utf8)

    /// The text that % escapes stand for; nil where an escape is cut short, the bytes are not UTF-8 or a control
    /// character is among them.
    package static func decoded(_ text: some Sequence<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard bytes.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
