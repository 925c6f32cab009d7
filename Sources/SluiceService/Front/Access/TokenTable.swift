import SluiceCore
import Synchronization

/// The tokens that are valid now, and who may ask without one.
package final class TokenTable: Sendable {
    private let path: String?
    private let entries: Mutex<[TokenEntry]>

    /// The tokens of the file at `path`; without a file, whoever can reach the daemon may do everything.
    ///
    /// - Throws: `SluiceError` of the kind `configuration` where the file cannot be used.
    package init(path: String?) throws(SluiceError) {
        self.path = path
        var read: [TokenEntry] = []
        if let path { read = try TokenFile.read(path) }
        entries = Mutex(read)
    }

    /// True where there is no file of tokens.
    package var isOpen: Bool { path == nil }

    /// Reads the file again; where that fails, the tokens stay as they are.
    package func reload() throws(SluiceError) {
        guard let path else { return }
        let read = try TokenFile.read(path)
        entries.withLock { $0 = read }
    }

    /// Who shows the token with this digest; every entry is compared in full, so that the time tells nothing.
    package func caller(of digest: Digest) -> Caller? {
        let given = digest.bytes
        var found: Caller?
        for entry in entries.withLock({ $0 }) {
            let difference = zip(entry.digest.bytes, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            if difference == 0 { found = Caller(name: entry.name, scopes: entry.scopes) }
        }
        return found
    }
}
