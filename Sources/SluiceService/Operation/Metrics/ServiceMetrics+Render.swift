import SluiceCore
import SluiceStore

extension ServiceMetrics.State {
    /// Every series, each under the name that ``MetricSeries`` gives it.
    func render(_ process: ProcessFigures) -> [UInt8] {
        var text = MetricsText()
        for series in MetricSeries.all {
            text.begin(series)
            write(series, process, to: &text)
        }
        return text.bytes
    }

    private func write(_ series: MetricSeries, _ process: ProcessFigures, to text: inout MetricsText) {
        switch series {
        case .buildInfo: text.sample(Int64(1), [("version", version), ("model", model)])
        case .startTime: text.sample(startSeconds)
        case .residentMemory: if let bytes = process.residentBytes { text.sample(bytes) }
        case .processorTime: text.sample(process.processorSeconds)
        case .openFiles: if let files = process.openFiles { text.sample(files) }
        case .diskFree: if let free = disk?.free { text.sample(Int64(clamping: free)) }
        case .diskFloor: if let disk { text.sample(Int64(clamping: disk.floor)) }
        case .commitDuration: text.samples(commits)
        case .queueSources: text.sample(queueSources)
        case .queueLimit: text.sample(queueLimit)
        case .spoolWaiting: text.sample(spoolWaiting)
        case .connections: text.sample(connections)
        case .spoolFiles:
            for result in ServiceMetrics.SpoolResult.allCases {
                text.sample(spoolFiles[result, default: 0], [("result", result.rawValue)])
            }
        case .requests:
            requests.forEach { text.sample($3, [("route", $0), ("method", $1), ("status", $2)]) }
        case .requestDuration:
            for (route, durations) in zip(requests.routes, requests.durations) where durations.count > 0 {
                text.samples(durations, [("route", route)])
            }
        default: writeStore(series, to: &text)
        }
    }

    private func writeStore(_ series: MetricSeries, to text: inout MetricsText) {
        switch series {
        case .records:
            for (decision, count) in [
                ("kept", store.kept), ("duplicate_exact", store.duplicateExact),
                ("duplicate_near", store.duplicateNear), ("rejected", store.rejected.values.reduce(0, &+)),
            ] {
                text.sample(count, [("decision", decision)])
            }
        case .rejected:
            for reason in Reason.allCases {
                text.sample(store.rejected[reason, default: 0], [("reason", reason.rawValue)])
            }
        case .documents: write(store.verdicts, to: &text)
        case .reviews: write(store.reviews, to: &text)
        case .textBytes: text.sample(store.textBytes)
        case .sourceBytes: text.sample(store.sourceBytes)
        case .skippedBytes: text.sample(store.skippedBytes)
        case .sources:
            text.sample(store.sourcesBegun, [("state", "begun")])
            text.sample(store.sourcesDone, [("state", "done")])
        case .held: text.sample(store.held)
        case .ledger: text.sample(store.ledgerSize)
        case .shards:
            text.sample(store.shards.opened, [("state", "opened")])
            text.sample(store.shards.sealed, [("state", "sealed")])
        case .shardRatio:
            guard let totals = store.shards.open?.totals else { return }
            text.sample(totals.ratio ?? 0)
        case .shardCap:
            if let shard = store.shards.open { text.sample(Double(shard.settings.capPPM) / 1_000_000) }
        case .shardTokens:
            guard let totals = store.shards.open?.totals else { return }
            text.sample(Double(totals.real) / 1000, [("kind", "real")])
            text.sample(Double(totals.synthetic) / 1000, [("kind", "synthetic")])
        default: break
        }
    }

    private func write(_ verdicts: [Verdict: Int64], to text: inout MetricsText) {
        for verdict in Verdict.allCases {
            text.sample(verdicts[verdict, default: 0], [("verdict", verdict.rawValue)])
        }
    }
}

extension MetricSeries {
    fileprivate static func ~= (pattern: MetricSeries, series: MetricSeries) -> Bool { pattern.name == series.name }
}
