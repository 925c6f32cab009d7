import ArgumentParser
import SluiceCore
import SluiceDetect
import SluiceExport
import SluicePipeline
import SluiceService
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
                let shards: [String]
                switch try await shared.reading() {
                case .store(let store):
                    defer { store.close() }
                    shards = try store.read { try $0.shards() }.map { shared.json ? $0.json : $0.line() }
                case .daemon(let daemon):
                    shards = try await daemon.shards().map { row throws(SluiceError) in
                        try ShardLine.shown(row, shared)
                    }
                }
                for shard in shards { Console.out(shard) }
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
                let store: Store
                switch try await shared.reading() {
                case .store(let opened): store = opened
                case .daemon(let daemon):
                    return Console.out(try ShardLine.shown(await daemon.shard(shard), shared))
                }
                defer { store.close() }
                let prior = try shared.settings().detection.prior
                let found = try store.read { reader in
                    try reader.shard(shard).map { ($0, try ExportAudit.bound(onShard: shard, reader, prior: prior)) }
                }
                guard let (shard, bound) = found else {
                    throw SluiceError(
                        .inputMissing, "there is no shard \(shard)", advice: "'sluice shards' lists those there are")
                }
                var json = JSONText()
                shard.write(to: &json, bound: bound.writeMembers)
                Console.out(shared.json ? json.string : shard.line(bound))
            }
        }
    }

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make the open shard immutable.")
        @OptionGroup var shared: SharedOptions

        func run() async throws {
            try await reportingErrors {
                let store: Store
                switch try await shared.writing() {
                case .store(let opened): store = opened
                case .daemon(let daemon):
                    return Console.out(try ShardLine.shown(await daemon.sealShard(), shared))
                }
                defer { store.close() }
                guard let sealed = try store.write({ try $0.sealShard() }) else {
                    throw SluiceError(.noUsableData, "no shard is open with a document in it")
                }
                if let shard = try store.read({ try $0.shard(sealed) }) {
                    Console.out(shared.json ? shard.json : shard.line())
                }
            }
        }
    }
}

extension StoredShard {
    /// The shard for people.
    fileprivate func line(_ bound: RatioBound? = nil) -> String {
        ShardLine(
            shard: id, state: isSealed ? "sealed" : "open", documents: totals.documents, tokens: totals.tokens,
            ratio: totals.ratio, bound: bound?.ratio, boundReason: bound?.doubt?.rawValue,
            cap: Double(settings.capPPM) / 1_000_000
        ).text
    }
}

/// What people are shown of a shard, as its JSON has it too.
struct ShardLine: Decodable {
    var shard: Int64
    var state: String
    var documents: Int64
    var tokens: Int64
    var ratio: Double?
    var bound: Double?
    var boundReason: String?
    var cap: Double

    /// The line.
    var text: String {
        "shard \(shard)  \(state)  \(documents) documents  \(tokens) tokens  "
            + "synthetic:real \(ratio.map { JSONText.decimal($0, places: 4) } ?? "-")  "
            + (bound == nil && boundReason == nil ? "" : shownBound.text + "  ") + "cap \(JSONText.decimal(cap))"
    }

    private var shownBound: RatioBound {
        RatioBound(ratio: bound, doubt: boundReason.flatMap(PrevalenceCount.Doubt.init))
    }

    /// A shard as the daemon writes it, the way the options ask for.
    static func shown(_ json: [UInt8], _ shared: SharedOptions) throws(SluiceError) -> String {
        if shared.json { return String(decoding: json, as: UTF8.self) }
        return try DaemonRoute.decoded(ShardLine.self, json).text
    }
}
