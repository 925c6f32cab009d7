import Foundation
import SluiceCore
import SluiceService
import SluiceStore
import Testing

@Suite struct `The daemon's metrics` {
    private let ledger: Ledger

    init() throws { ledger = try Ledger() }

    private func metrics(
        version: String = "0.1.0", routes: [String] = ["/v1/stats", "/v1/documents/{sha256}"], disk: DiskFloor? = nil
    ) throws -> ServiceMetrics {
        try ServiceMetrics(
            store: ledger.store, version: version, model: Digest.of([1]), routes: routes, disk: disk)
    }

    /// The families that show what the store counts.
    private static let ofStore = [
        "records", "rejected", "documents", "text_bytes", "source_bytes", "skipped_bytes", "sources", "held_documents",
        "ledger_size", "shard",
    ]

    private func storeSamples(_ metrics: ServiceMetrics) throws -> [PrometheusText.Sample] {
        try PrometheusText(metrics.render()).families.filter { family in
            Self.ofStore.contains { family.name.hasPrefix("sluice_" + $0) }
        }.flatMap(\.samples)
    }

    @Test func `are those of the store from the start, and stay so with every commit`() throws {
        let fromTheStart = try metrics()
        for _ in 0..<20 {
            fromTheStart.advance(by: try ledger.commit())
            #expect(try storeSamples(fromTheStart) == storeSamples(metrics()))
        }
        fromTheStart.advance(by: try ledger.seal())
        #expect(try storeSamples(fromTheStart) == storeSamples(metrics()))
        let text = try PrometheusText(fromTheStart.render())
        let statistics = try ledger.store.read { try $0.statistics() }
        #expect(text.value("sluice_records_total", ["decision": "kept"]) == Double(statistics.progress.kept))
        #expect(text.value("sluice_rejected_total", ["reason": "no-words"]) == 20)
        #expect(text.value("sluice_documents", ["verdict": "uncertain"]) == Double(statistics.progress.kept))
        #expect(text.value("sluice_held_documents") == Double(statistics.held))
        #expect(statistics.held > 0)
        #expect(text.value("sluice_ledger_size") == Double(statistics.ledgerSize))
        #expect(text.value("sluice_sources_total", ["state": "begun"]) == 20)
        #expect(text.value("sluice_sources_total", ["state": "done"]) == 10)
        #expect(text.value("sluice_shards_total", ["state": "sealed"]) == 1)
        #expect(text.value("sluice_shard_synthetic_ratio") == nil)
        #expect(text.value("sluice_commit_duration_seconds_count") == 20)
    }

    @Test func `show the open shard against its cap`() throws {
        _ = try ledger.commit()
        let text = try PrometheusText(metrics().render())
        let shard = try #require(try ledger.store.read { try $0.shards() }.first)
        #expect(text.value("sluice_shard_cap_ratio") == 0.1)
        #expect(text.value("sluice_shard_tokens", ["kind": "real"]) == Double(shard.totals.real) / 1000)
        #expect(text.value("sluice_shard_synthetic_ratio") == shard.totals.ratio)
    }

    @Test func `count requests by route, method and class, and no more of them than there are`() throws {
        let metrics = try metrics()
        metrics.countRequest(route: "/v1/stats", method: "GET", status: 200, duration: .milliseconds(3))
        metrics.countRequest(route: "/v1/stats", method: "GET", status: 204, duration: .seconds(60))
        for number in 0..<1000 {
            metrics.countRequest(route: nil, method: "METHOD\(number)", status: number, duration: .milliseconds(1))
            metrics.countRequest(route: "/\(number)", method: "GET", status: 404, duration: .milliseconds(-1))
        }
        let text = try PrometheusText(metrics.render())
        let (get, other) = (["method": "GET"], ["method": "other", "route": "other"])
        let name = "sluice_http_requests_total"
        #expect(text.value(name, get.merging(["route": "/v1/stats", "status": "2xx"]) { $1 }) == 2)
        #expect(text.value(name, get.merging(["route": "other", "status": "4xx"]) { $1 }) == 1000)
        #expect(text.value(name, other.merging(["status": "5xx"]) { $1 }) == 500)
        #expect(text.families.first { $0.name == name }?.samples.count == 7)
        let duration = "sluice_http_request_duration_seconds"
        #expect(text.value(duration + "_bucket", ["route": "/v1/stats", "le": "0.0025"]) == 0)
        #expect(text.value(duration + "_bucket", ["route": "/v1/stats", "le": "0.005"]) == 1)
        #expect(text.value(duration + "_bucket", ["route": "/v1/stats", "le": "10"]) == 1)
        #expect(text.value(duration + "_bucket", ["route": "/v1/stats", "le": "+Inf"]) == 2)
        #expect(text.value(duration + "_sum", ["route": "/v1/stats"]) == 60.003)
        #expect(text.value(duration + "_count", ["route": "other"]) == 2000)
    }

