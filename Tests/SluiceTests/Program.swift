import Foundation

/// The built `sluice`, driven as a user drives it.
enum Program {
    /// What a finished command left behind.
    struct Outcome: Sendable {
        var exitCode: Int32
        var output: Data
        var errors: String

        /// Standard output as text.
        var text: String { String(decoding: output, as: UTF8.self) }

        /// Standard output as one JSON object.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: output)) as? [String: Any] ?? [:] }

        /// Standard output as NDJSON.
        var rows: [[String: Any]] {
            output.split(separator: UInt8(ascii: "\n")).compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0))) as? [String: Any]
            }
        }
    }

    /// The folder of the build's products; the test runner lies beside the program.
    static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// The checkout.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The material beside the checkout, which may be missing.
    static let shared = root.deletingLastPathComponent().appendingPathComponent("shared")

    /// True where the crawl sample is there.
    static let hasSample = FileManager.default.fileExists(
        atPath: shared.appendingPathComponent("crawl-sample/wet").path)

    /// A process that runs `sluice`, not yet started.
    static func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = products.appendingPathComponent("sluice")
        process.arguments = arguments
        process.currentDirectoryURL = root
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "NO_COLOR": "1"]
        return process
    }

    /// Runs `sluice` to its end, feeding it `input`.
    static func run(_ arguments: String..., input: Data = Data()) throws -> Outcome {
        try run(process(arguments), input: input)
    }

    /// Runs `sluice` to its end, with more in its environment.
    static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = process(arguments)
        process.environment?.merge(environment) { $1 }
        return try run(process, input: Data())
    }

    /// Runs another program to its end.
    static func tool(_ path: String, _ arguments: String..., input: Data = Data()) throws -> Outcome {
        try tool(path, arguments, input: input)
    }

    /// Runs another program to its end.
    static func tool(_ path: String, _ arguments: [String], input: Data = Data()) throws -> Outcome {
        let tool = process(arguments)
        tool.executableURL = URL(fileURLWithPath: path)
        return try run(tool, input: input)
    }

    private static func run(_ process: Process, input: Data) throws -> Outcome {
        // Files, not pipes: nothing blocks however much is written.
        let folder = try Folder()
        let (stdin, stdout, stderr) = (folder.path("in"), folder.path("out"), folder.path("err"))
        try input.write(to: URL(fileURLWithPath: stdin))
        for path in [stdout, stderr] { try Data().write(to: URL(fileURLWithPath: path)) }
        process.standardInput = FileHandle(forReadingAtPath: stdin)
        process.standardOutput = FileHandle(forWritingAtPath: stdout)
        process.standardError = FileHandle(forWritingAtPath: stderr)
        try process.run()
        process.waitUntilExit()
        return Outcome(
            exitCode: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try Data(contentsOf: URL(fileURLWithPath: stdout)),
            errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: stderr)), as: UTF8.self))
    }
}

/// A folder of a test's own, removed with its last owner.
final class Folder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of `name` in the folder.
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Writes a file and answers its path.
    func file(_ name: String, _ content: Data) throws -> String {
        try content.write(to: url.appendingPathComponent(name))
        return path(name)
    }

    /// Writes a text file and answers its path.
    func file(_ name: String, _ content: String) throws -> String { try file(name, Data(content.utf8)) }
}
