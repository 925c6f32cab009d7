import Glibc
import SluiceCore

/// A file on its way to the daemon. What is sent are the bytes that it had when it was opened, or not all of them: the
/// daemon must not take half a file for a whole one.
package final class OutgoingFile: Sendable {
    private let path: String
    private let descriptor: Int32
    private let modified: [Int]
    /// Its size when it was opened.
    package let bytes: Int

    private static let pieceBytes = 256 << 10

    /// Opens the regular file at `path`. Blocks.
    ///
    /// - Throws: `SluiceError` of the kind `inputMissing` where it is missing, unreadable or not a regular file; of the kind
    ///   `io` where it cannot be opened for now.
    package init(_ path: String) throws(SluiceError) {
        // Without O_NONBLOCK, a pipe that nobody writes to would hang here before it can be refused.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        self.path = path
        guard descriptor >= 0 else {
            throw .unreadable(path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SluiceError(
                .inputMissing, "cannot read \(path): it is not a regular file", advice: "give files or directories")
        }
        bytes = Int(status.st_size)
        modified = OutgoingFile.times(status)
    }

    deinit { close(descriptor) }

    /// The next bytes from `offset` on; empty at the end. Blocks.
    ///
    /// - Throws: `SluiceError` of the kind `io` where the file is not what it was, before its last byte is handed out.
    func piece(at offset: Int) throws(SluiceError) -> [UInt8] {
        let wanted = min(OutgoingFile.pieceBytes, bytes - offset)
        guard wanted > 0 else { return [] }
        guard let piece = Descriptor.read(wanted, at: offset, from: descriptor) else {
            throw SluiceError(
                .io, "cannot read \(path) at offset \(offset): \(String(cString: strerror(errno)))",
                advice: "check the disk, then start again")
        }
        guard piece.count == wanted, offset + wanted < bytes || isUnchanged else {
            throw SluiceError(
                .io, "\(path) changed while it was sent", advice: "run it again when the file is complete")
        }
        return piece
    }

    private var isUnchanged: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && Int(status.st_size) == bytes && OutgoingFile.times(status) == modified
    }

    private static func times(_ status: stat) -> [Int] { [status.st_mtim.tv_sec, status.st_mtim.tv_nsec] }
}
