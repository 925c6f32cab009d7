import ArgumentParser
import SluiceCore
import SluicePipeline
import SluiceStore

struct ShardsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shards", abstract: "The training shards and their ratios.",
        subcommands: [List.self, Show.self, Seal.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the shards.")
        @OptionGroup var shared: SharedOptions

        func run() async throws {
            try await reportingErrors {
                let store = try shared.openStore()
                defer { store.close() }
                let shards = try store.read { try $0.shards() }
                for shard in shards { Console.out(shared.json ? shard.json : shard.line) }
                if shards.isEmpty { Console.note("sluice: no shard has been opened yet") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one shard.")
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The shard's number.") var shard: Int64

        func run() async throws {
            try await reportingErrors {
                let store = try shared.openStore()
                defer { store.close() }
                guard let found = try store.read({ try $0.shards() }).first(where: { $0.id == shard }) else {
                    throw SluiceError(
                        .inputMissing, "there is no shard \(shard)", advice: "'sluice shards' lists those there are")
                }
                Console.out(shared.json ? found.json : found.line)
            }
        }
    }

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make the open shard immutable.")
        @OptionGroup var shared: SharedOptions

        func run() async throws {
            try await reportingErrors {
                // Opening to write would make a store; there must be one.
                try shared.openStore().close()
                let store = try Store.open(directory: shared.storeDirectory, mode: .write)
                defer { store.close() }
                guard let sealed = try store.write({ try $0.sealShard() }) else {
                    throw SluiceError(.noUsableData, "no shard is open with a document in it")
                }
                let shards = try store.read { try $0.shards() }
                for shard in shards where shard.id == sealed { Console.out(shared.json ? shard.json : shard.line) }
            }
        }
    }
}

extension StoredShard {
    /// The shard for people.
    var line: String {
        let ratio = totals.ratio.map { JSONText.decimal($0, places: 4) } ?? "-"
        return "shard \(id)  \(isSealed ? "sealed" : "open")  \(totals.documents) documents  \(totals.tokens) tokens  "
            + "synthetic:real \(ratio)  cap \(JSONText.decimal(Double(settings.capPPM) / 1_000_000))"
    }
}
