import Foundation
import SluiceCore

/// A file that appears with all its bytes or not at all.
final class NewFile {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var isFinished = false

    /// Begins a file that will be at `path`, where another may be until then.
    init(_ path: String) throws(SluiceError) {
        self.path = path
        // What cannot be replaced is found out before the work, not after it.
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { throw NewFile.failure(path, EISDIR) }
        partial = path + ".partial-\(getpid())"
        descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw NewFile.failure(path) }
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(partial) }
    }

    /// Adds bytes.
    func write(_ bytes: [UInt8]) throws(SluiceError) {
        guard bytes.withUnsafeBytes({ Descriptor.write($0, to: descriptor) }) else { throw NewFile.failure(path) }
    }

    /// Puts the file into its place, when it is on the disk.
    func finish() throws(SluiceError) {
        guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw NewFile.failure(path) }
        isFinished = true
    }

    private static func failure(_ path: String, _ number: Int32 = errno) -> SluiceError {
        let isDisk = [ENOSPC, EDQUOT, EIO].contains(number)
        return SluiceError(
            isDisk ? .io : .cannotCreate, "cannot write \(path): \(String(cString: strerror(number)))",
            advice: isDisk ? "make room and try again" : "name another place")
    }
}
