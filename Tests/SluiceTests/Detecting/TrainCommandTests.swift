import Foundation
import Testing

@Suite struct `What sluice detector train is given` {
    /// Labelled texts, of which every other one is synthetic and says `alpha` instead of `omega`.
    private static func labelled(_ count: Int) throws -> Data {
        var data = Data()
        for (number, text) in Dump.texts(count).enumerated() {
            let isSynthetic = number % 2 == 0
            let object = [
                "text": text + String(repeating: isSynthetic ? " and the alpha" : " and the omega", count: 8),
                "label": isSynthetic ? "synthetic" : "human", "domain": "d\(number / 2 % 6)",
            ]
            data += try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) + Data([10])
        }
        return data
    }

    private let folder: Folder
    private let data: String

    init() throws {
        folder = try Folder()
        data = try folder.file("data.jsonl", Self.labelled(600))
    }

    private func train(_ options: String...) throws -> Program.Outcome {
        try Program.run(["detector", "train", "--data", data, "--unseen-share", "0"] + options)
    }

    @Test func `is refused before anything is learnt`() throws {
        let lexicon = try folder.file("bad.tsv", "# words\tnats\nrich tapestry\tmuch\n")
        let output = folder.path("a.model")
        let (pipe, nowhere) = (folder.path("pipe"), folder.path("link"))
        #expect(mkfifo(pipe, 0o600) == 0 && symlink(folder.path("nothing"), nowhere) == 0)
        let cases: [(options: [String], exitCode: Int32, says: String)] = [
            (["--output", folder.path("nowhere/a.model")], 73, "nowhere/a.model: No such file or directory"),
            (["--output", folder.url.path], 73, "Is a directory"),
            (["--output", pipe], 73, "pipe: it is not a regular file"),
            (["--output", nowhere], 73, "link: it is a link that leads nowhere"),
            (["--output", lexicon, "--lexicon", lexicon], 73, "bad.tsv, which is in use"),
            (["--output", output, "--penalty", "0"], 64, "--penalty must be above 0"),
            (["--output", output, "--features", "0"], 64, "--features must be from 1"),
            (["--output", output, "--unseen-share", "1"], 64, "--unseen-share must be from 0"),
            (["--output", output, "--ratio-pull", "nan"], 64, "--ratio-pull must be from 0"),
            (["--output", output, "--lexicon", lexicon], 78, "bad.tsv, line 2: expected words, a tab and a weight"),
            (["--output", output, "--lexicon", folder.path("none.tsv")], 66, "none.tsv"),
            (["--output", output, "--base", folder.path("none.model")], 66, "none.model"),
            (["--output", output, "--base", lexicon], 78, "bad.tsv: this is no detector model"),
            (["--output", lexicon, "--base", lexicon], 73, "bad.tsv, which is in use"),
            (["--output", output, "--base", output, "--lexicon", lexicon], 64, "--base keeps the model's features"),
            (["--output", output, "--base", output, "--ratio-pull", "1"], 64, "--base keeps the model's features"),
            (["--output", output, "--base-share", "0.5"], 64, "--base-share needs --base"),
            (["--output", output, "--base", output, "--base-share", "1"], 64, "--base-share must be from 0"),
        ]
        for (options, exitCode, says) in cases {
            // Data that are not there would be an error of their own as soon as they are looked at.
            let run = try Program.run(["detector", "train", "--data", folder.path("missing.jsonl")] + options)
            #expect(run.exitCode == exitCode, "\(run.errors)")
            #expect(run.errors.contains(says), "\(run.errors)")
            #expect(!run.errors.contains("missing.jsonl"), "\(run.errors)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(left.sorted() == ["bad.tsv", "data.jsonl", "link", "pipe"])
    }

    @Test func `is refused where it gives no model that could be used, or leaves out nothing`() throws {
        let few = try folder.file("few.jsonl", Self.labelled(20))
        let lines = String(decoding: try Self.labelled(600), as: UTF8.self)
        let undivided = try folder.file(
            "undivided.jsonl", Data(lines.replacing("\"domain\"", with: "\"kind\"").utf8))
        let mislabelled = try folder.file(
            "mislabelled.jsonl",
            Data(
                lines.replacing("\"human\"", with: "\"?\"").replacing("\"synthetic\"", with: "\"human\"")
                    .replacing("\"?\"", with: "\"synthetic\"").utf8))
        let output = folder.path("a.model")
        let cases: [(options: [String], exitCode: Int32, says: String)] = [
            (["--data", data, "--calibration", mislabelled], 65, "the 600 calibration texts do not settle"),
            (["--data", data, "--exclude-source", "nwes"], 64, "no text has the source “nwes”"),
            (["--data", data, "--exclude-domain", "d1", "d9"], 64, "no text has the domain “d9”"),
            (["--data", data, "--calibration", few], 65, "10 texts of a label, and 20 are the least"),
            (["--data", few], 65, "data"), (["--data", undivided], 65, "is in 20 texts of 5 domains"),
        ]
        for (options, exitCode, says) in cases {
            let run = try Program.run(["detector", "train", "--output", output] + options)
            #expect(run.exitCode == exitCode && run.errors.contains(says), "\(options): \(run.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    @Test func `learns on from a model, which stays as it is, and gives the same bytes each time`() throws {
        let (base, first, second) = (folder.path("base.model"), folder.path("first.model"), folder.path("second.model"))
        #expect(try train("--output", base).exitCode == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: base))
        for output in [first, second] {
            let run = try train("--base", base, "--output", output)
            #expect(run.exitCode == 0, "\(run.errors)")
        }
        let learnt = try Data(contentsOf: URL(fileURLWithPath: first))
        #expect(try learnt == Data(contentsOf: URL(fileURLWithPath: second)) && learnt != before)
        #expect(try Data(contentsOf: URL(fileURLWithPath: base)) == before)
    }

    @Test func `is preceded by what killed trainings left, which goes, and by one under way, which stays`() throws {
        let output = folder.path("a.model")
        let all = [".partial-1", ".partial-12345", ".phrases.tsv.partial-1", ".partial-", ".partial-1x", ".partial"]
        for end in all { _ = try folder.file("a.model" + end, Data()) }
        let lock = open(output + ".partial-1", O_RDONLY)
        #expect(lock >= 0 && flock(lock, LOCK_EX) == 0)
        defer { close(lock) }
        #expect(try train("--output", output).exitCode == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(
            left.filter { $0.hasPrefix("a.model") }.sorted() == [
                "a.model", "a.model.partial", "a.model.partial-", "a.model.partial-1", "a.model.partial-1x",
                "a.model.phrases.tsv",
            ])
    }

    @Test func `takes the place of the file that a link leads to`() throws {
        let old = try folder.file("old.model", Data("old".utf8))
        let link = folder.path("link.model")
        #expect(symlink("old.model", link) == 0)
        #expect(try train("--output", link, "--exclude-domain", "d0").exitCode == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "old.model")
        #expect(try Data(contentsOf: URL(fileURLWithPath: old)).count > 1000)
    }

    @Test func `with a lexicon gives a model that says so, and weighs its words otherwise`() throws {
        // A name that the table of the model's phrases once had: an input must outlive the training.
        let words = "alpha\t-9\nand the omega\t9\n"
        let lexicon = try folder.file("phrases.tsv", words)
        func weight(of words: String, _ run: Program.Outcome) throws -> Double {
            let line = try #require(run.text.split(separator: "\n").first { $0.hasSuffix("  “\(words)”") })
            return try #require(Double(line.split(separator: " ")[1]))
        }
        let plain = try train("--output", folder.path("plain.model"), "--penalty", "1000")
        #expect(plain.exitCode == 0, "\(plain.errors)")
        #expect(try weight(of: "alpha", plain) > 0)
        #expect(try weight(of: "and the omega", plain) < 0)
        let known = try train("--output", folder.path("known.model"), "--penalty", "1000", "--lexicon", lexicon)
        #expect(known.exitCode == 0, "\(known.errors)")
        #expect(known.text.contains("lexicon.entries 2"))
        #expect(FileManager.default.fileExists(atPath: folder.path("known.model.phrases.tsv")))
        #expect(try String(contentsOfFile: lexicon, encoding: .utf8) == words)
        #expect(try weight(of: "alpha", known) < 0)
        #expect(try weight(of: "and the omega", known) > 0)
    }
}
