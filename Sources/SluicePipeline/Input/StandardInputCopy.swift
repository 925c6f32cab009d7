import Glibc
import SluiceCore

/// Standard input, copied to a file: a source is known by the digest of its bytes before its first record is decided,
/// and can be read on after a crash, only if it can be read twice.
///
/// A value is a copy without a name, for who has no store to put one into: it is gone with the value, and with the process
/// however that ends.
public final class StandardInputCopy {
    /// Where the copy can be opened while the value lives.
    public var path: String { "/proc/self/fd/\(descriptor)" }

    private let descriptor: Int32

    /// Copies standard input to its end into the directory for temporary files.
    ///
    /// - Throws: ``SluiceError`` of the kind `io` where reading or writing fails.
    public init() throws(SluiceError) {
        let directory = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let path = StandardInputCopy.path(in: directory)
        descriptor = try StandardInputCopy.create(path)
        unlink(path)
        try StandardInputCopy.copy(to: descriptor, path)
    }

    deinit { close(descriptor) }

    /// Copies standard input to its end into a store's `directory` and answers the copy's path.
    static func make(in directory: String) throws(SluiceError) -> String {
        let path = path(in: directory)
        let output = try create(path)
        defer { close(output) }
        do throws(SluiceError) { try copy(to: output, path) } catch {
            unlink(path)
            throw error
        }
        return path
    }

    private static func path(in directory: String) -> String { directory + "/stdin-\(RunName.new()).partial" }

    private static func create(_ path: String) throws(SluiceError) -> Int32 {
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(path) }
        return output
    }

    private static func copy(to output: Int32, _ path: String) throws(SluiceError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                // Whoever shares it may have set it not to wait.
                if errno == EINTR || (errno == EAGAIN && Descriptor.wait(for: POLLIN, on: STDIN_FILENO)) { continue }
                throw failure("standard input")
            }
            let isWritten = buffer.withUnsafeBytes {
                Descriptor.write(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: output)
            }
            guard isWritten else { throw failure(path) }
        }
    }

    /// Removes what runs that were killed left behind in `directory`; only while the store's lock is held.
    static func removeLeftovers(in directory: String) {
        for case let name? in (try? DirectoryListing.names(of: directory)) ?? []
        where name.hasPrefix("stdin-") && name.hasSuffix(".partial") {
            unlink(directory + "/" + name)
        }
    }

    private static func failure(_ place: String) -> SluiceError {
        SluiceError(.io, "\(place): \(String(cString: strerror(errno)))", advice: SluiceError.remedy(errno))
    }
}
