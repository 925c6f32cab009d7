import Foundation
import Testing

/// The `sqlite3` shell, as an operator would type into it.
enum Shell {
    static let path: String? = ["/usr/bin/sqlite3", "/usr/local/bin/sqlite3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Says why tests that need the shell do nothing where it is missing.
    static let missing: Comment = "the sqlite3 shell is not installed (Debian: sqlite3)"

    /// Feeds `script` to the shell and gives what it printed, errors included.
    @discardableResult
    static func run(_ script: String, on database: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = ["-batch", database]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        input.fileHandleForWriting.write(Data((script + "\n").utf8))
        try input.fileHandleForWriting.close()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: printed, as: UTF8.self)
    }
}
