import Glibc
import SluiceCore

/// One token: a name, what it allows, and the digest that it is known by.
package struct TokenEntry: Sendable, Equatable {
    /// What the logs call it.
    package var name: String
    /// What it allows.
    package var scopes: Set<Scope>
    /// SHA-256 of the token, which itself is written nowhere.
    package var digest: Digest

    /// The line of the file that says so.
    package var line: String {
        let scopes = Scope.allCases.filter(self.scopes.contains).map(\.rawValue).joined(separator: ",")
        return "\(name) \(scopes) \(digest.hex)"
    }
}

/// The file of tokens: a line each of `NAME SCOPES SHA256`, `#` begins a comment.
package enum TokenFile {
    /// The most bytes of a file.
    package static let byteLimit = 64 << 10

    /// The tokens of the file at `path`.
    ///
    /// - Throws: `SluiceError` of the kind `configuration`, naming the line, or what is wrong with the file.
    package static func read(_ path: String) throws(SluiceError) -> [TokenEntry] {
        try parse(try text(path), path: path)
    }

    /// The tokens of a file's text.
    package static func parse(_ text: String, path: String) throws(SluiceError) -> [TokenEntry] {
        var entries: [TokenEntry] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
            if words.isEmpty { continue }
            let place = "\(path):\(index + 1)"
            guard words.count == 3 else {
                throw refusal(place, "a line is a name, scopes with commas and the token's SHA-256")
            }
            let name = String(words[0])
            guard isName(name) else {
                throw refusal(place, "a name is 1 to 64 of the characters A-Z a-z 0-9 . _ -, and not 'local'")
            }
            let scopes = try scopes(words[1], place: place)
            guard let digest = Digest(hex: words[2]) else {
                throw refusal(place, "the digest is not 64 hexadecimal digits")
            }
            guard !entries.contains(where: { $0.name == name }) else {
                throw refusal(place, "'\(name)' is there twice")
            }
            guard !entries.contains(where: { $0.digest == digest }) else {
                throw refusal(place, "the same token is there twice")
            }
            entries.append(TokenEntry(name: name, scopes: scopes, digest: digest))
        }
        guard !entries.isEmpty else { throw refusal(path, "it holds no token; 'sluice token' makes one") }
        return entries
    }

    /// True for what a token may be called.
    package static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name != "local"
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The scopes of a list with commas.
    package static func scopes(_ list: some StringProtocol, place: String) throws(SluiceError) -> Set<Scope> {
        var scopes: Set<Scope> = []
        for word in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let scope = Scope(rawValue: String(word)) else {
                let all = Scope.allCases.map(\.rawValue).joined(separator: ", ")
                throw SluiceError(
                    .configuration, "\(place): '\(word.prefix(40))' is no scope", advice: "the scopes are \(all)")
            }
            scopes.insert(scope)
        }
        return scopes
    }

    private static func refusal(_ place: String, _ advice: String) -> SluiceError {
        SluiceError(.configuration, "the token file cannot be used: \(place)", advice: advice)
    }

    private static func text(_ path: String) throws(SluiceError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { throw refusal(path, String(cString: strerror(errno))) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal(path, "it is not a regular file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw refusal(path, "others may read or write it; chmod 600")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw refusal(path, "it belongs to another user")
        }
        guard status.st_size <= byteLimit else { throw refusal(path, "it has more than \(byteLimit) bytes") }
        var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            guard got >= 0 else { throw refusal(path, String(cString: strerror(errno))) }
            if got == 0 { break }
            count += got
        }
        guard count <= byteLimit else { throw refusal(path, "it has more than \(byteLimit) bytes") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw refusal(path, "it is not UTF-8")
        }
        return text
    }
}
