import Foundation
import Testing

/// What a run that goes on behind an interruption owes to the one before it.
@Suite("A run that was interrupted")
struct ResumeTests {
    /// A store in which the ingest of `input` was killed on its way.
    private func interrupted(_ folder: Folder, _ input: String, _ options: [String] = []) throws -> [String] {
        let config = try folder.file("config.yaml", "ingest:\n  batch_records: 4\n")
        let arguments = ["ingest", "--config", config, "--store", folder.path("store"), "--json"]
        for delay in 1...200 {
            let process = Program.process(arguments + options + [input])
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(20_000 + 1000 * delay))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let source =
                (try Program.run("stats", "--json", "--store", folder.path("store")).json["sources"]
                as? [[String: Any]])?.first
            if source?["state"] as? String == "reading", source?["records"] as? Int ?? 0 > 0 { return arguments }
            if source?["state"] as? String == "done" {
                try FileManager.default.removeItem(atPath: folder.path("store"))
            }
        }
        Issue.record("the run could not be interrupted")
        return arguments
    }

    @Test("goes on only as what it was begun as")
    func sameRequest() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(4000)))
        let arguments = try interrupted(folder, input, ["--origin", "synthetic"])
        let other = try Program.run(arguments + [input])
        #expect(other.exitCode == 64, "\(other.errors)")
        #expect(other.errors.contains("--origin"))
        let format = try Program.run(arguments + ["--origin", "synthetic", "--format", "text", input])
        #expect(format.exitCode == 64, "\(format.errors)")
        // Other inputs of the run are read all the same.
        let beside = try folder.file("b.jsonl", Dump.jsonLines(["Another text, which nobody has begun to read."]))
        let both = try Program.run(arguments + ["--json", input, beside])
        #expect(
            both.exitCode == 1 && both.errors.contains("a.jsonl was begun with another")
                && both.json["kept"] as? Int == 1)
        #expect(try Program.run(arguments + ["--origin", "synthetic", input]).exitCode == 0)
        let rows = try Program.run("provenance", "--store", folder.path("store"), "--json", "--limit", "0").rows
        #expect(rows.count == 4001)
        #expect(rows.count { $0["origin"] as? String == "declared" } == 4000)
    }

    @Test("still says that its input was damaged, where the damage came before the interruption")
    func earlierDamage() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Data("{broken\n".utf8) + Dump.jsonLines(Dump.texts(4000)))
        let arguments = try interrupted(folder, input)
        #expect(try Program.run(arguments + [input]).exitCode == 1)
        // So does a run that only passes it over: else whoever was stopped in the next source would never be told.
        let again = try Program.run(arguments.filter { $0 != "--json" } + [input])
        #expect(again.exitCode == 1 && again.errors.contains("nothing new") && again.errors.contains("damaged"))
    }

    @Test("reads a file that holds nothing as nothing, however often")
    func empty() throws {
        let folder = try Folder()
        let input = try folder.file("empty.jsonl", "")
        for _ in 0..<2 { #expect(try Program.run("ingest", "--store", folder.path("store"), input).exitCode == 65) }
    }
}
