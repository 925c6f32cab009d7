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
                "label": isSynthetic ? "synthetic" : "human", "domain": "d\(number / 2 % 5)",
            ]
            data += try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) + Data([10])
        }
        return data
    }

    private let folder: Folder
    private let data: String

    init() throws {
        folder = try Folder()
        data = try folder.file("data.jsonl", Self.labelled(120))
    }

    private func train(_ options: String...) throws -> Program.Outcome {
        try Program.run(["detector", "train", "--data", data, "--unseen-share", "0"] + options)
    }

    @Test func `is refused before anything is learnt`() throws {
        let lexicon = try folder.file("bad.tsv", "# words\tnats\nrich tapestry\tmuch\n")
        let output = folder.path("a.model")
        let cases: [(options: [String], exitCode: Int32, says: String)] = [
            (["--output", folder.path("nowhere/a.model")], 73, "nowhere/a.model: No such file or directory"),
            (["--output", folder.url.path], 73, "Is a directory"),
            (["--output", output, "--penalty", "0"], 64, "--penalty must be above 0"),
            (["--output", output, "--features", "0"], 64, "--features must be from 1"),
            (["--output", output, "--unseen-share", "1"], 64, "--unseen-share must be from 0"),
            (["--output", output, "--ratio-pull", "nan"], 64, "--ratio-pull must be from 0"),
            (["--output", output, "--lexicon", lexicon], 78, "bad.tsv, line 2: expected words, a tab and a weight"),
            (["--output", output, "--lexicon", folder.path("none.tsv")], 66, "none.tsv"),
        ]
        for (options, exitCode, says) in cases {
            // Data that are not there would be an error of their own as soon as they are looked at.
            let run = try Program.run(["detector", "train", "--data", folder.path("missing.jsonl")] + options)
            #expect(run.exitCode == exitCode, "\(run.errors)")
            #expect(run.errors.contains(says), "\(run.errors)")
            #expect(!run.errors.contains("missing.jsonl"), "\(run.errors)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(left.sorted() == ["bad.tsv", "data.jsonl"])
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
