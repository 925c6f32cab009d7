import ArgumentParser
import SluiceCore
import SluiceCrawl
import SluicePipeline

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Read dumps into the store.",
        discussion: """
            Inputs are files, directories or '-' for standard input. Of a directory, and of those below it, the files \
            are read that end in .warc, .wet, .jsonl, .ndjson, .json or .txt, also with .gz or .zst behind; the others \
            are counted. A run that was stopped goes on where it was when the same command is given again; a source that \
            is in the store already is passed over. Where a daemon holds the store, it is handed the sources and does \
            the work, under its own settings.
            """)

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("A label for the sources, such as the crawl's name.", valueName: "name"))
    var source: String?

    @Option(help: "Who wrote all of it, where that is known: real or synthetic; a record's own label comes first.")
    var origin: DeclaredOrigin?

    @Option(help: ArgumentHelp("The model that wrote all of it.", valueName: "name"))
    var generator: String?

    @Option(help: "What the sources are: auto, warc, jsonl or text.")
    var format: SourceFormat = .auto

    @Option(help: ArgumentHelp("Parallel workers; 0 for one a processor.", valueName: "n"))
    var workers: Int?

    @Argument(help: ArgumentHelp("Files, directories or '-'.", valueName: "input"))
    var inputs: [String]

    enum DeclaredOrigin: String, ExpressibleByArgument, CaseIterable {
        case real, synthetic
    }

    func validate() throws {
        if let workers, !(0...1024).contains(workers) {
            throw ValidationError("--workers must be from 0 to 1024.")
        }
        for (option, name) in [("--source", source), ("--generator", generator)] {
            if let name, !GivenName.isOne(name) { throw ValidationError("\(option) must have \(GivenName.rule).") }
        }
        if generator != nil && origin != .synthetic {
            throw ValidationError("--generator names the model of a synthetic source; add --origin synthetic.")
        }
    }

    func run() async throws {
        try await reportingErrors {
            var settings = try shared.settings()
            if let workers { settings.ingest.workers = workers }
            let request = IngestRequest(
                inputs: inputs, storeDirectory: shared.storeDirectory, format: format, label: source,
                declared: origin.map { DeclaredLabel(isSynthetic: $0 == .synthetic, generator: generator) })
            let report = ProgressReport()
            defer { report.end() }
            let summary = try await DaemonRoute.ingest(request, shared, settings) { report.show($0) }
            report.end()
            if shared.json { Console.out(summary.json) } else { Console.out(summary.table) }
            Console.note(passedOver: summary.passedOver)
            for failure in summary.failures { Console.note("sluice: \(failure)") }
            for remark in summary.remarks { Console.note("sluice: \(remark)") }
            if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
        }
    }
}

extension SourceFormat: ExpressibleByArgument {}
