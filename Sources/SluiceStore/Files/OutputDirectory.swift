import FoundationEssentials
import Glibc
import SluiceCore

/// A directory that appears with all its files or not at all: it is filled beside its place and moved there at the end.
///
/// The half-made one is locked while its process lives, so that a later one for the same place can tell a dead one and
/// clear it away.
public final class OutputDirectory {
    /// What a directory is to hold.
    public struct Purpose: Sendable {
        /// What the whole is called in messages, as in "an export".
        var name: String
        /// The mode of the directory, before the umask.
        var mode: mode_t
        /// True of the names of files that belong into it, and may be cleared away with a dead one.
        var owns: @Sendable (String) -> Bool

        /// A purpose of its parts.
        public init(name: String, mode: mode_t, owns: @escaping @Sendable (String) -> Bool) {
            self.name = name
            self.mode = mode
            self.owns = owns
        }
    }

    /// Where the files go for now.
    public let path: String
    /// The directory that the place is in.
    public let parent: String
    private let place: String
    private let lock: Int32
    private var isPublished = false

    /// Makes the half-made directory beside `place`.
    ///
    /// - Throws: `.cannotCreate` where `place` is anything but absent or an empty directory, or its parent is missing or
    ///   not writable; `.io` where the disk is full.
    public init(_ place: String, for purpose: Purpose) throws(SluiceError) {
        var trimmed = place
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        let name = String(trimmed.split(separator: "/", omittingEmptySubsequences: true).last ?? "")
        guard !name.isEmpty, name != ".", name != ".." else {
            throw SluiceError(
                .cannotCreate, "\(place) cannot be the directory of \(purpose.name)", advice: "name a new directory")
        }
        let parent = String(trimmed.dropLast(name.count))
        self.parent = parent.isEmpty ? "." : parent
        self.place = trimmed
        try OutputDirectory.requireFree(trimmed, for: purpose)
        let prefix = ".\(name).partial-"
        OutputDirectory.clearDead(in: self.parent, prefix: prefix, of: purpose)
        path = (parent.isEmpty ? "" : parent) + prefix + String(getpid())
        guard mkdir(path, purpose.mode) == 0 else { throw OutputDirectory.failure("create", path) }
        lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw OutputDirectory.failure("open", path) }
    }

    deinit {
        if !isPublished { OutputDirectory.remove(path) }
        close(lock)
    }

    /// The path of a file in the half-made directory.
    public func path(of name: String) -> String { path + "/" + name }

    /// Writes a small file and waits until it is on the disk.
    public func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o666) throws(SluiceError) {
        let file = open(path(of: name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw OutputDirectory.failure("create", path(of: name)) }
        defer { close(file) }
        let isWritten = bytes.withUnsafeBytes { Descriptor.write($0, to: file) }
        guard isWritten, fsync(file) == 0 else { throw OutputDirectory.failure("write", path(of: name)) }
    }

    /// Waits until a file that others wrote is on the disk.
    public func sync(_ name: String) throws(SluiceError) {
        let file = open(path(of: name), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw OutputDirectory.failure("open", path(of: name)) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw OutputDirectory.failure("write", path(of: name)) }
    }

    /// Moves the directory to its place, for good.
    public func publish() throws(SluiceError) {
        guard fsync(lock) == 0 else { throw OutputDirectory.failure("write", path) }
        guard rename(path, place) == 0 else { throw OutputDirectory.failure("create", place) }
        isPublished = true
        let above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard above >= 0 else { throw OutputDirectory.failure("open", parent) }
        defer { close(above) }
        guard fsync(above) == 0 else { throw OutputDirectory.failure("write", parent) }
    }

    /// What `errno` says about an attempt to `verb` the file at `path`.
    public static func failure(_ verb: String, _ path: String) -> SluiceError {
        let number = errno
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT:
            return SluiceError(.io, "disk full: cannot \(verb) \(path)", advice: "make room and run it again")
        case EIO, EFBIG, EMFILE, ENFILE: return SluiceError(.io, "cannot \(verb) \(path): \(reason)")
        case ENOENT:
            return SluiceError(
                .cannotCreate, "cannot \(verb) \(path): \(reason)",
                advice: "make the directory that --output is to be in first")
        default:
            return SluiceError(
                .cannotCreate, "cannot \(verb) \(path): \(reason)", advice: "name another place for --output")
        }
    }

    private static func requireFree(_ place: String, for purpose: Purpose) throws(SluiceError) {
        var status = stat()
        guard lstat(place, &status) == 0 else {
            guard errno == ENOENT else { throw failure("create", place) }
            return
        }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        let isEmpty = isDirectory && (try? FileManager.default.contentsOfDirectory(atPath: place))?.isEmpty == true
        guard isEmpty else {
            throw SluiceError(
                .cannotCreate, "\(place) is there already",
                advice: "\(purpose.name) is never changed: name a new directory")
        }
    }

    private static func clearDead(in parent: String, prefix: String, of purpose: Purpose) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.hasPrefix(prefix) && name.dropFirst(prefix.count).allSatisfy({ ("0"..."9").contains($0) }) {
            let path = parent + "/" + name
            // Whatever we did not write is somebody's, and stays with all that is beside it.
            let held = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            guard held.allSatisfy(purpose.owns) else { continue }
            let dead = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard dead >= 0 else { continue }
            if flock(dead, LOCK_EX | LOCK_NB) == 0 { remove(path) }
            close(dead)
        }
    }

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