    @Test func `show queue, spool, connections, reviews, disk and process`() throws {
        let metrics = try metrics(
            version: "a \"b\" \\ c\nd",
            disk: DiskFloor(17, directory: "/", logger: LogFile().logger, probe: { 5_000_000_000 }))
        metrics.setQueue(sources: 3, limit: 64)
        metrics.setSpool(waiting: 12, done: 2, failed: 0)
        metrics.setConnections(1)
        var review = CommitDelta()
        review.reviews = [.synthetic: 1]
        metrics.advance(by: review)
        let text = try PrometheusText(metrics.render())
        for (name, value) in [
            ("intake_queue_sources", 3), ("intake_queue_limit", 64), ("spool_waiting_files", 12),
            ("http_connections", 1), ("disk_free_bytes", 5_000_000_000), ("disk_floor_bytes", 17),
        ] as [(String, Double)] {
            #expect(text.value("sluice_" + name) == value, "\(name)")
        }
        #expect(text.value("sluice_spool_files_total", ["result": "done"]) == 2)
        #expect(text.value("sluice_spool_files_total", ["result": "failed"]) == 0)
        #expect(text.value("sluice_reviews_total", ["verdict": "synthetic"]) == 1)
        let labels = ["version": "a \"b\" \\ c\nd", "model": Digest.of([1]).hex]
        #expect(text.value("sluice_build_info", labels) == 1)
        #expect(abs((text.value("sluice_start_time_seconds") ?? 0) - Date().timeIntervalSince1970) < 60)
        #expect(try #require(text.value("sluice_process_resident_memory_bytes")) > 1_000_000)
        #expect(try #require(text.value("sluice_process_cpu_seconds_total")) > 0)
        #expect(try #require(text.value("sluice_process_open_fds")) > 2)
    }

    @Test func `are the ones of the documentation, all of them`() throws {
        let rows = try Documentation.rows()
        #expect(rows == MetricSeries.all.map { Documentation.Row($0) })
        let families = try PrometheusText(metrics().render()).families
        #expect(families.map(\.name) == rows.map(\.name))
        #expect(families.map(\.type) == rows.map(\.type))
        #expect(families.map(\.help) == rows.map(\.help))
    }

    @Test func `carry the labels that are documented, and no others`() throws {
        let metrics = try metrics()
        metrics.advance(by: try ledger.commit())
        metrics.countRequest(route: "/v1/stats", method: "GET", status: 200, duration: .milliseconds(3))
        for (family, series) in zip(try PrometheusText(metrics.render()).families, MetricSeries.all) {
            for sample in family.samples {
                #expect(Set(sample.labels.keys).subtracting(["le"]) == Set(series.labels), "\(family.name)")
            }
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "promtool is not installed"))
    func `please Prometheus' own check`() throws {
        let metrics = try metrics()
        metrics.advance(by: try ledger.commit())
        metrics.countRequest(route: "/v1/stats", method: "GET", status: 200, duration: .milliseconds(3))
        let folder = try TemporaryFolder()
        let input = try folder.file("metrics", String(decoding: metrics.render(), as: UTF8.self))
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/promtool")
        process.arguments = ["check", "metrics"]
        process.standardInput = FileHandle(forReadingAtPath: input)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }
}

/// The table of `docs/metrics.md`.
private enum Documentation {
    struct Row: Equatable {
        var name: String
        var type: String
        var labels: [String]
        var help: String
    }

    static func rows() throws -> [Row] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `sluice_") }.compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4 else { return nil }
            func bare(_ text: String) -> String { text.replacingOccurrences(of: "`", with: "") }
            let labels = bare(cells[2]).split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            return Row(name: bare(cells[0]), type: cells[1], labels: labels, help: cells[3])
        }
    }
}

extension Documentation.Row {
    init(_ series: MetricSeries) {
        self.init(
            name: MetricSeries.prefix + series.name, type: series.kind.rawValue, labels: series.labels,
            help: series.help)
    }
}
