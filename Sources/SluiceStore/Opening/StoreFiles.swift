import Glibc
import SluiceCore
import Synchronization

/// The files of a store: `sluice.db` (with SQLite's `-wal` and `-shm`) and `lock`.
struct StoreFiles: Sendable {
    let directory: String

    /// The database's file name.
    static let databaseName = "sluice.db"

    var database: String { directory + "/" + StoreFiles.databaseName }
    var lock: String { directory + "/lock" }

    /// Creates the directory and its parents where they are missing, private to the user.
    func createDirectory() throws(SluiceError) { try createDirectory(directory) }

    /// Fails with `inputMissing` where there is no database file, or none that this user may look at; with `io` where it, or
    /// what is beside it, is none.
    func requireDatabase() throws(SluiceError) {
        var status = stat()
        guard stat(database, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw SluiceError(
                    errno == EACCES ? .inputMissing : .io,
                    "the store at \(directory) cannot be looked at: \(String(cString: strerror(errno)))",
                    advice: "ask its owner, or name another with --store")
            }
            throw SluiceError(
                .inputMissing, "there is no store at \(directory)",
                advice: "name one with --store, or make one with `sluice ingest`")
        }
        try requireFiles(.io)
    }

    /// Fails with `code` where something else than a file stands in the place of one that SQLite opens: a pipe would hold it
    /// up for good.
    func requireFiles(_ code: SluiceError.Code) throws(SluiceError) {
        for path in ["", "-journal", "-wal", "-shm"].map({ database + $0 }) {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { continue }
            throw SluiceError(code, "\(path) is not a file", advice: "take it away, or name another store with --store")
        }
    }

    /// What the two files are to the file system; changes when they are removed or replaced.
    var identity: [UInt64] {
        [database, lock].flatMap { path -> [UInt64] in
            var status = stat()
            return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : [0, 0]
        }
    }

    /// What the database file looked like while nobody wrote to the store.
    struct Stillness: Equatable {
        /// Whether it is for a full disk that SQLite cannot make its files, and not because nobody may.
        var isFull: Bool
        fileprivate var facts: [Int]
    }

    /// What the database file looks like where it is all there is: SQLite cannot make its files beside it, no log waits
    /// there, and nobody has the store open, which takes a log, if an empty one, and a `-shm`. Nil elsewhere.
    ///
    /// `isFull` says that SQLite has tried on a full disk. It leaves an empty log and a `-shm` there, so both say nothing.
    ///
    /// A writer may come later. A reader's lock would hold that up for as long as the reader likes, from a read-only
    /// mount too; so what was read is held against this afterwards instead.
    func stillness(isFull: Bool) -> Stillness? {
        var status = stat()
        guard (access(directory, W_OK) == 0) == isFull else { return nil }
        let isOpen =
            stat(database + "-wal", &status) == 0
            && (status.st_size > 0 || (!isFull && stat(database + "-shm", &status) == 0))
        guard !isOpen, stat(database, &status) == 0 else { return nil }
        let facts = [Int(status.st_ino), status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        return Stillness(isFull: isFull, facts: facts)
    }

    /// Gives the file behind `descriptor`, which root has made, to whom the directory belongs: he could not open it else.
    func giveToOwner(_ descriptor: Int32) {
        var status = stat()
        guard geteuid() == 0, stat(directory, &status) == 0, status.st_uid != 0 else { return }
        fchown(descriptor, status.st_uid, status.st_gid)
    }

    private func createDirectory(_ path: String) throws(SluiceError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw SluiceError(.cannotCreate, "\(path) is not a directory", advice: "name another with --store")
            }
            return
        }
        var parent = path
        while parent.count > 1, parent.hasSuffix("/") { parent.removeLast() }
        if let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
            try createDirectory(String(parent[..<slash]))
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw cannotCreate(path) }
    }

    func cannotCreate(_ path: String) -> SluiceError {
        .unwritable(path, verb: "create", advice: "check the permissions, or name another place with --store")
    }
}

/// The exclusive right to write to a store, held until it is released or the process ends, however that comes.
final class StoreLock: Sendable {
    /// The open lock file; nil once released.
    private let descriptor: Mutex<Int32?>

    /// Takes the lock; fails with `busy` where another store, in this process or another, holds it.
    init(_ files: StoreFiles) throws(SluiceError) {
        let descriptor = StoreLock.open(files)
        guard descriptor >= 0 else { throw files.cannotCreate(files.lock) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else {
                throw SluiceError(
                    .io, "cannot lock \(files.lock): \(SluiceError.reason(number))",
                    advice: "check that its file system has locks, or name another place with --store")
            }
            throw Store.isTaken(files.directory)
        }
        self.descriptor = Mutex(descriptor)
    }

    /// A descriptor of the lock file, which is made where there is none; -1 where that fails, with `errno` saying why.
    private static func open(_ files: StoreFiles) -> Int32 {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW
        // Only what was made just now is given away: another's file may be here under a second name.
        let made = Glibc.open(files.lock, flags | O_CREAT | O_EXCL, 0o600)
        guard made < 0, errno == EEXIST else {
            if made >= 0 { files.giveToOwner(made) }
            return made
        }
        return Glibc.open(files.lock, flags | O_CREAT, 0o600)
    }

    deinit { release() }

    /// Lets the next writer in. Unlocks before closing: a child process that is just being started still has the file
    /// open, and with it the lock.
    func release() {
        guard let descriptor = descriptor.withLock({ $0.take() }) else { return }
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
