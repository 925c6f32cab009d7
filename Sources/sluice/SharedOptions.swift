import ArgumentParser
import Foundation
import SluiceCore
import SluicePipeline
import SluiceStore

/// The options that every command has.
struct SharedOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The store's directory.", valueName: "dir"))
    var store: String?

    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Flag(name: .long, help: "Print JSON, and nothing else, on standard output.")
    var json = false

    /// The files of the store and of the configuration, which no other file may replace.
    var ownFiles: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: storeDirectory)) ?? []
        return names.map { storeDirectory + "/" + $0 } + [config].compactMap(\.self)
    }

    /// The settings in force.
    func settings() throws(SluiceError) -> Settings { try ConfigurationFile.settings(at: config) }

    /// The store, opened to be asked; a wrong configuration is refused here too.
    func openStore() throws(SluiceError) -> Store {
        _ = try settings()
        return try Store.open(directory: storeDirectory, mode: .read)
    }

    /// The store to be asked, or the daemon where the store cannot be read.
    func reading() async throws(SluiceError) -> DaemonRoute { try await DaemonRoute.reading(self) }

    /// The store to be written to, or the daemon where that holds the store.
    func writing() async throws(SluiceError) -> DaemonRoute { try await DaemonRoute.writing(self) }

    /// The store, opened to be written to; there must be one, since opening would make it.
    func openStoreForWriting() throws(SluiceError) -> Store {
        let settings = try settings()
        try Store.require(directory: storeDirectory)
        let shards = settings.storeSettings.shards
        return try Store.open(directory: storeDirectory, mode: .write, settings: StoreSettings(shards: shards))
    }

    /// The store's directory: as given, else systemd's state directory, else the user's.
    var storeDirectory: String { SharedOptions.storeDirectory(store) }

    /// The directory of the store that is named, or of the usual one.
    static func storeDirectory(_ store: String?) -> String {
        let environment = ProcessInfo.processInfo.environment
        if let store { return store }
        if let state = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return String(state) }
        if let state = environment["XDG_STATE_HOME"], !state.isEmpty { return state + "/sluice" }
        return home(environment) + "/.local/state/sluice"
    }

    /// The user's directory: as the environment says, else as the system knows it.
    private static func home(_ environment: [String: String]) -> String {
        if let home = environment["HOME"], !home.isEmpty { return home }
        return getpwuid(getuid())?.pointee.pw_dir.map { String(cString: $0) } ?? "/"
    }
}

/// Runs a command's work and turns its error into a line on standard error and an exit code.
func reportingErrors(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as SluiceError {
        Console.note("sluice: \(error)")
        throw ExitCode(error.code.rawValue)
    }
}
