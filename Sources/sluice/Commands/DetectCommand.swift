import ArgumentParser
import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluicePipeline

struct DetectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Judge documents without a store.",
        discussion: "Inputs are those of 'ingest'; a text file is one document. Answers come in input order.")

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("The share of synthetic documents assumed before any evidence.", valueName: "p"))
    var prior = 0.5

    @Option(help: "What the inputs are: auto, warc, jsonl or text.")
    var format: SourceFormat = .auto

    @Argument(help: ArgumentHelp("Files, directories or '-'.", valueName: "input"))
    var inputs: [String] = ["-"]

    func run() async throws {
        try await reportingErrors {
            let settings = try shared.settings()
            let detection = try Detection(
                settings: settings, model: try ShippedFiles.model(settings), prior: prior, marksPassages: !shared.json)
            var (count, damaged) = (0, 0)
            let failures = try await detection.run(inputs, format: format) { documents in
                count += documents.count
                damaged += documents.count { $0.rejection?.isDamage == true }
                if shared.json {
                    var json = JSONText(capacity: 512 * documents.count)
                    for document in documents { document.write(to: &json) }
                    Console.out(bytes: json.bytes)
                } else {
                    for document in documents { Console.out(document.paragraph) }
                }
            }
            for failure in failures { Console.note("sluice: \(failure)") }
            if let failure = failures.first, count == 0 { throw ExitCode(failure.code.rawValue) }
            if count == 0 { throw SluiceError(.noUsableData, "the input holds no records") }
            if damaged > 0 || !failures.isEmpty { throw ExitCode(SluiceError.Code.checkFailed.rawValue) }
        }
    }
}

extension DetectedDocument {
    /// Writes the answer as a line of NDJSON.
    fileprivate func write(to json: inout JSONText) {
        json.object { json in
            json.member("id", id)
            json.member("probability", judgement.probability)
            json.member("llr", llr)
            json.member("verdict", judgement.verdict.rawValue)
            json.member("words", words)
            json.key("evidence")
            json.raw(RecordedJudgement.json(judgement.evidence))
            if let rejection {
                json.member("rejected", rejection.rawValue)
            }
        }
        json.newline()
    }

    /// The answer for people.
    fileprivate var paragraph: String {
        if let rejection { return "\(id): not judged, \(rejection.rawValue)" }
        let percent = JSONText.decimal(judgement.probability * 100, places: 1)
        var lines = ["\(id): \(judgement.verdict.rawValue), P(synthetic) \(percent) %, \(words) words"]
        for evidence in judgement.evidence {
            lines.append("  \(JSONText.decimal(evidence.weight, places: 2)) nats  \(evidence.kind): \(evidence.detail)")
        }
        if judgement.verdict == .real { lines.append("  real means: no evidence of machine writing was found") }
        if let passage { lines.append("  strongest passage, what speaks for a machine in brackets: \(passage)") }
        return lines.joined(separator: "\n")
    }
}
