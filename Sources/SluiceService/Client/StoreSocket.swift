import Foundation
import Glibc
import SluiceCore

/// How to find the daemon of a store: at `sluice.sock` in the store's directory there is its socket, or a link to it.
///
/// So whoever can look into a store's directory finds the daemon of that very store, and never that of another.
package enum StoreSocket {
    /// The place in `directory`.
    static func place(in directory: String) -> String { directory + "/sluice.sock" }

    /// Leads from the store's directory to `socket`, which is somewhere else; takes an older lead away. The caller holds
    /// the store.
    static func lead(from directory: String, to socket: String) throws(SluiceError) {
        let place = place(in: directory)
        var status = stat()
        // Nobody else serves this store, so a socket that is there already is one that was left behind.
        if lstat(place, &status) == 0, [S_IFLNK, S_IFSOCK].contains(status.st_mode & S_IFMT) { unlink(place) }
        let target = URL(fileURLWithPath: socket).path
        // A store that has something else there is found by its configured socket only.
        guard target != URL(fileURLWithPath: place).path, symlink(target, place) != 0, errno != EEXIST else { return }
        throw SluiceError(
            .cannotCreate, "cannot create \(place): \(String(cString: strerror(errno)))",
            advice: "check the permissions of the store's directory")
    }

    /// Takes the lead away.
    static func remove(from directory: String) {
        let place = place(in: directory)
        var status = stat()
        if lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFLNK { unlink(place) }
    }

    /// True where a daemon has served the store in `directory`, and so may hold it while nobody answers yet, or any more.
    package static func wasServed(_ directory: String) -> Bool {
        var status = stat()
        return stat(directory + "/" + Places.bodiesName, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The path of the socket of the store in `directory`.
    package static func path(of directory: String) -> String {
        let place = place(in: directory)
        // Followed here, for the system takes short paths of sockets only, and the link's own may be long.
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) ?? place
    }
}
