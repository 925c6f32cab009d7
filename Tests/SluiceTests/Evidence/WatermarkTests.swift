import Foundation
import Testing

@Suite struct `A watermark that the configuration names` {
    /// A configuration with a vocabulary of bytes alone.
    private func configuration(_ folder: Folder, _ more: String = "", scheme: String = "green-list-keyed") throws
        -> String
    {
        let lines = (0...255).map { "\(Data([UInt8($0)]).base64EncodedString()) \($0)\n" }
        let vocabulary = try folder.file("bytes.tiktoken", Data(lines.joined().utf8))
        let text =
            "watermark:\n  scheme: \(scheme)\n  keys: \"4711\"\n"
            + (more.isEmpty ? "  vocabulary: \(vocabulary)\n" : more)
        return try folder.file("config-\(UUID().uuidString).yaml", text)
    }

    @Test func `is tested in every text, and its evidence adds up`() throws {
        let folder = try Folder()
        let config = try configuration(folder)
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(20) + ["zu kurz"]))
        let rows = try Program.run("detect", "--json", "--config", config, input).rows
        #expect(rows.count == 21)
        for row in rows {
            let pieces = try #require(row["evidence"] as? [[String: Any]])
            let sum = pieces.reduce(0) { $0 + ($1["weight"] as? Double ?? .nan) }
            #expect(abs(1 / (1 + exp(-sum)) - (try #require(row["probability"] as? Double))) < 2e-6)
            let marks = pieces.filter { $0["kind"] as? String == "watermark" }
            #expect(marks.count == (row["words"] as? Int == 2 ? 0 : 1))
            for mark in marks { #expect((mark["detail"] as? String)?.hasPrefix("green-list-keyed: z = ") == true) }
            #expect((row["llr"] as? Double).map { abs($0 - sum) < 2e-6 } == true)
        }
        #expect(try Program.run("ingest", "--config", config, "--store", folder.path("store"), input).exitCode == 0)
        let kept = try Program.run("provenance", "--json", "--store", folder.path("store")).rows
        #expect(
            kept.count {
                ($0["evidence"] as? [[String: Any]])?.contains { $0["kind"] as? String == "watermark" } == true
            }
                == 20)
        let plain = try Program.run("detect", "--json", input)
        #expect(!plain.text.contains("watermark"))
    }

    @Test(arguments: ["detect", "ingest"])
    func `that cannot be tested ends the command before it reads`(command: String) throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(1)))
        let store = command == "ingest" ? ["--store", folder.path("store")] : []
        for (config, code, word) in [
            (try configuration(folder, "  vocabulary: /nonexistent\n"), 78, "watermark.vocabulary: "),
            (try configuration(folder, "  split: gpt2\n"), 78, "watermark.vocabulary"),
            (try configuration(folder, "  vocabulary: \(input)\n"), 78, "watermark.vocabulary: "),
            (try configuration(folder, scheme: "magic"), 78, "watermark.scheme"),
        ] {
            let run = try Program.run([command, "--config", config] + store + [input])
            #expect(run.exitCode == Int32(code), "\(run.errors)")
            #expect(run.errors.contains(word), "\(run.errors)")
            #expect(run.output.isEmpty)
        }
    }
}
