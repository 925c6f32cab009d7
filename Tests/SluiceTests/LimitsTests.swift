import Foundation
import Testing

/// Law 10 and law 11: hostile or missing input gives an exit code and a message, and costs bounded memory.
@Suite("Input beyond every limit", .serialized)
struct LimitsTests {
    /// Runs `ingest` under GNU time's eye; answers the outcome and the peak of resident memory in MB.
    private func ingest(_ input: String, into store: String, piping command: String? = nil, options: String = "") throws
        -> (outcome: Program.Outcome, peak: Int)
    {
        let sluice = Program.products.appendingPathComponent("sluice").path
        let source = command.map { "\($0) | " } ?? ""
        let script = """
            import resource, subprocess, sys
            code = subprocess.run(["bash", "-c", sys.argv[1]]).returncode
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, file=sys.stderr)
            sys.exit(code)
            """
        let outcome = try Program.tool(
            "/usr/bin/env", "python3", "-c", script,
            "\(source)'\(sluice)' ingest --json --store '\(store)' \(options) '\(input)'")
        let peak = outcome.errors.split(separator: "\n").last.flatMap { Int($0) } ?? .max
        return (outcome, peak)
    }

    @Test("a state directory without a name is no store's place")
    func stateDirectory() throws {
        for value in [":", "::", ""] {
            let run = try Program.run(["stats"], environment: ["STATE_DIRECTORY": value])
            #expect(run.exitCode == 66, "\(run.errors)")
        }
    }

    @Test("the usual store is in the user's directory where the environment names none, too")
    func homeless() throws {
        let run = try Program.run(["stats"], environment: ["HOME": ""])
        #expect(run.exitCode == 66 && run.errors.contains("there is no store at /"), "\(run.errors)")
        #expect(!run.errors.contains(" /.local"), "\(run.errors)")
    }

    @Test("a line of a gigabyte is one rejected record, and the lines around it stay")
    func longLine() throws {
        let folder = try Folder()
        let texts = Dump.texts(2)
        let first = try folder.file("first.jsonl", Dump.jsonLines([texts[0]]))
        let last = try folder.file("last.jsonl", Dump.jsonLines([texts[1]]))
        let (run, peak) = try ingest(
            "-", into: folder.path("store"),
            piping: "(cat '\(first)'; head -c 1000000000 /dev/zero | tr '\\0' a; echo; cat '\(last)')")
        #expect(run.exitCode == 1, "\(run.errors)")
        #expect(run.json["kept"] as? Int == 2)
        #expect(run.json["rejected"] as? [String: Int] == ["line-too-long": 1])
        #expect(peak < 250)
    }

    @Test(
        "a gigabyte of zeros in a small file costs no gigabyte, whatever it is read as", arguments: ["gzip", "zstd"])
    func bomb(compressor: String) throws {
        let folder = try Folder()
        let name = folder.path(compressor == "gzip" ? "bomb.gz" : "bomb.zst")
        let made = try Program.tool(
            "/bin/bash", "-c", "head -c 1000000000 /dev/zero | \(compressor) -1 -c > '\(name)'")
        #expect(made.exitCode == 0)
        let config = try folder.file("limits.yaml", "limits:\n  record_bytes: \(16 << 20)\n")
        let small = try folder.file("small.jsonl", Dump.jsonLines(Dump.texts(1)))
        let usual = try ingest(small, into: folder.path("small"), options: "--config '\(config)'")
        #expect(usual.outcome.exitCode == 0, "\(usual.outcome.errors)")
        for format in ["jsonl", "text", "warc"] {
            let store = folder.path(format)
            let (run, peak) = try ingest(name, into: store, options: "--config '\(config)' --format \(format)")
            #expect(run.exitCode == 1, "\(format): \(run.errors)")
            #expect((run.json["rejected"] as? [String: Int])?.values.reduce(0, +) == 1, "\(format)")
            #expect(peak - usual.peak < 96, "\(format)")
            #expect(try Program.run("verify", "--store", store).exitCode == 0, "\(format)")
        }
    }

