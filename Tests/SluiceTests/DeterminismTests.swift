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

    /// Small batches, so that many are under way at once.
    static func arguments(_ folder: Folder, store: String, workers: Int = 2, batch: Int = 8, _ inputs: [String]) throws
        -> [String]
    {
        let config = try folder.file("config-\(batch).yaml", "ingest:\n  batch_records: \(batch)\n")
        return ["ingest", "--config", config, "--store", folder.path(store), "--workers", "\(workers)"] + inputs
    }

    @Test("with one worker and with eight, in batches of three and of a hundred")
    func workers() throws {
        let folder = try Folder()
        let inputs = try Self.inputs(in: folder, count: 400)
        var images: [Data] = []
        var exports: [[String: Data]] = []
        for (workers, batch) in [(1, 512), (2, 8), (8, 3), (8, 100)] {
            let store = "store-\(workers)-\(batch)"
            let run = try Program.run(
                Self.arguments(folder, store: store, workers: workers, batch: batch, inputs))
            #expect(run.exitCode == 0, "\(run.errors)")
            images.append(try Self.image(of: folder.path(store), in: folder))
            exports.append(try Self.export(of: folder.path(store), to: folder.path("out-" + store)))
        }
        #expect(images.allSatisfy { $0 == images[0] })
        #expect(exports.allSatisfy { $0 == exports[0] })
    }

    @Test("in one run and in three, where the texts of the first thousand records taught nothing and later ones do")
    func lateDictionary() throws {
        let folder = try Folder()
        let texts = Dump.texts(4000, words: 40)
        let inputs = try [
            folder.file("a.jsonl", Data(String(repeating: "{}\n", count: 62_000).utf8)),
            folder.file("b.jsonl", Dump.jsonLines(Array(texts[..<2000]))),
            folder.file("c.jsonl", Dump.jsonLines(Array(texts[2000...]))),
        ]
        func ingest(_ inputs: [String], into store: String) throws {
            let run = try Program.run(["ingest", "--store", folder.path(store)] + inputs)
            #expect([0, 1, 65].contains(run.exitCode), "\(run.errors)")
        }
        try ingest(inputs, into: "one")
        for input in inputs { try ingest([input], into: "three") }
        let dictionaries = try Program.tool(
            "/usr/bin/sqlite3", folder.path("one/sluice.db"), "SELECT first_seq FROM dictionary")
        #expect(dictionaries.text.split(separator: "\n") == ["65537"])
        #expect(try Self.image(of: folder.path("one"), in: folder) == Self.image(of: folder.path("three"), in: folder))
        #expect(try Program.run("verify", "--store", folder.path("three")).exitCode == 0)
    }

    @Test("when it is killed at fifty random moments and started again each time")
    func kills() throws {
        let folder = try Folder()
        let inputs = try Self.inputs(in: folder, count: 1500)
        let whole = try Self.arguments(folder, store: "whole", inputs)
        let began = ContinuousClock.now
        #expect(try Program.run(whole).exitCode == 0)
        let duration = (ContinuousClock.now - began) / .microseconds(1)
        let image = try Self.image(of: folder.path("whole"), in: folder)
        let files = try Self.export(of: folder.path("whole"), to: folder.path("out-whole"))

        var random = SeededRandom(seed: 50)
        let arguments = try Self.arguments(folder, store: "killed", inputs)
        var (kills, stores) = (0, 0)
        while kills < 50 {
            let process = Program.process(arguments)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            // A fifth of the whole run at most: several kills fall into every store.
            usleep(UInt32.random(in: 1000...UInt32(duration / 5), using: &random))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            if process.terminationReason == .uncaughtSignal {
                kills += 1
                continue
            }
            try check(folder, image: image, files: files, store: stores)
            stores += 1
        }
        #expect(try Program.run(arguments).exitCode == 0)
        try check(folder, image: image, files: files, store: stores)
    }

    /// Holds a store that was killed on its way against the one that was not, and clears it away.
    private func check(_ folder: Folder, image: Data, files: [String: Data], store: Int) throws {
        let killed = folder.path("killed")
        #expect(try Program.run("verify", "--store", killed).exitCode == 0)
        #expect(try Self.image(of: killed, in: folder) == image)
        #expect(try Self.export(of: killed, to: folder.path("out-killed-\(store)")) == files)
        try FileManager.default.removeItem(atPath: killed)
    }
}
