import ArgumentParser
import SluiceCore
import SluiceService
import SluiceStore

struct ProvenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provenance",
        abstract: "Why a record was kept, dropped or held, and where it came from.",
        discussion: """
            Name one of the selections below, or none for every row. Rows come in the order in which they were decided; \
            --cursor takes the seq of the last row seen.
            """)

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("The SHA-256 of the text.", valueName: "sha256"))
    var document: String?

    @Option(help: ArgumentHelp("The WARC-Record-ID, with or without <urn:uuid:…>.", valueName: "id"))
    var record: String?

    @Option(help: ArgumentHelp("The id of a JSON line.", valueName: "id"))
    var id: String?

    @Option(help: ArgumentHelp("The address the text was captured from.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("The host the text was captured from.", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("The source, by its file name or its label.", valueName: "name"))
    var source: String?

    @Option(help: ArgumentHelp("The shard the document is in.", valueName: "n"))
    var shard: Int64?

    @Flag(help: "Documents that are held: kept, and in no shard.")
    var held = false

    @Option(help: ArgumentHelp("The release the document is in.", valueName: "name"))
    var release: String?

    @Option(help: "Only this decision: kept, duplicate or rejected.")
    var decision: DecisionKind?

    @Option(help: ArgumentHelp("The most rows; 0 for all.", valueName: "n"))
    var limit = 100

    @Option(help: ArgumentHelp("Go on behind this row.", valueName: "seq"))
    var cursor: Int64 = 0

    func validate() throws {
        let named = [document, record, id, url, host, source, shard.map(String.init), release].compactMap(\.self)
        if named.count + (held ? 1 : 0) > 1 { throw ValidationError("Name one selection only.") }
        if let document, Digest(hex: document) == nil {
            throw ValidationError("--document takes the 64 hexadecimal digits of a SHA-256.")
        }
        for (option, value) in [
            ("--record", record), ("--id", id), ("--url", url), ("--host", host), ("--source", source),
        ] {
            if value?.isEmpty == true { throw ValidationError("\(option) needs a value.") }
        }
        if release?.isEmpty == true { throw ValidationError("--release needs a value.") }
        if let shard, shard < 1 { throw ValidationError("--shard must be 1 or more.") }
        if cursor < 0 { throw ValidationError("--cursor must be 0 or more.") }
        if limit < 0 { throw ValidationError("--limit must be 0 or more.") }
    }

    func run() async throws {
        try await reportingErrors {
            let query = ProvenanceQuery(filter: filter, decision: decision, limit: limit, after: cursor)
            let (isEmpty, mayGoOn): (Bool, Bool)
            switch try await shared.reading() {
            case .store(let store):
                defer { store.close() }
                let count = try show(query, of: store)
                (isEmpty, mayGoOn) = (count == 0, count > 0 && count == limit)
            case .daemon(let daemon):
                var rows = 0
                mayGoOn = try await daemon.forEachProvenance(query) { row throws(SluiceError) in
                    DaemonRoute.show([row], shared, isFirst: rows == 0)
                    rows += 1
                }
                isEmpty = rows == 0
            }
            if isEmpty { Console.note("sluice: no row matches") }
            if mayGoOn { Console.note("sluice: there may be more; see --limit and --cursor") }
        }
    }

    /// Prints the rows, and counts the records among them.
    private func show(_ query: ProvenanceQuery, of store: Store) throws(SluiceError) -> Int {
        try store.read { reader in
            var count = 0
            try reader.forEachProvenance(query) { entry in
                if entry.review == nil { count += 1 }
                if shared.json {
                    var json = JSONText(capacity: 1024)
                    entry.write(to: &json)
                    json.newline()
                    Console.out(bytes: json.bytes)
                } else {
                    Console.out(entry.paragraph)
                }
            }
            return count
        }
    }

    private var filter: ProvenanceQuery.Filter {
        if let digest = document.flatMap({ Digest(hex: $0) }) { return .document(digest) }
        if let record { return .record(record) }
        if let id { return .id(id) }
        if let url { return .url(url) }
        if let host { return .host(host) }
        if let source { return .source(source) }
        if let shard { return .shard(shard) }
        if held { return .held }
        if let release { return .release(release) }
        return .all
    }
}

extension DecisionKind: ExpressibleByArgument {}
