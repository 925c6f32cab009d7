import Foundation
import Testing

/// What a run says when it is done.
@Suite("The summary of a run")
struct SummaryTests {
    @Test("says why a corpus that cannot be judged is held, and only then")
    func held() throws {
        let folder = try Folder()
        let short = (0..<20).map { "Der Text Nummer \($0) hat mit \($0 * 7) Wörtern zu wenige davon." }
        let unjudged = try folder.file("short.jsonl", Dump.jsonLines(short))
        let run = try Program.run("ingest", "--store", folder.path("a"), unjudged)
        #expect(run.exitCode == 0)
        #expect(run.text.contains("20 held back"))
        let held = try Program.run("provenance", "--held", "--json", "--store", folder.path("a"))
        #expect(held.rows.count == 20 && held.rows.allSatisfy { $0["shard"] is NSNull })
        #expect(try Program.run("provenance", "--held", "--shard", "1", "--store", folder.path("a")).exitCode == 64)
        #expect(run.errors.contains("every document of this run is held"))
        let declared = try folder.file("declared.jsonl", Dump.jsonLines(short))
        for origin in ["synthetic", "real"] {
            let other = try Program.run("ingest", "--store", folder.path(origin), "--origin", origin, declared)
            #expect(!other.errors.contains("every document"), "\(origin)")
        }
    }

    @Test("ends of a source without a word as often as it is given with 65, and of one with words with 0")
    func uselessAgain() throws {
        let folder = try Folder()
        let useless = try folder.file("useless.jsonl", Dump.jsonLines(["!!! ???", "... ---"]))
        let useful = try folder.file("useful.jsonl", Dump.jsonLines(["!!! ???"] + Dump.texts(1)))
        for _ in 0..<2 {
            #expect(try Program.run("ingest", "--store", folder.path("a"), useless).exitCode == 65)
            #expect(try Program.run("ingest", "--store", folder.path("b"), useful).exitCode == 0)
        }
    }

    @Test("says what helps where JSON is spread over lines or is no object, once, and of other lines nothing")
    func spreadJSON() throws {
        let folder = try Folder()
        let cases: [(name: String, text: String, says: String?)] = [
            ("pretty.json", "{\n  \"text\": \"some words\"\n}\n", "one JSON document over several lines"),
            ("array.jsonl", "[\r\n  {\"text\": \"some words\"},\n  {}\n]\n", "one JSON document over several lines"),
            ("line.json", "[{\"text\": \"some words\"}]\n", "lines hold JSON that is no object"),
            ("broken.jsonl", "{\"text\": \"some words\"}\n{\n{\"text\": \"some\n", nil),
        ]
        for (name, text, says) in cases {
            let input = try folder.file(name, text)
            for command in [["ingest", "--store", folder.path("store-" + name)], ["detect"]] {
                let errors = try Program.run(command + ["--json", input]).errors
                #expect(errors.components(separatedBy: "jq -c .").count == (says == nil ? 1 : 2), "\(name): \(errors)")
                #expect(says.map(errors.contains) ?? true, "\(name): \(errors)")
            }
        }
    }

