import Glibc
import SluiceCore

extension StoreFiles {
    /// Makes the database where there is none yet, under another name until it is whole: a reader finds no store, or one
    /// that it can use. For who holds the lock.
    ///
    /// An empty file is none either: versions before this one made that first, and may have been killed.
    func makeDatabase() throws {
        guard try isMissing() else { return }
        let draft = database + ".new"
        for end in ["", "-wal", "-shm"] { unlink(draft + end) }
        let file = Glibc.open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw cannotCreate(draft) }
        giveToOwner(file)
        defer {
            close(file)
            for end in ["", "-wal", "-shm"] { unlink(draft + end) }
        }
        try Connection.make(draft)
        guard fsync(file) == 0 else { throw cannotWrite(draft) }
        // The log of a database that somebody removed would be played into the new one.
        let logs = ["-wal", "-shm", "-journal"].filter { unlink(database + $0) == 0 }
        if !logs.isEmpty { try syncDirectory() }
        guard rename(draft, database) == 0 else { throw cannotCreate(database) }
        try syncDirectory()
    }

    private func isMissing() throws(SluiceError) -> Bool {
        // By its name: to close a descriptor of it would end SQLite's locks of other stores of this process.
        var status = stat()
        guard lstat(database, &status) == 0 else {
            guard errno == ENOENT else { throw cannotCreate(database) }
            return true
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SluiceError(.cannotCreate, "\(database) is not a file", advice: "name another place with --store")
        }
        guard access(database, R_OK | W_OK) == 0 else { throw cannotCreate(database) }
        return status.st_size == 0
    }

    private func syncDirectory() throws(SluiceError) {
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotWrite(directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw cannotWrite(directory) }
    }

    private func cannotWrite(_ path: String) -> SluiceError {
        SluiceError(
            .io, "\(path) cannot be written: \(SluiceError.reason(errno))",
            advice: "check free space and the disk, then run the same command again")
    }
}
