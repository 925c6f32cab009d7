import FoundationEssentials
import Glibc
import SluiceCore

/// A directory that appears with all its files or not at all: it is filled beside its place and moved there at the end.
///
/// The half-made one is locked while its process lives, so that a later one for the same place can tell a dead one and
/// clear it away. One that somebody else is about to note down is given another name first: it may be the only copy of
/// what is noted, and nobody clears it away.
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
    public private(set) var path: String
    /// The directory that the place is in.
    public var parent: String { place.parent }
    private let place: Place
    private let lock: Int32
    /// The finished directories of dead processes that never got to the place.
    public let spared: [String]
    /// Whether it stays when this value goes.
    private var isKept = false

    /// Makes the half-made directory beside `place`, and clears away those that dead processes left there.
    ///
    /// - Throws: `.cannotCreate` where `place` is anything but absent or an empty directory, or its parent is missing or
    ///   not writable; `.io` where the disk is full.
    public init(_ place: String, for purpose: Purpose) throws(SluiceError) {
        self.place = try Place(place, for: purpose)
        for dead in self.place.dead(.partial, of: purpose) {
            OutputDirectory.remove(dead.path)
            close(dead.lock)
        }
        spared = self.place.dead(.finished, of: purpose).map { dead in
            close(dead.lock)
            return dead.path
        }
        path = self.place.free(.partial)
        guard mkdir(path, purpose.mode) == 0 else { throw OutputDirectory.failure("create", path) }
        lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw OutputDirectory.failure("open", path) }
    }

    /// Takes over the first finished directory for `place` that a dead process left and `isWanted` says yes to, given its
    /// path; nil where there is none. Nothing is cleared away.
    ///
    /// - Throws: as ``init(_:for:)``, and what `isWanted` throws.
    public init?(finishedFor place: String, for purpose: Purpose, where isWanted: (String) throws(SluiceError) -> Bool)
        throws(SluiceError)
    {
        self.place = try Place(place, for: purpose)
        var found: (path: String, lock: Int32)?
        var left = self.place.dead(.finished, of: purpose)[...]
        defer { for dead in left { close(dead.lock) } }
        while found == nil, let dead = left.first {
            if try isWanted(dead.path) {
                found = dead
            } else {
                close(dead.lock)
            }
            left.removeFirst()
        }
        guard let found else { return nil }
        (path, lock) = found
        spared = []
        isKept = true
    }

    /// Clears away the half-made directories in `directory` that dead processes left there, whatever their places were;
    /// answers how many. Finished ones stay: each may be the only copy of what somebody noted down.
    public static func clear(_ directory: String, for purpose: Purpose) -> Int {
        let dead = Place.dead(under: directory + "/", of: purpose) { name in
            let mark = Array(".\(Place.State.partial.rawValue)-".utf8)
            let end = (name.lastIndex(of: UInt8(ascii: "-")) ?? 0) + 1
            // Between the dot and the mark is the name of its place.
            return name.first == UInt8(ascii: ".") && end > mark.count + 1
                && name[..<end].suffix(mark.count) == mark[...]
                && Place.isNumber(name[end...])
        }
        for dead in dead {
            remove(dead.path)
            close(dead.lock)
        }
        return dead.count
    }

    deinit {
        if !isKept { OutputDirectory.remove(path) }
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

    /// Gives the directory the name of a finished one, for good on the disk. It still goes with this value until
    /// ``keep()``.
    public func finish() throws(SluiceError) {
        guard fsync(lock) == 0 else { throw OutputDirectory.failure("write", path) }
        let finished = place.free(.finished)
        guard rename(path, finished) == 0 else { throw OutputDirectory.failure("create", finished) }
        path = finished
        try syncParent()
    }

    /// Leaves the directory where it is, should it not get to its place: somebody knows of it now.
    public func keep() { isKept = true }

    /// Moves the directory to its place, for good.
    public func publish() throws(SluiceError) {
        guard fsync(lock) == 0 else { throw OutputDirectory.failure("write", path) }
        guard rename(path, place.path) == 0 else { throw OutputDirectory.failure("create", place.path) }
        isKept = true
        try syncParent()
    }

    private func syncParent() throws(SluiceError) {
        let above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard above >= 0 else { throw OutputDirectory.failure("open", parent) }
        defer { close(above) }
        guard fsync(above) == 0 else { throw OutputDirectory.failure("write", parent) }
    }

    /// What `errno` says about an attempt to `verb` the file at `path`.
    public static func failure(_ verb: String, _ path: String) -> SluiceError {
        let number = errno
        let isNowhere = number == ENOENT
        return .unwritable(
            path, number, verb: verb,
            advice: isNowhere ? "make the directory that --output is to be in first" : "name another place for --output"
        )
    }

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}