    @Test("takes an empty SLUICE_CONFIG for none")
    func emptyConfiguration() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(1)))
        let run = try Program.run(
            ["ingest", "--store", folder.path("a"), input], environment: ["SLUICE_CONFIG": ""])
        #expect(run.exitCode == 0, "\(run.errors)")
    }

    @Test("says that a source had been read under another description, which stays")
    func otherwise() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(5)))
        #expect(try Program.run("ingest", "--store", store, "--origin", "real", input).exitCode == 0)
        for options in [["--origin", "synthetic"], ["--origin", "real", "--source", "crawl"], []] {
            let run = try Program.run(["ingest", "--json", "--store", store] + options + [input])
            #expect(run.exitCode == 0)
            #expect(run.json["readOtherwise"] as? Int == 1, "\(options)")
            #expect(run.errors.contains("the first a.jsonl; what is recorded of them stays"), "\(options)")
        }
        let same = try Program.run("ingest", "--json", "--store", store, "--origin", "real", input)
        #expect(same.json["readOtherwise"] as? Int == 0)
        #expect(!same.errors.contains("--origin"))
    }

    @Test("says what decides otherwise than in the run before, and nothing where nothing does")
    func changedSettings() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let config = try folder.file("other.yaml", "detection:\n  prior: 0.2\ningest:\n  workers: 1\n")
        let workers = try folder.file("workers.yaml", "ingest:\n  workers: 1\n")
        for (name, config, changed) in [
            ("a", nil, []), ("b", workers, []), ("c", config, ["configuration"]), ("d", config, []),
            ("e", nil, ["configuration"]),
        ] as [(String, String?, [String])] {
            let input = try folder.file("\(name).jsonl", Dump.jsonLines(["\(name) stands here for itself alone"]))
            let run = try Program.run(
                ["ingest", "--json", "--store", store] + (config.map { ["--config", $0] } ?? []) + [input])
            #expect(run.json["changed"] as? [String] == changed, "\(name)")
            #expect(run.errors.contains("another configuration") == !changed.isEmpty, "\(name)")
        }
    }

    @Test("says that the open shard has another cap than is asked for, and so does an export")
    func otherCap() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let config = try folder.file("low.yaml", "shards:\n  cap: 0.02\n")
        let first = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(5)))
        let second = try folder.file("b.jsonl", Dump.jsonLines(["another text that stands here for itself alone"]))
        #expect(try !Program.run("ingest", "--store", store, "--origin", "real", first).errors.contains("cap"))
        let run = try Program.run("ingest", "--store", store, "--config", config, "--origin", "real", second)
        #expect(
            run.errors.contains("the open shard keeps its cap of 0.1; shards.cap, 0.02, holds from the next one on"))
        let other = try Program.run("export", "--store", store, "--config", config, "--output", folder.path("x"))
        #expect(other.exitCode == 0 && other.errors.contains("the cap is the lowest"))
        let same = try Program.run("export", "--store", store, "--output", folder.path("y"))
        #expect(same.exitCode == 0 && !same.errors.contains("cap"))
    }

    @Test("names a file whose bytes came under another name, and one that now reads as another format")
    func sameBytes() throws {
        let folder = try Folder()
        let lines = try Dump.jsonLines(Dump.texts(5))
        let twins = folder.path("twins")
        try FileManager.default.createDirectory(atPath: twins, withIntermediateDirectories: true)
        for name in ["a.jsonl", "b.jsonl"] { _ = try folder.file("twins/\(name)", lines) }
        let run = try Program.run("ingest", "--json", "--store", folder.path("store"), twins)
        #expect(run.json["sources"] as? Int == 1 && run.json["alreadyIngested"] as? Int == 1)
        #expect(
            run.errors.contains(
                "hold the same bytes as a file of another name that was read before, the first b.jsonl, which is a.jsonl"
            ))
        let whole = try folder.file("whole.jsonl", lines)
        let store = folder.path("text")
        #expect(try Program.run("ingest", "--store", store, "--format", "text", whole).exitCode == 0)
        let again = try Program.run("ingest", "--json", "--store", store, whole)
        #expect(again.json["readOtherwise"] as? Int == 1)
        let asBefore = try Program.run("ingest", "--json", "--store", store, "--format", "text", whole)
        #expect(asBefore.json["readOtherwise"] as? Int == 0)
    }

    @Test("and what is detected tell files of one name in several folders apart")
    func names() throws {
        let folder = try Folder()
        for name in ["a", "b"] {
            try FileManager.default.createDirectory(
                atPath: folder.path("dumps/\(name)"), withIntermediateDirectories: true)
            _ = try folder.file("dumps/\(name)/same.txt", "This is what stands in the file of folder \(name) alone.")
            _ = try folder.file(
                "dumps/\(name)/same.jsonl", #"{"id":"x","text":"And this is the line of folder \#(name)."}"# + "\n")
        }
        let detected = try Program.run("detect", "--json", folder.path("dumps"))
        #expect(detected.rows.map { $0["id"] as? String } == ["x", "a/same.txt", "x", "b/same.txt"])
        #expect(
            detected.rows.map { $0["source"] as? String } == [
                "a/same.jsonl", "a/same.txt", "b/same.jsonl", "b/same.txt",
            ])
        #expect(try Program.run("detect", folder.path("dumps")).text.contains("x (b/same.jsonl): "))
        let store = folder.path("store")
        #expect(try Program.run("ingest", "--store", store, folder.path("dumps")).exitCode == 0)
        let rows = try Program.run("provenance", "--json", "--store", store, "--source", "b/same.txt").rows
        #expect(rows.count == 1)
    }

    @Test("is not reached with a name that nothing could be found by")
    func badNames() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(5)))
        for source in ["", "a\nb", "\u{1B}[1m", String(repeating: "x", count: 2049)] {
            #expect(try Program.run("ingest", "--store", store, "--source", source, input).exitCode == 64)
        }
        #expect(try Program.run("ingest", "--store", store, "--source", "crawl", input).exitCode == 0)
        for release in ["", "a\nb"] {
            let run = try Program.run("export", "--store", store, "--release", release, "--output", folder.path("out"))
            #expect(run.exitCode == 64)
        }
    }

    @Test("and what is detected say what was repaired in a text")
    func repairs() throws {
        let folder = try Folder()
        var lines = Data()
        for (index, text) in Dump.texts(2).enumerated() {
            lines += Data("{\"id\":\"\(index)\",\"text\":\"\(text) ".utf8)
            lines += index == 0 ? Data("\\ud83d".utf8) : Data([0xFF, 0xFE])
            lines += Data("\"}\n".utf8)
        }
        let input = try folder.file("a.jsonl", lines)
        #expect(try Program.run("ingest", "--store", folder.path("store"), input).exitCode == 0)
        for rows in [
            try Program.run("provenance", "--json", "--store", folder.path("store")).rows,
            try Program.run("detect", "--json", input).rows,
        ] {
            let repairs = rows.map { row in
                (row["evidence"] as? [[String: Any]])?.first { $0["kind"] as? String == "utf8-repair" }
            }
            #expect(repairs.map { $0?["detail"] as? String } == [1, 2].map { "\($0) invalid sequences became U+FFFD" })
        }
    }

    @Test("says how many duplicates declare another verdict than the document they repeat, and provenance says what")
    func otherLabels() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let texts = Dump.texts(6)
        let real = try folder.file("a.jsonl", Dump.jsonLines(Array(texts[..<4]), metadata: ["synthetic": false]))
        // Two that are declared as they were, two otherwise, one of them twice, and two new ones.
        let mixed = try folder.file(
            "b.jsonl",
            Dump.jsonLines(Array(texts[..<2]), metadata: ["synthetic": false])
                + Dump.jsonLines(Array(texts[2...]), metadata: ["synthetic": true, "generator": "gpt-x"])
                + Dump.jsonLines([texts[2]], metadata: ["synthetic": true]) + Dump.jsonLines([texts[5]]))
        #expect(try Program.run("ingest", "--json", "--store", store, real).json["otherLabels"] as? Int == 0)
        let run = try Program.run("ingest", "--json", "--store", store, mixed)
        #expect(run.exitCode == 0 && run.json["otherLabels"] as? Int == 3)
        #expect(run.errors.contains("3 duplicates declare another verdict than the document kept before them has"))
        let rows = try Program.run("provenance", "--json", "--store", store, "--decision", "duplicate").rows
        let verdicts = rows.map { $0["verdict"] as? String }
        #expect(verdicts == ["real", "real", "synthetic", "synthetic", "synthetic", nil])
        #expect(rows.map { $0["origin"] as? String } == verdicts.map { $0.map { _ in "declared" } })
        #expect(rows.allSatisfy { $0["model"] is NSNull }, "no model has read them")
        // A person's verdict is the one that holds; and a label that cannot be read is one on a duplicate too.
        let document = try #require(rows[2]["document"] as? String)
        #expect(try Program.run("review", "label", document, "synthetic", "--store", store).exitCode == 0)
        let again = try folder.file(
            "c.jsonl",
            Dump.jsonLines([texts[2]], metadata: ["synthetic": true])
                + Dump.jsonLines([texts[3]], metadata: ["synthetic": "perhaps"]))
        let third = try Program.run("ingest", "--json", "--store", store, again).json
        #expect(third["otherLabels"] as? Int == 0 && third["unreadLabels"] as? Int == 1)
        #expect(try Program.run("review", "label", document, "real", "--store", store).exitCode == 0)
        let stats = try Program.run("stats", "--json", "--store", store).json
        #expect(stats["verdicts"] as? [String: Int] == ["real": 4, "synthetic": 2, "uncertain": 0])
        #expect(try Program.run("verify", "--store", store).exitCode == 0)
    }

    @Test("says how many labels could not be read, and provenance says which and what they are")
    func unreadLabels() throws {
        let folder = try Folder()
        let store = folder.path("store")
        let texts = Dump.texts(9)
        let long = "e" + String(repeating: "\u{301}", count: 900)
        let inputs = try [
            folder.file("a.jsonl", Dump.jsonLines(Array(texts[..<4]), metadata: ["synthetic": false])),
            folder.file("b.jsonl", Dump.jsonLines(Array(texts[4..<8]), metadata: ["synthetic": "no\u{1B}[1m"])),
            folder.file("c.jsonl", Dump.jsonLines(Array(texts[8...]), metadata: ["synthetic": long])),
        ]
        let run = try Program.run(["ingest", "--json", "--store", store] + inputs)
        #expect(run.exitCode == 0)
        #expect(run.json["unreadLabels"] as? Int == 5)
        #expect(run.errors.contains("5 documents have a label in their metadata that cannot be read"))
        let rows = try Program.run("provenance", "--json", "--store", store).rows
        let details = rows.flatMap { row in
            (row["evidence"] as? [[String: Any]] ?? []).compactMap { piece in
                piece["kind"] as? String == "unread-label" ? piece["detail"] as? String : nil
            }
        }
        #expect(details.count == 5 && details.count { $0.hasSuffix(": no\u{FFFD}[1m") } == 4)
        #expect(details.allSatisfy { $0.utf8.count <= 256 })
        #expect(rows.count { $0["origin"] as? String == "declared" } == 4)
        #expect(try Program.run("verify", "--store", store).exitCode == 0)
    }

    @Test(
        "is that of the defaults where a configuration asks for nothing", arguments: ["", "# shards:\n", "shards:\n"])
    func emptyConfiguration(_ yaml: String) throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(5)))
        let options = ["--store", folder.path("store"), "--config", try folder.file("sluice.yaml", yaml)]
        let run = try Program.run(["ingest"] + options + [input])
        #expect(run.exitCode == 0, "\(run.errors)")
    }

    @Test("in JSON is one object with the contract's keys, and nothing else is on standard output")
    func json() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Data("{broken\n".utf8) + Dump.jsonLines(Dump.texts(5)))
        let run = try Program.run("ingest", "--json", "--store", folder.path("store"), input)
        #expect(run.exitCode == 1)
        #expect(run.output.split(separator: UInt8(ascii: "\n")).count == 1)
        let keys = [
            "run", "sources", "records", "kept", "duplicates", "rejected", "verdicts", "held", "bytes", "seconds",
        ]
        #expect(Set(keys).isSubset(of: run.json.keys))
        #expect(run.json["rejected"] as? [String: Int] == ["invalid-json": 1])
        #expect((run.json["duplicates"] as? [String: Int]).map { Set($0.keys) } == ["exact", "near"])
        #expect((run.json["verdicts"] as? [String: Int]).map { Set($0.keys) } == ["real", "synthetic", "uncertain"])
        #expect((run.json["bytes"] as? [String: Int]).map { Set($0.keys) } == ["read", "text", "skipped"])
    }

    @Test("of the provenance has every key of the contract in every row")
    func provenanceKeys() throws {
        let folder = try Folder()
        let texts = Dump.texts(5)
        let input = try folder.file("a.jsonl", Data("[]\n".utf8) + Dump.jsonLines(texts + texts))
        #expect(try Program.run("ingest", "--store", folder.path("store"), input).exitCode == 0)
        let rows = try Program.run("provenance", "--json", "--store", folder.path("store")).rows
        #expect(rows.count == 11)
        let keys: Set = [
            "seq", "time", "source", "record", "document", "decision", "reason", "duplicateOf", "verdict", "origin",
            "probability", "evidence", "model", "tokens", "shard", "releases",
        ]
        for row in rows { #expect(keys.isSubset(of: row.keys)) }
    }
}
