import ArgumentParser
import SluiceCore
import SluiceDetect
import SluiceExport
import SluicePipeline
import SluiceService
import SluiceStore

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the admitted documents as training shards under a cap.",
        discussion: """
            The directory appears when every file in it has been read back and checked. With --release the export is \
            entered in the store under that name, and provenance shows which documents went into it.
            """)

    @OptionGroup var shared: SharedOptions

    @Option(help: ArgumentHelp("The directory to make, in one that is there.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("The release's name, for this very export only.", valueName: "name"))
    var release: String?

    @Option(help: ArgumentHelp("A cap below that of the shards.", valueName: "ratio"))
    var cap: Double?

    @Option(help: "How the files are compressed: zstd, gzip or none.")
    var compression: ExportCompression = .zstd

    func validate() throws {
        if let cap, !(0...1).contains(cap) { throw ValidationError("--cap must be from 0 to 1.") }
        if let release, !GivenName.isOne(release) { throw ValidationError("--release must have \(GivenName.rule).") }
    }

    func run() async throws {
        try await reportingErrors {
            let summary: ExportSummary
            switch release == nil ? try await shared.reading() : try await shared.writing() {
            case .store(let store):
                defer { store.close() }
                let settings = try shared.settings()
                summary = try export(store, settings)
                if cap == nil, summary.capPPM != ShardSettings.ppm(settings.shards.cap) {
                    Console.note(
                        "sluice: the cap is the lowest that a shard of this store was begun with, whatever shards.cap is now"
                    )
                }
            case .daemon(let daemon):
                if let finished = try finished() {
                    summary = finished
                    break
                }
                let export = RemoteExport(
                    release: release, cap: cap, compression: compression, client: daemon,
                    patience: DaemonRoute.patience)
                summary = try await export.run(to: output)
            }
            Console.out(shared.json ? summary.json : summary.table)
            noteLeftOut(summary)
            if let left = summary.leftSince, left.documents > 0 {
                Console.note(
                    "sluice: not in this release: \(Console.count(left.documents, "document")) of \(left.release), "
                        + "\(left.real) by people as far as is known; left_since in its manifest says which and why")
            }
            for path in summary.spared {
                Console.note(
                    "sluice: \(path) holds a finished release that this store does not know; it was left alone")
            }
            if cap != nil && summary.isCapFromShards {
                Console.note("sluice: the shards' own cap is lower than --cap, and holds")
            }
        }
    }
}

extension ExportCommand {
    /// Says why the ratio has no bound, where that is so, and why documents are in no file.
    private func noteLeftOut(_ summary: ExportSummary) {
        let withoutRoom = summary.leftOut - summary.tooLong
        if summary.bound.ratio == nil, summary.totals.ratio != nil {
            let reason =
                summary.bound.doubt == .anchorsLookSynthetic
                ? ", since the detector takes documents for synthetic that are known to be human; `audit` in the manifest says where"
                : ""
            Console.note("sluice: the ratio has no bound\(reason)")
        } else if withoutRoom > 0, summary.keepsBound {
            Console.note(
                "sluice: left out under the cap, which the bound on the ratio has to keep too: "
                    + "\(Console.count(withoutRoom, "document")); with export.bound: report the ratio alone has")
        }
        if summary.tooLong > 0 {
            Console.note(
                "sluice: left out because their lines are too long for a file: "
                    + "\(Console.count(summary.tooLong, "document")); a larger export.file_bytes has space for them")
        }
    }

    private func export(_ store: Store, _ settings: Settings) throws(SluiceError) -> ExportSummary {
        try exporter(of: store, settings).export(to: output)
    }

    /// A release that was finished without the daemon and never got to its place, which its store can be asked for.
    private func finished() throws(SluiceError) -> ExportSummary? {
        guard let store = try? shared.openStore() else { return nil }
        defer { store.close() }
        return try exporter(of: store, try shared.settings()).finished(in: output)
    }

    private func exporter(of store: Store, _ settings: Settings) -> Exporter {
        Exporter(
            store: store,
            settings: ExportSettings(
                release: release, capPPM: cap.map(ShardSettings.ppm), prior: settings.detection.prior,
                enforcesBound: settings.export.enforcesBound, compression: compression,
                fileBytes: settings.export.fileBytes, toolVersion: Tool.version, configuration: settings.digest))
    }
}

extension ExportCompression: ExpressibleByArgument {}

extension ExportSummary {
    /// The summary for people.
    fileprivate var table: String {
        let all = totals
        let ratio = all.ratio.map { JSONText.decimal($0, places: 4) } ?? "-"
        var lines = [
            "\(Console.count(all.documents, "document")), \(Console.count(all.tokens, "token")) in "
                + "\(Console.count(Int64(files.count), "file")) at \(directory)",
            "synthetic:real \(ratio), \(bound.text), cap \(JSONText.decimal(Double(capPPM) / 1_000_000)), "
                + "\(Console.count(leftOut, "document")) left out",
        ]
        for file in files {
            let ratio = file.totals.ratio.map { JSONText.decimal($0, places: 4) } ?? "-"
            let documents = Console.count(file.totals.documents, "document")
            lines.append("  \(file.name)  \(documents)  ratio \(ratio)  \(file.bytes) bytes")
        }
        return lines.joined(separator: "\n")
    }
}
