import Glibc
import SluiceCore

/// Reads small files whole.
enum FileBytes {
    /// The bytes of the file at `path`, of which there may be `limit` at most; `advice` is what to say where there are more.
    static func read(
        _ path: String, limit: Int, advice: String = "this is no detector model"
    ) throws(SluiceError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SluiceError(.inputMissing, "cannot open \(path): \(reason())", advice: "check the path")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw SluiceError(.inputMissing, "cannot read \(path): \(reason())", advice: "check the path")
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit {
                throw SluiceError(
                    .configuration, "\(path) is larger than \(limit) bytes", advice: advice)
            }
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
