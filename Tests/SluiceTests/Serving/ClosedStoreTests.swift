import Foundation
import Testing

/// Users of one machine who may not see each other's files.
@Suite(.enabled(if: AnotherUser.isPossible, "to be another user needs root and setpriv"))
struct `A store that another user's daemon holds` {
    private let folder: Folder

    init() throws { folder = try Folder() }

    @Test func `is asked about over the configured socket by whoever names it, and not written to`() throws {
        let token = try Program.run("token", "reader", "--scopes", "read").text.split(separator: "\n")
        let tokens = try folder.file("tokens", token[1] + "\n")
        #expect(chmod(tokens, 0o600) == 0)
        let daemon = try RunningDaemon(folder, settings: ["tokens: \"\(tokens)\""])
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3)))
        #expect(try Program.run("ingest", "--store", daemon.store, input).exitCode == 0)
        let nobody = try AnotherUser(folder, token: String(token[0]))
        let socket = try folder.file("socket.yaml", "service:\n  socket: \"\(daemon.socketPath)\"\n")
        let named = "--store '\(daemon.store)' --config '\(socket)'"
        let refused = try nobody.run("stats --json \(named)")
        #expect(refused.exitCode == 66 && refused.errors.contains("Permission denied"), "\(refused.errors)")
        #expect(chmod(daemon.socketPath, 0o666) == 0)
        let asked = try nobody.run("stats --json \(named)")
        #expect(asked.exitCode == 0 && asked.json["records"] as? Int == 3, "\(asked.errors)")
        #expect(asked.errors.contains("through the daemon at \(daemon.socketPath)"))
        let written = try nobody.run("shards seal \(named)")
        #expect(written.exitCode == 66 && !written.errors.contains("through the daemon"), "\(written.errors)")
    }
}

/// `sluice` as a user who owns nothing runs it.
private struct AnotherUser {
    static let isPossible = geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0

    private let program: String
    private let token: String

    /// Puts the program where everybody may run it.
    init(_ folder: Folder, token: String) throws {
        program = folder.path("sluice")
        self.token = token
        #expect(chmod(folder.url.path, 0o755) == 0)
        try FileManager.default.copyItem(
            at: Program.products.appendingPathComponent("sluice"), to: URL(fileURLWithPath: program))
        try FileManager.default.copyItem(
            at: Program.root.appendingPathComponent("config"), to: URL(fileURLWithPath: folder.path("config")))
    }

    func run(_ arguments: String) throws -> Program.Outcome {
        try Program.tool(
            "/usr/bin/env", "SLUICE_TOKEN=\(token)", "/bin/bash", "-c",
            "cd / && exec setpriv --reuid 65534 --regid 65534 --clear-groups '\(program)' \(arguments)")
    }
}
