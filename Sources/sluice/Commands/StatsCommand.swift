import ArgumentParser
import SluiceCore
import SluiceService
import SluiceStore

struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "The store in figures.")

    /// A daemon's store has a source for each request that brought documents.
    fileprivate static let sourcesShown = 20

    @OptionGroup var shared: SharedOptions

    func run() async throws {
        try await reportingErrors {
            let store: Store
            switch try await shared.reading() {
            case .store(let opened): store = opened
            case .daemon(let daemon): return DaemonRoute.show([try await daemon.statistics()], shared)
            }
            defer { store.close() }
            let (statistics, sources) = try store.read { (try $0.statistics(), try $0.sources()) }
            guard shared.json else { return Console.out(statistics.table(sources)) }
            var json = JSONText()
            json.object { json in
                statistics.writeMembers(to: &json)
                json.key("sources")
                json.array { json in
                    for source in sources { source.write(to: &json) }
                }
            }
            Console.out(json.string)
        }
    }
}

extension StoreStatistics {
    /// The figures for people.
    func table(_ sources: [StoredSource]) -> String {
        var lines = [
            "\(progress.records) records: \(progress.kept) kept, \(progress.duplicateExact) exact and "
                + "\(progress.duplicateNear) near duplicates, \(progress.rejected) rejected"
        ]
        for reason in rejected.keys.sorted() { lines.append("  rejected \(reason): \(rejected[reason, default: 0])") }
        if reviews > 0 { lines.append("  \(reviews) reviews by people, the latest of each document counted:") }
        for verdict in Verdict.allCases {
            lines.append("  kept as \(verdict.rawValue): \(verdicts[verdict, default: 0])   (\(verdict.meaning))")
        }
        lines.append(
            "\(shards) shards with \(admitted.documents) documents, \(admitted.tokens) tokens; \(held) documents held")
        let shown = sources.suffix(StatsCommand.sourcesShown)
        if shown.count < sources.count {
            lines.append("the newest \(shown.count) of \(sources.count) sources; --json has them all")
        }
        for source in shown {
            let label = source.description.label.map { " (\($0.onOneLine))" } ?? ""
            lines.append(
                "\(source.description.name.onOneLine)\(label): \(source.progress.records) records, "
                    + "\(source.progress.skippedBytes) bytes skipped, \(source.progress.isDone ? "complete" : "not complete")"
            )
        }
        return lines.joined(separator: "\n")
    }
}
