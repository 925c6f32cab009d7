import Foundation
import Testing

/// Law 2: the same inputs in the same order give the same store.
@Suite("The same input gives the same store", .serialized)
struct DeterminismTests {
    /// A store's content as one file, without run ids and times; equal stores give equal bytes.
    static func image(of store: String, in folder: Folder) throws -> Data {
        let copy = folder.path("image-\(UUID().uuidString).db")
        let compact = folder.path("compact-\(UUID().uuidString).db")
        let first = try Program.tool(
            "/usr/bin/sqlite3", "\(store)/sluice.db", "VACUUM INTO '\(copy)'")
        #expect(first.exitCode == 0, "\(first.errors)")
        // These two tables say which run wrote which rows, and when.
        let triggers = try Program.tool(
            "/usr/bin/sqlite3", copy,
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('run', 'batch')"
        ).text.split(separator: "\n").map { "DROP TRIGGER \"\($0)\";" }.joined()
        let emptied = try Program.tool(
            "/usr/bin/sqlite3", copy, triggers + "DELETE FROM batch; DELETE FROM run; VACUUM INTO '\(compact)'")
        #expect(emptied.exitCode == 0, "\(emptied.errors)")
        return try Data(contentsOf: URL(fileURLWithPath: compact))
    }

    /// Every exported file by its name.
    static func export(of store: String, to directory: String) throws -> [String: Data] {
        let run = try Program.run("export", "--store", store, "--output", directory, "--json")
        #expect(run.exitCode == 0, "\(run.errors)")
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            files[name] = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
        }
        return files
    }

    /// Documents with repetitions among them, in several files of several kinds.
    static func inputs(in folder: Folder, count: Int) throws -> [String] {
        let texts = Dump.texts(count)
        var nearly = texts
        for index in nearly.indices { nearly[index] += " One more sentence." }
        return [
            try folder.file("a.warc.wet.gz", Dump.wetRecords(texts).map { try Dump.gzip($0) }.reduce(Data(), +)),
            try folder.file("b.jsonl.gz", Dump.gzip(try Dump.jsonLines(nearly + Dump.texts(count, seed: 7)))),
            try folder.file(
                "c.jsonl", Dump.jsonLines(Dump.texts(count / 4, seed: 9), metadata: ["synthetic": true])),
        ]
    }

    @Test("with one worker and with two")
    func workers() throws {
        let folder = try Folder()
        let inputs = try Self.inputs(in: folder, count: 400)
        for workers in ["1", "2"] {
            let run = try Program.run(
                ["ingest", "--store", folder.path("store-\(workers)"), "--workers", workers] + inputs)
            #expect(run.exitCode == 0, "\(run.errors)")
        }
        #expect(
            try Self.image(of: folder.path("store-1"), in: folder)
                == Self.image(of: folder.path("store-2"), in: folder))
        #expect(
            try Self.export(of: folder.path("store-1"), to: folder.path("out-1"))
                == Self.export(of: folder.path("store-2"), to: folder.path("out-2")))
    }

    @Test("when it is killed at fifty random moments and started again each time")
    func kills() throws {
        let folder = try Folder()
        let inputs = try Self.inputs(in: folder, count: 400)
        let config = try folder.file("config.yaml", "ingest:\n  batch_records: 16\n")
        let arguments = { (store: String) in ["ingest", "--config", config, "--store", folder.path(store)] + inputs }
        let began = ContinuousClock.now
        #expect(try Program.run(arguments("whole")).exitCode == 0)
        let duration = (ContinuousClock.now - began) / .microseconds(1)

        var random = SeededRandom(seed: 50)
        var killed = 0
        while killed < 50 {
            let process = Program.process(arguments("killed"))
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            usleep(UInt32.random(in: 0...UInt32(duration), using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            killed += 1
            // A finished store has nothing left to interrupt: the next kill begins anew.
            if killed < 50 && process.terminationReason == .exit {
                try FileManager.default.removeItem(atPath: folder.path("killed"))
            }
        }
        let last = try Program.run(arguments("killed"))
        #expect(last.exitCode == 0, "\(last.errors)")
        #expect(try Program.run("verify", "--store", folder.path("killed")).exitCode == 0)
        #expect(
            try Self.image(of: folder.path("whole"), in: folder) == Self.image(of: folder.path("killed"), in: folder))
        #expect(
            try Self.export(of: folder.path("whole"), to: folder.path("out-whole"))
                == Self.export(of: folder.path("killed"), to: folder.path("out-killed")))
    }
}
