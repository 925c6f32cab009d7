import ArgumentParser
import SluiceCore
import SluiceStore

struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "The store in figures.")

    @OptionGroup var shared: SharedOptions

    func run() async throws {
        try await reportingErrors {
            let store = try shared.openStore()
            defer { store.close() }
            let (statistics, sources) = try store.read { (try $0.statistics(), try $0.sources()) }
            Console.out(shared.json ? statistics.json(sources) : statistics.table(sources))
        }
    }
}

extension StoreStatistics {
    /// The figures as one JSON object.
    func json(_ sources: [StoredSource]) -> String {
        var json = JSONText()
        json.object { json in
            for (key, count) in [
                ("records", progress.records), ("kept", progress.kept),
            ] {
                json.member(key, count)
            }
            json.key("duplicates")
            json.object { json in
                json.member("exact", progress.duplicateExact)
                json.member("near", progress.duplicateNear)
            }
            json.key("rejected")
            json.object { json in
                for reason in rejected.keys.sorted() {
                    json.key(reason)
                    json.value(rejected[reason])
                }
            }
            json.key("verdicts")
            json.object { json in
                for verdict in Verdict.allCases {
                    json.key(verdict.rawValue)
                    json.value(verdicts[verdict, default: 0])
                }
            }
            json.member("held", held)
            json.key("tokens")
            json.object { json in
                for (key, mass) in [
                    ("real", admitted.real), ("synthetic", admitted.synthetic), ("heldReal", heldReal),
                    ("heldSynthetic", heldSynthetic),
                ] {
                    json.key(key)
                    json.value(thousandths: mass)
                }
            }
            json.member("shards", shards)
            json.member("releases", releases)
            json.member("reviews", reviews)
            json.member("ledgerSize", ledgerSize)
            json.key("sources")
            json.array { json in
                for source in sources { source.write(to: &json) }
            }
        }
        return json.string
    }

    /// The figures for people.
    func table(_ sources: [StoredSource]) -> String {
        var lines = [
            "\(progress.records) records: \(progress.kept) kept, \(progress.duplicateExact) exact and "
                + "\(progress.duplicateNear) near duplicates, \(progress.rejected) rejected"
        ]
        for reason in rejected.keys.sorted() { lines.append("  rejected \(reason): \(rejected[reason, default: 0])") }
        if reviews > 0 { lines.append("  \(reviews) reviews by people, the latest of each document counted:") }
        for verdict in Verdict.allCases { lines.append("  \(verdict.rawValue): \(verdicts[verdict, default: 0])") }
        lines.append(
            "\(shards) shards with \(admitted.documents) documents, \(admitted.tokens) tokens; \(held) documents held")
        for source in sources {
            lines.append(
                "\(source.description.name): \(source.progress.records) records, "
                    + "\(source.progress.skippedBytes) bytes skipped, \(source.progress.isDone ? "complete" : "not complete")"
            )
        }
        return lines.joined(separator: "\n")
    }
}

extension StoredSource {
    fileprivate func write(to json: inout JSONText) {
        json.object { json in
            json.member("name", description.label ?? description.name)
            json.member("file", description.name)
            json.member("sha256", description.digest.hex)
            json.member("bytes", description.bytes)
            json.member("state", progress.isDone ? "done" : "reading")
            for (key, count) in [
                ("records", progress.records), ("kept", progress.kept),
                ("duplicate", progress.duplicateExact + progress.duplicateNear), ("rejected", progress.rejected),
                ("text", progress.textBytes), ("skipped", progress.skippedBytes),
            ] {
                json.member(key, count)
            }
        }
    }
}
