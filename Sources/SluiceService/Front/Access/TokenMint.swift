import SluiceCore

/// Makes tokens.
package enum TokenMint {
    /// What every token begins with, so that a scanner for leaked secrets can know one.
    package static let prefix = "sluice_"

    /// A new token, to be shown once, and the entry that it is known by.
    package static func make(name: String, scopes: Set<Scope>) throws(SluiceError) -> (token: String, entry: TokenEntry)
    {
        guard TokenFile.isName(name) else {
            throw SluiceError(
                .usage, "'\(name)' cannot be a token's name",
                advice: "use 1 to 64 of the characters A-Z a-z 0-9 . _ -, and not 'local'")
        }
        let token = prefix + secret()
        return (token, TokenEntry(name: name, scopes: scopes, digest: digest(of: token)))
    }

    /// What a token, or a session, is known by.
    package static func digest(of secret: some StringProtocol) -> Digest { Digest.of(Array(secret.utf8)) }

    /// 32 random bytes as 43 characters that every header, cookie and shell takes as they are.
    package static func secret() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var (bits, count) = (0, 0)
        for byte in bytes {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= 6 {
                count -= 6
                text.append(letters[bits >> count & 63])
            }
        }
        text.append(letters[bits << (6 - count) & 63])
        return String(decoding: text, as: UTF8.self)
    }
}
