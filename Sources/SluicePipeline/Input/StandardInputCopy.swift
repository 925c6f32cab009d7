import Glibc
import SluiceCore

/// Standard input, copied to a file: a source is known by the digest of its bytes before its first record is decided,
/// and can be read on after a crash, only if it can be read twice.
public enum StandardInputCopy {
    /// Copies standard input to its end into `directory`, calls `body` with the copy's path, and removes the copy.
    ///
    /// - Throws: ``SluiceError`` of the kind `io` where reading or writing fails; what `body` throws.
    static func use(in directory: String, _ body: (String) async throws -> Void) async throws {
        let path = try make(in: directory)
        defer { unlink(path) }
        try await body(path)
    }

    /// Copies standard input to its end into `directory` and answers the copy's path.
    public static func make(in directory: String) throws(SluiceError) -> String {
        let path = directory + "/stdin-\(RunName.new()).partial"
        do throws(SluiceError) { try copy(to: path) } catch {
            unlink(path)
            throw error
        }
        return path
    }

    private static func copy(to path: String) throws(SluiceError) {
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(path) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("standard input")
            }
            let isWritten = buffer.withUnsafeBytes {
                Descriptor.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: output)
            }
            guard isWritten else { throw failure(path) }
        }
    }

    /// Where a copy goes that belongs to no store.
    public static var temporaryDirectory: String {
        getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    }

    /// Removes what runs that were killed left behind in `directory`; only while the store's lock is held.
    static func removeLeftovers(in directory: String) {
        for case let name? in (try? DirectoryListing.names(of: directory)) ?? []
        where name.hasPrefix("stdin-") && name.hasSuffix(".partial") {
            unlink(directory + "/" + name)
        }
    }

    private static func failure(_ place: String) -> SluiceError {
        SluiceError(.io, "\(place): \(String(cString: strerror(errno)))", advice: "make room and run it again")
    }
}
