/// A host and perhaps a port.
package struct Authority: Sendable, Equatable {
    /// The name or the address; an address of version 6 stands in brackets.
    package var host: String
    /// The port.
    package var port: Int?

    /// The parts of `HOST` or `HOST:PORT`; nil where the text is neither.
    package init?(_ text: String) {
        var rest = text[...]
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = String(text[...end])
            rest = text[text.index(after: end)...]
            let inside = host.dropFirst().dropLast()
            guard !inside.isEmpty, inside.utf8.allSatisfy(Authority.isAddressByte) else { return nil }
        } else {
            host = String(text.prefix { $0 != ":" })
            rest = text.dropFirst(host.count)
            guard !host.isEmpty, host.utf8.allSatisfy(Authority.isNameByte) else { return nil }
        }
        if rest.isEmpty { return }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(digits), port <= 65_535
        else { return nil }
        self.port = port
    }

    /// The authorities in a list with commas; nil where one of its members is none. An empty text is an empty list.
    package static func list(_ text: String) -> [Authority]? {
        if text.isEmpty { return [] }
        var list: [Authority] = []
        for member in text.split(separator: ",", omittingEmptySubsequences: false) {
            let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
            let trimmed = String(member.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
            guard let authority = Authority(trimmed.lowercased()) else { return nil }
            list.append(authority)
        }
        return list
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
