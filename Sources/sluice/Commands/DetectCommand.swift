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

    func validate() throws {
        if !(0.0001...0.9999).contains(prior) { throw ValidationError("--prior must be from 0.0001 to 0.9999.") }
    }

    func run() async throws {
        try await reportingErrors {
            let settings = try shared.settings()
            let detection = try Detection(
                settings: settings, model: try ShippedFiles.model(settings), prior: prior, explains: !shared.json)
            var (count, judged, damaged) = (0, 0, 0)
            var firstDamage: DetectedDocument?
            let omissions = try await detection.run(inputs, format: format) { documents in
                count += documents.count
                judged += documents.count { $0.rejection == nil }
                let damages = documents.filter { $0.rejection?.reason.isDamage == true }
                damaged += damages.count
                firstDamage = firstDamage ?? damages.first
                if shared.json {
                    var json = JSONText(capacity: 512 * documents.count)
                    for document in documents { document.write(to: &json) }
                    Console.out(bytes: json.bytes)
                } else {
                    for document in documents { Console.out(document.paragraph) }
                }
            }
            if let first = firstDamage, let damage = first.rejection {
                Console.note(
                    "sluice: records that are damaged: \(damaged), the first \(first.id) at byte \(damage.offset): "
                        + "\(damage.reason.rawValue), \(damage.detail)")
            }
            if omissions.skippedBytes > 0 {
                Console.note("sluice: bytes that belong to no record: \(omissions.skippedBytes)")
            }
            Console.note(passedOver: omissions.passedOver)
            for failure in omissions.failures { Console.note("sluice: \(failure)") }
            if let failure = omissions.failures.first, count == 0 { throw ExitCode(failure.code.rawValue) }
            if count == 0 { throw SluiceError(.noUsableData, "the input holds no records") }
            if damaged > 0 || !omissions.failures.isEmpty { throw ExitCode(SluiceError.Code.checkFailed.rawValue) }
            if judged == 0 {
                throw SluiceError(.noUsableData, "none of the \(count) records holds text that can be used")
            }
        }
    }
}
