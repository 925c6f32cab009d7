import Glibc
import SluiceCore

/// Reads small files whole.
enum FileBytes {
    /// The bytes of the file at `path`, of which there may be `limit` at most; `advice` is what to say where there are more.
    ///
    /// - Throws: ``SluiceError``: `inputMissing` where it is missing, unreadable or not a regular file, `io` where it cannot
    ///   be opened or read for now, `configuration` where it is too large.
    static func read(
        _ path: String, limit: Int, advice: String = "this is no detector model"
    ) throws(SluiceError) -> [UInt8] {
        // O_NONBLOCK: opening a pipe that nobody writes to must not hang before it can be refused.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SluiceError(
                .inputMissing, "cannot read \(path): it is not a regular file", advice: "copy it into a file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit {
                throw SluiceError(
                    .configuration, "\(path) is larger than \(limit) bytes", advice: advice)
            }
        }
    }
}
