import ArgumentParser
import Foundation
import SluicePipeline
import SluiceService

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the daemon: spool, HTTP interface and page around one store.",
        discussion: """
            Runs until SIGTERM or SIGINT, then finishes what is under way; a second signal ends it at once. SIGHUP reads \
            the configuration and the tokens again. Its log is JSON lines on standard error. \
            The keys under 'service' of the configuration say where it listens: 127.0.0.1:7878, unless they say otherwise.
            """)

    @Option(name: .long, help: ArgumentHelp("The store's directory.", valueName: "dir"))
    var store: String?

    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    func run() async throws {
        try await reportingErrors {
            let config = config
            let settings = try ConfigurationFile.settings(at: config)
            let daemon = Daemon(
                store: SharedOptions.storeDirectory(store), settings: settings, model: try ShippedFiles.model(settings),
                environment: ProcessInfo.processInfo.environment
            ) { try ConfigurationFile.settings(at: config) }
            try await daemon.run()
        }
    }
}
