import Foundation
import Testing

@Suite struct `What sluice detect says of a text` {
    @Test func `leaves nothing of its standard input behind, even where it is killed`() throws {
        let folder = try Folder()
        let process = Program.process(["detect", "-"])
        process.environment?["TMPDIR"] = folder.url.path
        let pipe = Pipe()
        (process.standardInput, process.standardOutput) = (pipe, FileHandle.nullDevice)
        try process.run()
        try pipe.fileHandleForWriting.write(contentsOf: Data("a text\n".utf8))
        // Its copy is open until the end of its input, which does not come.
        let descriptors = "/proc/\(process.processIdentifier)/fd"
        var isCopying = false
        for _ in 0..<1000 where !isCopying {
            usleep(10_000)
            isCopying = try FileManager.default.contentsOfDirectory(atPath: descriptors).contains { name in
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: descriptors + "/" + name)
                return link?.hasPrefix(folder.url.path) ?? false
            }
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(isCopying)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
    }

    private static let machine = """
        As an AI language model, I cannot walk to the harbour. However, it is important to note that the rich tapestry of
        maritime history stands as a testament to human resilience, and that each vessel plays a crucial role in fostering
        a vibrant sense of community. In conclusion, navigating the complexities of the sea requires both innovation and a
        deep commitment to collaboration, ensuring that future generations can thrive in an ever-evolving landscape.
        """

    /// A piece of evidence, as written.
    private struct Piece: Decodable {
        var kind: String
        var weight: Double
        var detail: String
        var at: [[Int]]?

        /// What it names, between quotation marks.
        var names: [String] {
            detail.components(separatedBy: "“").dropFirst().compactMap { $0.components(separatedBy: "”").first }
        }
    }

    private struct Answer: Decodable {
        var id: String
        var probability: Double
        var verdict: String
        var evidence: [Piece]
    }

    /// How many names of the answer's evidence stand in `text` where it says; an issue for each that does not.
    private static func namesChecked(_ answer: Answer, _ text: Data) -> Int {
        var checked = 0
        for piece in answer.evidence {
            guard let places = piece.at else { continue }
            #expect(places.count == piece.names.count)
            for (name, place) in zip(piece.names, places) {
                guard place.count == 2, 0 <= place[0], place[0] < place[1], place[1] <= text.count else {
                    Issue.record("\(answer.id): \(place) is no place of the text")
                    continue
                }
                let there = String(decoding: text[place[0]..<place[1]], as: UTF8.self).lowercased()
                let words = there.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.joined(separator: " ")
                let fits =
                    name.hasSuffix("…")
                    ? words.hasPrefix(name.dropLast().trimmingCharacters(in: .whitespaces)) : words == name
                #expect(fits, "\(answer.id): “\(name)” is “\(there)”")
                checked += 1
            }
        }
        return checked
    }

