import ArgumentParser
import SluicePipeline

@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Training data with a known share of machine-written text.",
        discussion: """
            Exit codes: 0 done; 1 done, but records were damaged or a check failed; 64 usage; 65 no usable data; \
            66 input missing; 73 cannot create output; 74 I/O; 75 busy, try again; 78 configuration.
            """,
        version: Tool.version,
        subcommands: [
            IngestCommand.self, ProvenanceCommand.self, ShardsCommand.self, PrevalenceCommand.self, StatsCommand.self,
            VerifyCommand.self, ExportCommand.self, BackupCommand.self, DetectCommand.self, DetectorCommand.self,
            ReviewCommand.self, ServeCommand.self, TokenCommand.self,
        ])
}
