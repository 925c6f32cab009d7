import Glibc
import SluicePipeline

/// What the program takes of the machine.
struct ProcessFigures: Sendable {
    /// Bytes of memory in use; nil where nobody could say.
    var residentBytes: Int64?
    /// Seconds of processor time.
    var processorSeconds: Double
    /// Open file descriptors; nil where nobody could say.
    var openFiles: Int64?

    /// The figures as they are now.
    init() {
        residentBytes = ProcessFigures.residentPages().map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) }
        processorSeconds = Double(Clock.processor) / 1_000_000
        openFiles = ProcessFigures.descriptors()
    }

    private static func residentPages() -> Int64? {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let words = bytes.prefix(count).split(separator: UInt8(ascii: " "))
        return words.count > 1 ? Int64(String(decoding: words[1], as: UTF8.self)) : nil
    }

    private static func descriptors() -> Int64? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        // Two entries are the directory and the one above, one is the descriptor that reads it.
        var count: Int64 = -3
        while readdir(directory) != nil { count += 1 }
        return count
    }
}
