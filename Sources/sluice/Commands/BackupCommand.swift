import ArgumentParser
import SluiceCore
import SluiceStore

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store as it stands, while others read and write it.",
        discussion: """
            The directory appears when all of it is on the disk, and is a store: `sluice verify --store DIR` checks it, \
            and to restore it is to put it in the place of the other.
            """)

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("The directory to make, in one that is there.", valueName: "dir"))
    var output: String

    func run() async throws {
        try await reportingErrors {
            let start = ContinuousClock.now
            let store = try shared.openStore()
            defer { store.close() }
            let backup = try store.backup(to: output)
            let elapsed = (ContinuousClock.now - start) / Duration.seconds(1)
            Console.out(shared.json ? backup.json(output, seconds: elapsed) : backup.line(output, seconds: elapsed))
        }
    }
}

extension Store.Backup {
    fileprivate func json(_ output: String, seconds: Double) -> String {
        var json = JSONText()
        json.object { json in
            json.member("output", output)
            json.member("bytes", bytes)
            json.member("records", records)
            json.member("seconds", seconds, places: 3)
        }
        return json.string
    }

    fileprivate func line(_ output: String, seconds: Double) -> String {
        "\(records) records, \(bytes) bytes copied to \(output) in \(JSONText.decimal(seconds, places: 2)) s"
    }
}
