import ArgumentParser
import SluiceCore
import SluiceService

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make a token for the daemon's HTTP interface.",
        discussion: """
            Prints the token, which is shown this once and kept nowhere, and below it the line for the file that \
            service.tokens names. The daemon reads that file at its start and on SIGHUP.
            """)

    @Argument(help: "What the logs shall call it.") var name: String

    @Option(help: ArgumentHelp("What it allows: of ingest, read, export and admin, with commas.", valueName: "a,b"))
    var scopes = "read"

    @Flag(name: .long, help: "Print JSON, and nothing else, on standard output.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            let granted: Set<Scope>
            do throws(SluiceError) { granted = try TokenFile.scopes(scopes, place: "--scopes") } catch {
                throw SluiceError(.usage, error.message, advice: error.advice)
            }
            let (token, entry) = try TokenMint.make(name: name, scopes: granted)
            guard json else { return Console.out(token + "\n" + entry.line) }
            var json = JSONText()
            json.object { json in
                json.member("name", entry.name)
                json.member("token", token)
                json.member("line", entry.line)
            }
            Console.out(json.string)
        }
    }
}
