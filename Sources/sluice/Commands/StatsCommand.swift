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
                json.key(key)
                json.value(count)
            }
            json.key("duplicates")
            json.object { json in
                json.key("exact")
                json.value(progress.duplicateExact)
                json.key("near")
                json.value(progress.duplicateNear)
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
            json.key("held")
            json.value(held)
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
            json.key("shards")
            json.value(shards)
            json.key("releases")
            json.value(releases)
            json.key("ledgerSize")
            json.value(ledgerSize)
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
            json.key("name")
            json.value(description.label ?? description.name)
            json.key("file")
            json.value(description.name)
            json.key("sha256")
            json.value(description.digest.hex)
            json.key("bytes")
            json.value(description.bytes)
            json.key("state")
            json.value(progress.isDone ? "done" : "reading")
            for (key, count) in [
                ("records", progress.records), ("kept", progress.kept),
                ("duplicate", progress.duplicateExact + progress.duplicateNear), ("rejected", progress.rejected),
                ("text", progress.textBytes), ("skipped", progress.skippedBytes),
            ] {
                json.key(key)
                json.value(count)
            }
        }
    }
}
