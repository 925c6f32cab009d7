import Glibc
import SluicePipeline

/// Decides by an entry's status alone whether the spool takes it.
///
/// - Only a **regular file** with **one name**: a second name may be a hard link by which somebody who may write to
///   `incoming/`, but may not read the file, has the daemon read it for him. (Put a file in by `ln` and `rm`, and it is
///   taken once the first name is gone.)
/// - Only a file of a **trusted owner**: the daemon's user, root, whoever owns `incoming/`, or, where the operator has
///   opened `incoming/` to its group, a file of that group. Anybody else can have moved in what is not his.
package struct EntryAdmission: Sendable {
    private let owners: Set<UInt32>
    private let group: UInt32?

    /// What an entry is that the spool leaves where it lies.
    package enum Refusal: Error, Equatable {
        case link
        case directory
        /// A pipe, a socket or a device.
        case special
        /// It has more than one name.
        case hardLink
        /// Its owner is not trusted.
        case stranger
        /// It lies on another file system.
        case elsewhere
    }

    /// The rules for a directory with this status.
    init(incoming: stat) {
        owners = [UInt32(geteuid()), 0, UInt32(incoming.st_uid)]
        group = incoming.st_mode & S_IWGRP != 0 ? UInt32(incoming.st_gid) : nil
    }

    /// The stamp of an entry with this status.
    func admit(_ status: stat) throws(Refusal) -> SourceStamp {
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK: throw .link
        case S_IFDIR: throw .directory
        default: throw .special
        }
        guard status.st_nlink <= 1 else { throw .hardLink }
        guard owners.contains(UInt32(status.st_uid)) || group == UInt32(status.st_gid) else { throw .stranger }
        return SourceStamp(status)
    }
}
