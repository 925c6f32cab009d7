import ArgumentParser
import SluiceCore
import SluiceCrawl
import SluiceDetect
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

    func validate() throws {
        let (low, high) = (Judge.priors.lowerBound, Judge.priors.upperBound)
        if !Judge.priors.contains(prior) { throw ValidationError("--prior must be from \(low) to \(high).") }
    }

    func run() async throws {
        try await reportingErrors {
            let settings = try shared.settings()
            let detection = try Detection(
                settings: settings, model: try ShippedFiles.model(settings), prior: prior, explains: !shared.json)
            let summary = try await detection.run(inputs, format: format) { documents in
                if shared.json {
                    var json = JSONText(capacity: 512 * documents.count)
                    for document in documents { document.write(to: &json) }
                    Console.out(bytes: json.bytes)
                } else {
                    for document in documents { Console.out(document.paragraph) }
                }
            }
            Console.note(passedOver: summary.passedOver)
            for remark in summary.remarks { Console.note("sluice: \(remark)") }
            if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
        }
    }
}