    @Test("a gigabyte of zeros in one member of a WET file loses only itself")
    func bombMember() throws {
        let folder = try Folder()
        let records = Dump.wetRecords(Dump.texts(2))
        var header = String(decoding: records[1], as: UTF8.self)
        header = String(header[..<(try #require(header.range(of: "Content-Length")?.lowerBound))])
        let parts = try records.map { try Dump.gzip($0) }
        let bomb = folder.path("bomb.gz")
        let zeros = try folder.file("header", header + "Content-Length: 1000000000\r\n\r\n")
        _ = try Program.tool(
            "/bin/bash", "-c",
            "(cat '\(zeros)'; head -c 1000000000 /dev/zero; printf '\\r\\n\\r\\n') | gzip -1n > '\(bomb)'")
        let middle = try Data(contentsOf: URL(fileURLWithPath: bomb))
        let wet = try folder.file("bomb.warc.wet.gz", parts[0] + parts[1] + middle + parts[2])
        let (run, peak) = try ingest(wet, into: folder.path("store"))
        #expect(run.exitCode == 1, "\(run.errors)")
        #expect(run.json["kept"] as? Int == 2)
        #expect(run.json["rejected"] as? [String: Int] == ["record-too-large": 1])
        #expect(peak < 300)
    }

    @Test("JSON nested a hundred thousand deep is one rejected record")
    func deep() throws {
        let folder = try Folder()
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        let input = try folder.file("deep.jsonl", Data((deep + "\n").utf8) + Dump.jsonLines(Dump.texts(1)))
        let (run, _) = try ingest(input, into: folder.path("store"))
        #expect(run.exitCode == 1)
        #expect(run.json["kept"] as? Int == 1)
        #expect(run.json["rejected"] as? [String: Int] == ["nesting-too-deep": 1])
    }

    @Test("no input, and no place to put it, each have their exit code and their advice")
    func nothingToDo() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let cases: [(name: String, arguments: [String], exitCode: Int32, says: String)] = [
            ("an empty file", [try folder.file("empty.jsonl", "")], 65, "no records"),
            ("a missing file", [folder.path("missing.jsonl")], 66, "No such file"),
            ("a device", ["/dev/null"], 66, "pipe it in"),
            ("an unknown option", ["--colour", "x"], 64, "Unknown option"),
            ("no input at all", [], 64, "Missing expected argument"),
            ("a generator of real text", ["--generator", "m", "x"], 64, "--origin synthetic"),
            ("a configuration that is not there", ["--config", folder.path("no.yaml"), "x"], 78, "cannot be read"),
            (
                "an unknown key", ["--config", try folder.file("odd.yaml", "shards:\n  capp: 1\n"), "x"], 78,
                "unknown key 'shards.capp'"
            ),
            (
                "a model that is not there",
                ["--config", try folder.file("model.yaml", "detection:\n  model: /none\n"), "x"], 78,
                "detection.model: cannot read /none"
            ),
            (
                "a value for a section", ["--config", try folder.file("section.yaml", "shards: 5\n"), "x"], 78,
                "unknown key 'shards'"
            ),
            (
                "a value out of range", ["--config", try folder.file("big.yaml", "shards:\n  cap: 7\n"), "x"], 78,
                "a number from 0 to 1"
            ),
            (
                "a store that is a file", ["--store", try folder.file("file", "x"), try folder.file("a.txt", "a")], 73,
                "is not a directory"
            ),
        ]
        for (name, arguments, exitCode, says) in cases {
            let options = arguments.contains("--store") ? [] : ["--store", store]
            let run = try Program.run(["ingest"] + options + arguments)
            #expect(run.exitCode == exitCode, "\(name): \(run.errors)")
            #expect(run.errors.contains(says), "\(name): \(run.errors)")
        }
        let empty = folder.url.appendingPathComponent("directory")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        let run = try Program.run("ingest", "--store", store, empty.path)
        #expect(run.exitCode == 66)
        #expect(run.errors.contains("holds no input"))
    }

    @Test("a query of a store that is not there says so and makes none")
    func noStore() throws {
        let folder = try Folder()
        for command in [["stats"], ["shards"], ["verify"], ["provenance"], ["export", "--output", folder.path("out")]] {
            let run = try Program.run(command + ["--store", folder.path("nowhere")])
            #expect(run.exitCode == 66, "\(command): \(run.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("nowhere")))
    }

    @Test("a second writer is told to come back, and the first is not disturbed")
    func secondWriter() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let first = Program.process(["ingest", "--store", store, "-"])
        let pipe = Pipe()
        first.standardInput = pipe
        first.standardOutput = FileHandle.nullDevice
        first.standardError = FileHandle.nullDevice
        try first.run()
        let lock = folder.path("store/lock")
        for _ in 0..<100 where !FileManager.default.fileExists(atPath: lock) { usleep(20_000) }
        usleep(100_000)
        let second = try Program.run(
            "ingest", "--store", store, try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(1))))
        #expect(second.exitCode == 75, "\(second.errors)")
        try pipe.fileHandleForWriting.write(contentsOf: Dump.jsonLines(Dump.texts(3)))
        try pipe.fileHandleForWriting.close()
        first.waitUntilExit()
        #expect(first.terminationStatus == 0)
        #expect(try Program.run("stats", "--json", "--store", store).json["kept"] as? Int == 3)
    }
}
