import Glibc
import SluiceCore

/// A file as it was when its digest was taken; what is committed under that digest must come from the same bytes.
package struct SourceStamp: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// The stamp of the file at `path` now.
    package init(of path: String) throws(SluiceError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw SluiceError(.inputMissing, "\(path): \(String(cString: strerror(errno)))", advice: "check the path")
        }
        (device, inode) = (UInt(status.st_dev), UInt(status.st_ino))
        (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    /// Fails where the file is not what it was.
    func requireUnchanged(_ path: String) throws(SluiceError) {
        guard let now = try? SourceStamp(of: path), now == self else {
            throw SluiceError(
                .io, "\(path) changed or went while it was read",
                advice: "what was committed stays; run it again when the file is complete")
        }
    }
}
