import Foundation
import SluiceCore

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
        partial = self.path + ".partial-\(getpid())"
        descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw NewFile.failure(path) }
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(partial) }
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

    private static func refusal(_ path: String, _ why: String) -> SluiceError {
        SluiceError(.cannotCreate, "cannot write \(path): \(why)", advice: "name another place")
    }

    private static func failure(_ path: String, _ number: Int32 = errno) -> SluiceError {
        .unwritable(path, number, advice: "name another place")
    }
}
