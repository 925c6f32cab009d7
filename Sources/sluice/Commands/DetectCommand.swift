import ArgumentParser
import SluiceCore
import SluiceCrawl
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
                settings: settings, model: try ShippedFiles.model(settings), prior: prior, explains: !shared.json)
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
