import Foundation
import Logging
import SluiceService

/// A log in a file, to be read back.
final class LogFile {
    let destination: LogDestination
    private let folder: TemporaryFolder
    private let handle: FileHandle

    init(level: Logger.Level = .info, clock: @escaping @Sendable () -> Int64 = { 1_700_000_000_123_456 }) throws {
        folder = try TemporaryFolder()
        let path = try folder.file("log", "")
        guard let handle = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileNoSuchFile) }
        self.handle = handle
        destination = LogDestination(descriptor: handle.fileDescriptor, level: level, clock: clock)
    }

    /// A logger that writes into the file.
    var logger: Logger { Logger(label: "test") { _ in JSONLogHandler(to: self.destination) } }

    /// The lines that were written.
    var lines: [String] {
        let text = (try? String(contentsOfFile: folder.path("log"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// The lines as JSON.
    var objects: [[String: Any]] {
        lines.compactMap { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any] }
    }
}
