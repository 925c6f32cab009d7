import Foundation
import Testing

/// What an attacker tried, and what came of it.
@Suite("A hostile neighbour")
struct HostileTests {
    @Test("who removes the store while it is written is found out, and nothing is acknowledged")
    func removedStore() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(20_000)))
        let process = Program.process(["ingest", "--store", folder.path("store"), input])
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let log = folder.path("store/sluice.db-wal")
        // Once the log has grown, batches are being committed.
        for _ in 0..<2000 {
            let size = try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
            if let size, size > 1 << 20 { break }
            usleep(2000)
        }
        try FileManager.default.removeItem(atPath: folder.path("store"))
        process.waitUntilExit()
        #expect(process.terminationStatus == 74)
    }

    @Test("who fills the disk behind standard output does not get half an answer for a whole one")
    func fullOutput() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(10)))
        #expect(try Program.run("ingest", "--store", store, input).exitCode == 0)
        let sluice = Program.products.appendingPathComponent("sluice").path
        for command in ["stats", "provenance --json", "shards", "verify"] {
            let run = try Program.tool(
                "/bin/bash", "-c", "'\(sluice)' \(command) --store '\(store)' > /dev/full")
            #expect(run.exitCode == 74, "\(command)")
            #expect(run.errors.contains("not complete"))
        }
    }

    @Test("who names files and records in escape sequences does not steer the terminal")
    func escapes() throws {
        let folder = try Folder()
        let name = "e\u{1B}]0;title\u{7}.jsonl"
        let text = Dump.texts(1)[0]
        let line = try JSONSerialization.data(withJSONObject: [
            "id": "a\u{1B}[31m\u{0}b", "text": text, "metadata": ["url": "http://x/\u{0}\u{202E}y"],
        ])
        _ = try folder.file(name, line)
        let store = folder.path("store")
        let run = try Program.run("ingest", "--store", store, folder.path(name))
        #expect(run.exitCode == 0, "\(run.errors)")
        let rows = try Program.run("provenance", "--store", store)
        let missing = try Program.run("ingest", "--store", store, folder.path("\u{1B}[2J"))
        for output in [run.text, run.errors, rows.text, missing.errors] {
            #expect(!output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
            #expect(!output.contains("\u{202E}"))
        }
        #expect(try Program.run("verify", "--store", store).exitCode == 0)
    }

    @Test("who keeps a directory with a name like a half-made export's keeps it")
    func others() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(30)))
        #expect(try Program.run("ingest", "--store", store, input).exitCode == 0)
        for name in [".out.partial-mine", ".out.partial-123"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: false)
            _ = try folder.file(name + "/precious", "x")
        }
        #expect(try Program.run("export", "--store", store, "--output", folder.path("out")).exitCode == 0)
        for name in [".out.partial-mine", ".out.partial-123"] {
            #expect(FileManager.default.fileExists(atPath: folder.path(name + "/precious")))
        }
    }

    @Test("who forges a release with all its sums is found out by the store that made it")
    func forgedRelease() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(30)))
        #expect(try Program.run("ingest", "--store", store, input).exitCode == 0)
        for (release, output) in [("true", "a"), ("other", "b")] {
            let run = try Program.run(
                "export", "--store", store, "--output", folder.path(output), "--release", release)
            #expect(run.exitCode == 0, "\(run.errors)")
        }
        #expect(try Program.run("verify", "--store", store, "--export", folder.path("a")).exitCode == 0)
        // A whole export of its own, under the other one's name.
        let manifest = URL(fileURLWithPath: folder.path("b/manifest.json"))
        let forged = String(decoding: try Data(contentsOf: manifest), as: UTF8.self)
            .replacingOccurrences(of: "\"release\": \"other\"", with: "\"release\": \"true\"")
            .replacingOccurrences(of: "\"tool\": \"", with: "\"tool\": \"9")
        try Data(forged.utf8).write(to: manifest)
        let sums = try Program.tool(
            "/bin/bash", "-c", "cd '\(folder.path("b"))' && sha256sum shard-* manifest.json > SHA256SUMS")
        #expect(sums.exitCode == 0)
        #expect(try Program.run("verify", "--export", folder.path("b")).exitCode == 0)
        let found = try Program.run("verify", "--store", store, "--export", folder.path("b"))
        #expect(found.exitCode == 1)
        #expect(found.text.contains("FAILED export-release"))
    }
}
