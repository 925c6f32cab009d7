import ArgumentParser
import Foundation
import SluiceCore
import SluiceExport
import SluicePipeline
import SluiceStore

struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "What people say of documents that the detector is not sure of.",
        discussion: """
            Alone, in a terminal, it shows one document after another and asks. A verdict outranks labels and the detector: \
            it counts in the open shard at once, and in every export from then on.
            """,
        subcommands: [Walk.self, List.self, Label.self, Export.self], defaultSubcommand: Walk.self)

    /// The documents that are listed where nothing else is said.
    static let listedAtMost = 20

    /// Prints the documents that wait.
    static func list(_ shared: SharedOptions, limit: Int) throws {
        let store = try shared.openStore()
        defer { store.close() }
        let items = try store.read { try $0.reviewQueue(limit: limit) }
        for item in items { Console.out(shared.json ? item.json : item.paragraph) }
        if items.isEmpty { Console.note("sluice: no document waits for a verdict") }
    }

    /// The documents that wait, for people.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the documents on which a verdict would say most.")
        @OptionGroup var shared: SharedOptions

        @Option(help: ArgumentHelp("The most documents.", valueName: "n"))
        var limit = ReviewCommand.listedAtMost

        func validate() throws {
            guard 1...ReviewQueue.longest ~= limit else {
                throw ValidationError("--limit must be from 1 to \(ReviewQueue.longest).")
            }
        }

        func run() async throws {
            try await reportingErrors { try ReviewCommand.list(shared, limit: limit) }
        }
    }

    /// A verdict on one document.
    struct Label: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say who wrote a document.")
        @OptionGroup var shared: SharedOptions
        @OptionGroup var reviewer: ReviewerOption

        @Argument(help: ArgumentHelp("The SHA-256 of its text.", valueName: "sha256"))
        var document: String

        @Argument(help: "real, synthetic or uncertain.")
        var verdict: Verdict

        @Option(help: ArgumentHelp("What led to the verdict.", valueName: "text"))
        var note: String?

        func validate() throws {
            if Digest(hex: document) == nil {
                throw ValidationError("A document is named by the 64 hexadecimal digits of a SHA-256.")
            }
        }

        func run() async throws {
            try await reportingErrors {
                guard let digest = Digest(hex: document) else { return }
                let route = try await shared.writing()
                Console.out(
                    try await Verdict.record(verdict, on: digest, by: reviewer.name, note: note, route, shared))
            }
        }
    }

    /// The verdicts as training data.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the reviewed texts as labelled JSON lines, for 'sluice detector train'.",
            discussion: "The latest verdict of each document; those that stayed uncertain are left out.")
        @OptionGroup var shared: SharedOptions

        @Option(help: ArgumentHelp("The file to write; standard output without.", valueName: "file"))
        var output: String?

        func run() async throws {
            try await reportingErrors {
                let store = try shared.openStore()
                defer { store.close() }
                let export = ReviewExport(store: store)
                let count: Int
                if let output {
                    let file = try NewFile(output, besides: shared.ownFiles)
                    count = try export.write { try file.write($0) }
                    if count > 0 { try file.finish() }
                } else {
                    count = try export.write { Console.out(bytes: $0) }
                }
                guard count > 0 else {
                    throw SluiceError(
                        .noUsableData, "no person has called a document real or synthetic: nothing was written",
                        advice: "'sluice review' asks about those that wait")
                }
                if output != nil && shared.json {
                    var json = JSONText()
                    json.object { $0.member("documents", count) }
                    Console.out(json.string)
                } else if output != nil {
                    Console.note("sluice: reviewed documents written: \(count)")
                }
            }
        }
    }
}

/// Who gives the verdict.
struct ReviewerOption: ParsableArguments {
    @Option(help: ArgumentHelp("Who says so (default: $USER).", valueName: "name"))
    var reviewer: String?

    /// The name as given, else the user's, else that of an office.
    var name: String {
        if let reviewer { return reviewer }
        let user = ProcessInfo.processInfo.environment["USER"] ?? ""
        return user.isEmpty ? "operator" : user
    }
}

extension Verdict: ExpressibleByArgument {}
