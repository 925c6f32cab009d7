import Glibc

/// What tells whether an entry is still the file it was: the file's identity, its size and when it was last written.
package struct EntryStamp: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    package init(_ status: stat) {
        (device, inode) = (UInt(status.st_dev), UInt(status.st_ino))
        (size, seconds, nanoseconds) = (Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }

    /// True where `other` is of the same file, whatever was written to it in between.
    func isSameFile(as other: EntryStamp) -> Bool { device == other.device && inode == other.inode }

    /// True where the file was last written before the one `other` is of.
    func isOlder(than other: EntryStamp) -> Bool { (seconds, nanoseconds) < (other.seconds, other.nanoseconds) }
}
