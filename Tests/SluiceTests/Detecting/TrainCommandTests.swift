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
                "label": isSynthetic ? "synthetic" : "human", "domain": "d\(number / 2 % 3)",
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
            (["--output", folder.path("nowhere/a.model")], 73, "is no folder that can be written to"),
            (["--output", output, "--lexicon", lexicon], 78, "bad.tsv, line 2: expected words, a tab and a weight"),
            (["--output", output, "--lexicon", folder.path("none.tsv")], 66, "none.tsv"),
        ]
        for (options, exitCode, says) in cases {
            let run = try Program.run(["detector", "train", "--data", data] + options)
            #expect(run.exitCode == exitCode, "\(run.errors)")
            #expect(run.errors.contains(says), "\(run.errors)")
            #expect(!run.errors.contains("learnt"))
        }
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    @Test func `with a lexicon gives a model that says so, and another one`() throws {
        let lexicon = try folder.file("good.tsv", "alpha\t3\nand the omega\t-3\n")
        let (plain, known) = (folder.path("plain.model"), folder.path("known.model"))
        #expect(try train("--output", plain).exitCode == 0)
        let run = try train("--output", known, "--lexicon", lexicon)
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.text.contains("lexicon.entries 2"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: plain)) != Data(contentsOf: URL(fileURLWithPath: known)))
    }
}