    /// Checks the answers on JSON lines; how many of them are synthetic.
    private static func check(_ files: [URL]) throws -> Int {
        let output = try Program.run(["detect", "--json"] + files.map(\.path)).output
        var synthetic: [String: Answer] = [:]
        for line in output.split(separator: UInt8(ascii: "\n")) {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(line))
            let logOdds = answer.evidence.reduce(0) { $0 + $1.weight }
            #expect(abs(1 / (1 + exp(-logOdds)) - answer.probability) < 2e-6)
            if answer.verdict == "synthetic" { synthetic[answer.id] = answer }
        }
        for file in files {
            let lines = try Program.tool("/bin/gzip", "-dc", file.path).output
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
                    let id = object["id"] as? String, let answer = synthetic[id], let text = object["text"] as? String
                else { continue }
                #expect(namesChecked(answer, Data(text.utf8)) > 0, "\(id) shows nothing that can be checked")
            }
        }
        return synthetic.count
    }

    @Test func `can be checked in the text for every synthetic verdict on the sample that ships`() throws {
        let sample = Program.root.appendingPathComponent("Tests/Sample/sample.jsonl.gz")
        #expect(try Self.check([sample]) > 0)
    }

    @Test(arguments: ["0.9", "0.99", "0.999"])
    func `names what it goes by at any prior, and never says of a synthetic text that nothing was found`(
        prior: String
    ) throws {
        let sample = Program.root.appendingPathComponent("Tests/Sample/sample.jsonl.gz")
        let output = try Program.run(["detect", "--json", "--prior", prior, sample.path]).output
        let answers = try output.split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(Answer.self, from: Data($0)) }
            .filter { $0.verdict == "synthetic" }
        #expect(!answers.isEmpty)
        for answer in answers {
            let words = try #require(answer.evidence.first { $0.kind == "token-frequency" })
            #expect(!words.detail.contains("no evidence"), "\(answer.id): \(words.detail)")
            if words.weight > 0 {
                #expect(words.at?.isEmpty == false, "\(answer.id): \(words.detail)")
            } else {
                #expect(words.detail.contains("decides, not the words: "), "\(answer.id): \(words.detail)")
            }
        }
    }

    @Test
    func `of a text that is called real says that nothing was found where nothing is shown that speaks for a machine`()
        throws
    {
        let sample = Program.root.appendingPathComponent("Tests/Sample/sample.jsonl.gz")
        let lines = try Program.run("detect", "--prior", "0.005", sample.path).text.split(separator: "\n")
        var (isSome, told) = (false, Set<String>())
        for line in lines {
            if !line.hasPrefix("  ") { isSome = false }
            if let nats = line.firstRange(of: " nats  "), !line[nats.upperBound...].hasPrefix("prior") {
                let weight = try #require(Double(line[..<nats.lowerBound].trimmingCharacters(in: .whitespaces)))
                if weight > 0 { isSome = true }
            }
            guard line.contains("real means: ") else { continue }
            #expect(line.contains(isSome ? "too little evidence" : "no evidence"))
            told.insert(String(line))
        }
        #expect(told.count == 2)
    }

    @Test(.enabled(if: Program.hasSample, "../shared/crawl-sample is not there"))
    func `can be checked in the text for every synthetic verdict on the crawl sample`() throws {
        let folder = Program.shared.appendingPathComponent("crawl-sample/jsonl")
        let parts = ["part-0000.jsonl.gz", "part-0001.jsonl.gz"].map { folder.appendingPathComponent($0) }
        #expect(try Self.check(parts) > 100)
    }

    @Test func `names places in bytes, behind letters of more than one`() throws {
        let folder = try Folder()
        let text = "„Ünïcödé — naïve café“\u{2003}…\n\n" + Self.machine
        let file = try folder.file("text.txt", Data(text.utf8))
        let run = try Program.run("detect", "--json", file)
        let answer = try JSONDecoder().decode(Answer.self, from: run.output)
        #expect(answer.verdict == "synthetic")
        #expect(Self.namesChecked(answer, Data(text.utf8)) >= 4)
        let phrase = try #require(answer.evidence.first { $0.kind == "phrase-signature" })
        let start = try #require(text.range(of: "As an AI")).lowerBound
        #expect(phrase.at?.first?.first == text.utf8.distance(from: text.startIndex, to: start))
    }

    @Test func `shows the passage as it is written, the phrases and the style beside the usual`() throws {
        let folder = try Folder()
        let run = try Program.run("detect", try folder.file("text.txt", Data(Self.machine.utf8)))
        #expect(run.text.contains("strongest passage (bytes "))
        #expect(run.text.contains("phrase known of machines: “as an ai language model”"))
        let passage = try #require(
            run.text.split(separator: "\n").first { $0.hasPrefix("    ") && $0.contains("[") }
        ).filter { !"[]…".contains($0) }.trimmingCharacters(in: .whitespaces)
        #expect(Self.machine.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(passage))
        #expect(run.text.contains("words a sentence: "))
        #expect(run.text.contains("letters a word: "))
        #expect(!(try Program.run("detect", "--json", folder.path("text.txt")).text.contains("words a sentence")))
    }

    @Test func `shows no passage and no style of a text that it does not judge, and names the language`() throws {
        let folder = try Folder()
        let text = String(
            repeating: "Gestern sind wir auf den Markt gegangen, weil meine Schwester Obst wollte. ", count: 9)
        let run = try Program.run("detect", try folder.file("text.txt", Data(text.utf8)))
        #expect(run.text.contains("the detector abstains: German (de), and the model knows English only"))
        #expect(!run.text.contains("passage") && !run.text.contains("sentence:"))
        #expect(run.text.contains("uncertain"))
    }

    @Test func `is kept apart from what it says of inputs that hold none: where, why, and the exit code`() throws {
        let folder = try Folder()
        let line = try String(decoding: JSONEncoder().encode(["text": Self.machine]), as: UTF8.self) + "\n"
        let damaged = try folder.file("damaged.jsonl", line + "{broken\n" + line)
        let rejected = try folder.file("other.jsonl", "[]\n{}\n")
        let dumps = folder.path("dumps")
        try FileManager.default.createDirectory(atPath: dumps, withIntermediateDirectories: true)
        try Data(line.utf8).write(to: URL(fileURLWithPath: dumps + "/a.jsonl"))
        try Data("x".utf8).write(to: URL(fileURLWithPath: dumps + "/notes.md"))
        let cases: [(inputs: [String], exitCode: Int32, says: String)] = [
            ([damaged], 1, "damaged: 1, the first damaged.jsonl#1 at byte \(line.utf8.count): invalid-json"),
            ([rejected], 65, "none of the 2 records holds text"),
            ([dumps], 0, "passed over as no files that are named like dumps: 1, the first"),
            (["--prior", "1.5", damaged], 64, "--prior must be from"),
        ]
        for (inputs, exitCode, says) in cases {
            let run = try Program.run(["detect", "--json"] + inputs)
            #expect(run.exitCode == exitCode, "\(run.errors)")
            #expect(run.errors.contains(says), "\(run.errors)")
            #expect(!run.errors.contains("tapestry"))
        }
        let empty = try folder.file("empty.jsonl", "")
        #expect(try Program.run("detector", "evaluate", "--data", empty).exitCode == 65)
    }
}
