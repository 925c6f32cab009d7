import Glibc
import SluiceCore

/// What tells whether a file is still what it was: its identity, its size and when it was last written. What is committed
/// under a digest must come from a file that has not changed since before that was taken.
package struct SourceStamp: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    /// Its bytes.
    package let size: Int
    /// When it was last written, in seconds since 1970.
    package let seconds: Int
    private let nanoseconds: Int

    /// The stamp of the file at `path` now.
    package init(of path: String) throws(SluiceError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .unreadable(path, advice: "check the path")
        }
        self.init(status)
    }

    /// The stamp of a file of this status.
    package init(_ status: stat) {
        (device, inode) = (UInt(status.st_dev), UInt(status.st_ino))
        (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    /// True where `other` is of the same file, whatever was written to it in between.
    package func isSameFile(as other: SourceStamp) -> Bool { device == other.device && inode == other.inode }

    /// True where the file was last written before the one `other` is of.
    package func isOlder(than other: SourceStamp) -> Bool {
        (seconds, nanoseconds) < (other.seconds, other.nanoseconds)
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