/// Where a directory is to appear.
private struct Place {
    let path: String
    /// The path before the name, with its slash; empty for a name alone.
    private let above: String
    private let name: String

    /// How far a directory is that is not at its place.
    enum State: String { case partial, finished }

    var parent: String { above.isEmpty ? "." : above }

    /// What the name of a directory in this state begins with; the number of its process follows.
    private func prefix(_ state: State) -> String { ".\(name).\(state.rawValue)-" }

    /// A place that is free.
    init(_ place: String, for purpose: OutputDirectory.Purpose) throws(SluiceError) {
        var trimmed = place
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        let name = String(trimmed.split(separator: "/", omittingEmptySubsequences: true).last ?? "")
        guard !name.isEmpty, name != ".", name != ".." else {
            throw SluiceError(
                .cannotCreate, "\(place) cannot be the directory of \(purpose.name)", advice: "name a new directory")
        }
        path = trimmed
        above = String(trimmed.dropLast(name.count))
        self.name = name
        try requireFree(for: purpose)
    }

    private func requireFree(for purpose: OutputDirectory.Purpose) throws(SluiceError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw OutputDirectory.failure("create", path) }
            return
        }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        let isEmpty = isDirectory && (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true
        guard isEmpty else {
            throw SluiceError(
                .cannotCreate, "\(path) is there already",
                advice: "\(purpose.name) is never changed: name a new directory")
        }
    }

    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The path of a directory of this process in this state. In a container every process may have the same number, so
    /// zeros follow it where there is one already.
    func free(_ state: State) -> String {
        var path = above + prefix(state) + String(getpid())
        var status = stat()
        while lstat(path, &status) == 0 { path += "0" }
        return path
    }

    /// The directories in this state whose processes have ended, each with a lock on it that the caller closes.
    func dead(_ state: State, of purpose: OutputDirectory.Purpose) -> [(path: String, lock: Int32)] {
        let prefix = Array(prefix(state).utf8)
        return Place.dead(under: above, of: purpose) { name in
            name.starts(with: prefix) && Place.isNumber(name[prefix.count...])
        }
    }

    /// True of decimal digits.
    static func isNumber(_ name: ArraySlice<UInt8>) -> Bool {
        name.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The directories of such names whose processes have ended, each with a lock on it that the caller closes; `above` is
    /// what their paths begin with, as of a place.
    static func dead(
        under above: String, of purpose: OutputDirectory.Purpose, where isNamed: ([UInt8]) -> Bool
    ) -> [(path: String, lock: Int32)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: above.isEmpty ? "." : above)) ?? []
        return names.sorted().compactMap { name -> (path: String, lock: Int32)? in
            // Byte by byte: the same characters, composed otherwise, are another name.
            guard isNamed(Array(name.utf8)) else { return nil }
            let path = above + name
            // Whatever we did not write is somebody's, and stays with all that is beside it.
            let held = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            guard held.allSatisfy({ purpose.owns($0) && Place.isFile("\(path)/\($0)") }) else { return nil }
            let lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard lock >= 0 else { return nil }
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
                close(lock)
                return nil
            }
            return (path, lock)
        }
    }
}
