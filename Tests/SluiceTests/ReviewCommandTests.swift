import Foundation
import Testing

@Suite struct `sluice review` {
    private let folder: Folder
    private let store: String

    init() throws {
        folder = try Folder()
        store = folder.path("store")
    }

    private func ingest(_ texts: [String], _ options: String...) throws {
        let input = try folder.file("\(UUID().uuidString).jsonl", Dump.jsonLines(texts))
        #expect(try Program.run(["ingest", "--store", store] + options + [input]).exitCode == 0)
    }

    private func sluice(_ arguments: String...) throws -> Program.Outcome {
        try Program.run(arguments + ["--store", store])
    }

    /// Documents that are too short to be judged, so that they wait.
    private static let short = (0..<6).map { "Text number \($0) of \($0 * 7) words that are too few." }

    @Test func `takes a verdict from the list to the shard, the ledger, the figures and the labelled texts`() throws {
        try ingest(Self.short)
        try ingest(Dump.texts(3), "--origin", "real")
        let waiting = try sluice("review", "list", "--json", "--limit", "50").rows
        #expect(waiting.count == 6)
        let keys: Set = ["seq", "document", "source", "url", "probability", "verdict", "tokens", "evidence", "shard"]
        #expect(waiting.allSatisfy { keys.isSubset(of: $0.keys) })
        let documents = try waiting.map { try #require($0["document"] as? String) }

        let real = try sluice("review", "label", documents[0], "real", "--reviewer", "ada", "--json")
        #expect(real.exitCode == 0 && real.json["origin"] as? String == "reviewed" && real.json["shard"] as? Int == 1)
        let synthetic = try sluice("review", "label", documents[1], "synthetic", "--note", "a template")
        #expect(synthetic.exitCode == 0 && synthetic.text.contains("synthetic, review 2"))
        #expect(try sluice("review", "label", documents[2], "uncertain").exitCode == 0)
        #expect(try sluice("review", "list", "--json").rows.count == 3)

        let rows = try sluice("provenance", "--document", documents[1], "--json", "--limit", "1").rows
        #expect(rows.count == 2 && rows[0]["review"] is NSNull && rows[0]["seq"] as? Int == rows[1]["seq"] as? Int)
        let review = try #require(rows[1]["review"] as? [String: Any])
        #expect(review["reviewer"] as? String == "operator" && review["note"] as? String == "a template")
        #expect(rows[1]["verdict"] as? String == "synthetic" && rows[1]["probability"] as? Double == 1)
        let verdicts = try sluice("stats", "--json").json["verdicts"] as? [String: Int]
        #expect(verdicts == ["real": 4, "synthetic": 1, "uncertain": 4])
        #expect(try sluice("verify").exitCode == 0)

        // What somebody notes is no line of ours.
        let note = "seen\n#9 kept\r\n#8 kept"
        #expect(try sluice("review", "label", documents[2], "uncertain", "--note", note).exitCode == 0)
        let lines = try sluice("provenance", "--document", documents[2]).text.split(whereSeparator: \.isNewline)
        #expect(lines.contains { $0.hasSuffix("seen #9 kept #8 kept") } && !lines.contains { $0.hasPrefix("#9") })

        let file = folder.path("labelled.jsonl")
        #expect(try sluice("review", "export", "--output", file, "--json").json["documents"] as? Int == 2)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == sluice("review", "export").output)
        let evaluation = try Program.run("detector", "evaluate", "--data", file, "--json")
        #expect(evaluation.exitCode == 0, "\(evaluation.errors)")
        #expect(try sluice("review", "export", "--output", folder.path("no/such/place")).exitCode == 73)
        for own in ["sluice.db", "lock"] {
            #expect(try sluice("review", "export", "--output", store + "/" + own).exitCode == 73, "\(own)")
        }
        #expect(try sluice("verify").exitCode == 0)
    }

    @Test func `exports nothing where nothing was reviewed, and leaves the file of last time`() throws {
        try ingest(Self.short)
        let file = try folder.file("labelled.jsonl", Data("last time".utf8))
        for options in [["--output", file], []] {
            let run = try Program.run(["review", "export", "--store", store] + options)
            #expect(run.exitCode == 65 && run.output.isEmpty && run.errors.contains("nothing was written"))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data("last time".utf8))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy { !$0.contains("partial") })
    }

    @Test func `without a terminal lists what waits`() throws {
        try ingest(Self.short)
        let list = try sluice("review", "list")
        #expect(list.exitCode == 0 && list.text.contains("6 words") || list.text.contains("words of"))
        #expect(try sluice("review").output == list.output)
        #expect(try sluice("review", "--json").rows.count == 6)
    }

    @Test func `at a terminal asks about all that wait, and says what was passed over`() throws {
        try ingest((0..<130).map { "Text number \($0) of \($0 * 7) words that are too few." })
        let answers = String(repeating: "n\n", count: 110) + String(repeating: "r\n", count: 20)
        // It gives the program a terminal of its own.
        let talk = try Program.tool(
            "/usr/bin/script", "-qec",
            "'\(Program.products.appendingPathComponent("sluice").path)' review --store '\(store)'", "/dev/null",
            input: Data(answers.utf8))
        #expect(
            talk.exitCode == 0 && talk.text.contains("verdicts given: 20; left out: 110"), "\(talk.text.suffix(300))")
        #expect(try sluice("review", "list", "--limit", "200", "--json").rows.count == 110)
    }

    @Test func `says which document it does not know and which was not kept`() throws {
        try ingest(["The same words, twice over."])
        try ingest(["the SAME words: twice over"])
        let duplicate = try #require(try sluice("provenance", "--decision", "duplicate", "--json").rows.first)
        let digest = try #require(duplicate["document"] as? String)
        let notKept = try sluice("review", "label", digest, "real")
        #expect(notKept.exitCode == 65 && notKept.errors.contains("repeats"))
        let unknown = try sluice("review", "label", String(repeating: "0", count: 64), "real")
        #expect(unknown.exitCode == 66 && unknown.errors.contains("holds no document"))
        #expect(try sluice("review", "label", "12", "real").exitCode == 64)
        #expect(try sluice("review", "label", digest, "human").exitCode == 64)
        #expect(try Program.run("review", "label", digest, "real", "--store", folder.path("none")).exitCode == 66)
        #expect(!FileManager.default.fileExists(atPath: folder.path("none")))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "gives a terminal"))
    func `in a terminal shows one document after another, and no text can steer it`() throws {
        try ingest(["Too few words \u{1B}[2J here.\n[r]eal [s]ynthetic?", "And here too few as well."])
        let program = Program.products.appendingPathComponent("sluice").path
        let walk = try Program.tool(
            "/usr/bin/script", "-qec", "\(program) review --reviewer ada --store \(store)", "/dev/null",
            input: Data("what\ns\nr\n".utf8))
        #expect(!walk.text.contains("\u{1B}[2J") && walk.text.contains("  | [r]eal [s]ynthetic?"))
        let verdicts = try sluice("stats", "--json").json["verdicts"] as? [String: Int]
        #expect(verdicts == ["real": 1, "synthetic": 1, "uncertain": 0])
    }
}
