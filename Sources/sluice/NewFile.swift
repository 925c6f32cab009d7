import Foundation
import SluiceCore
import SluicePipeline

/// A file that appears with all its bytes or not at all.
final class NewFile {
    private let path: String
    private let partial: String
    private let descriptor: Int32
    private var isFinished = false

    /// Begins a file that will be at `path`, or where the link there leads, and where another may be until then.
    ///
    /// - Throws: `.cannotCreate` where `path` is no regular file, or one of the `inputs`, or cannot be written.
    init(_ path: String, besides inputs: [String] = []) throws(SluiceError) {
        // What cannot be replaced is found out before the work, not after it.
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else { throw NewFile.failure(path, EISDIR) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw NewFile.refusal(path, "it is not a regular file") }
            for input in inputs {
                var other = stat()
                guard stat(input, &other) == 0, other.st_dev == status.st_dev, other.st_ino == status.st_ino else {
                    continue
                }
                throw NewFile.refusal(path, "it is \(input), which is in use")
            }
        } else if lstat(path, &status) == 0 {
            throw NewFile.refusal(path, "it is a link that leads nowhere")
        }
        self.path =
            realpath(path, nil).map { pointer in
                defer { free(pointer) }
                return String(cString: pointer)
            } ?? path
        let prefix = self.path + NewFile.partialMark
        NewFile.removeLeftovers(prefix)
        (partial, descriptor) = try NewFile.create(prefix + String(getpid()), for: path)
    }

    deinit {
        if !isFinished { unlink(partial) }
        close(descriptor)
    }

    /// Adds bytes.
    func write(_ bytes: [UInt8]) throws(SluiceError) {
        guard bytes.withUnsafeBytes({ Descriptor.write($0, to: descriptor) }) else { throw NewFile.failure(path) }
    }

    /// Puts the file into its place, when it is on the disk.
    func finish() throws(SluiceError) {
        guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw NewFile.failure(path) }
        isFinished = true
    }

    /// Between a file's path and the number of the process that writes it.
    private static let partialMark = ".partial-"

    /// Takes away what processes left that were killed: nobody holds the lock of it any more.
    private static func removeLeftovers(_ prefix: String) {
        let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/"))
        let above = slash.map { String(prefix[...$0]) } ?? "./"
        let begin = slash.map { prefix.utf8[prefix.utf8.index(after: $0)...] } ?? prefix.utf8[...]
        for case let name? in (try? DirectoryListing.names(of: above)) ?? [] where name.utf8.starts(with: begin) {
            let number = name.utf8.dropFirst(begin.count)
            guard !number.isEmpty, number.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { continue }
            let lock = open(above + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard lock >= 0 else { continue }
            defer { close(lock) }
            var status = stat()
            guard fstat(lock, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { unlink(above + name) }
        }
    }

    /// A new file with a lock on it, where its file system has locks. In a container every process may have the same number,
    /// so zeros follow it where there is one already.
    private static func create(_ first: String, for path: String) throws(SluiceError) -> (path: String, Int32) {
        var partial = first
        while true {
            let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
            guard descriptor >= 0 else {
                guard errno == EEXIST else { throw failure(path) }
                partial += "0"
                continue
            }
            // Whoever clears up may have come between the two calls.
            let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            var status = stat()
            if !isTaken, fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (partial, descriptor) }
            close(descriptor)
        }
    }

    private static func refusal(_ path: String, _ why: String) -> SluiceError {
        SluiceError(.cannotCreate, "cannot write \(path): \(why)", advice: "name another place")
    }

    private static func failure(_ path: String, _ number: Int32 = errno) -> SluiceError {
        .unwritable(path, number, advice: "name another place")
    }
}
