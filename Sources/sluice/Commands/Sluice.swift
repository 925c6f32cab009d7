import ArgumentParser
import Glibc
import SluiceCore
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

    static func main() async {
        if let error = doubt {
            Console.note("sluice: \(error)")
            Glibc.exit(error.code.rawValue)
        }
        await main(nil)
    }

    /// Why the arguments are not what was typed: Swift reads them from `/proc`, and makes text of whatever bytes they are.
    private static var doubt: SluiceError? {
        guard access("/proc/self/cmdline", R_OK) == 0, CommandLine.argc > 0 else {
            return SluiceError(.configuration, "sluice needs /proc to read its arguments", advice: "mount it")
        }
        for index in 1..<max(Int(CommandLine.argc), 1) {
            guard let argument = CommandLine.unsafeArgv[index], String(validatingCString: argument) == nil else {
                continue
            }
            return SluiceError(
                .usage, "argument \(index) is not UTF-8",
                advice: "rename the file, or reach it by a link whose name is UTF-8")
        }
        return nil
    }
}
