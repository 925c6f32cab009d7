import Hummingbird
import SluiceCore
import SluiceStore

extension PageRoutes {
    /// `/`: what the daemon is doing, and what became of what it took in. With `fragment=1` only the part that changes.
    @Sendable func home(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let fields = try FormFields(queryOf: request, known: ["fragment"])
        let page = HomePage(
            figures: try await figures.figures(engine.questions), store: engine.metrics.storeFigures,
            history: engine.throughput.history(), rate: engine.throughput.rate(over: 10), readiness: engine.readiness,
            spool: engine.spool.status, example: example(request))
        if fields.text("fragment") != nil { return .page(page.live) }
        return .page(
            PageFrame(title: "Overview", section: .overview, caller: context.caller, refreshes: true).html(
                "<div id=\"live\" data-refresh=\"/?fragment=1\">\(page.live)</div>"))
    }

    /// How to hand in a first document, for whoever looks at an empty store.
    private func example(_ request: Request) -> HTML {
        let token: HTML = isOpen ? .empty : "-H \"Authorization: Bearer $TOKEN\" "
        return """
            curl \(token)-H 'Content-Type: application/x-ndjson' \
            --data-binary @documents.jsonl 'http://\(request.head.authority ?? "localhost")/v1/documents?source=news'
            """
    }
}

/// The overview.
struct HomePage {
    let figures: HomeFigures
    let store: StoreFigures
    let history: [Throughput.Second]
    let rate: (records: Double, bytes: Double)
    let readiness: Readiness
    let spool: SpoolStatus
    let example: HTML

    /// The part that changes.
    var live: HTML {
        """
        \(state)
        \(if: store.ledgerSize == 0, empty)
        <section aria-labelledby="h-now"><h2 id="h-now">Now</h2>
        \(tiles)
        \(RatePlot(history).html)
        </section>
        \(if: store.ledgerSize > 0, story)
        """
    }

    private var state: HTML {
        let faults = Health.readiness(readiness).checks.compactMap { check in
            check.fault.map { "\(check.name): \($0)" }
        }
        if faults.isEmpty { return "<p class=\"message good\">Takes work.</p>" }
        let items = faults.map { fault -> HTML in "<li>\(fault)</li>" }
        return "<div class=\"message bad\"><p>Takes no work at the moment:</p><ul>\(items)</ul></div>"
    }

    private var empty: HTML {
        """
        <section class="card"><h2>Nothing taken in yet</h2>
        <p>Hand in documents, a JSON object with a <code>text</code> on each line:</p>
        <pre><code>\(example)</code></pre>
        <p>or run <code>sluice ingest</code> on this machine, or move a finished WET, WARC or JSONL file into the spool's \
        <code>incoming/</code>.</p></section>
        """
    }

    private var tiles: HTML {
        let disk = readiness.disk
        let waiting = spool.waiting + (spool.isBusy ? 1 : 0)
        return """
            <ul class="tiles">
            \(tile("Records", "\(Wording.rate(rate.records))<small>/s</small>", "mean of 10 s"))
            \(tile("Read", "\(Wording.bytes(Int64(rate.bytes)))<small>/s</small>", "as stored"))
            \(tile("Queue", "\(readiness.waiting)<small> of \(readiness.limit)</small>", "sources wait"))
            \(tile("Spool", "\(waiting)<small> waiting</small>", "\(Wording.count(spool.done)) done, \(spool.failed) failed"))
            \(tile("Disk", disk.free.map { "\(Wording.bytes($0))" } ?? "unknown", "free, floor \(Wording.bytes(disk.floor))"))
            </ul>
            """
    }

    private func tile(_ name: String, _ value: HTML, _ note: String) -> HTML {
        """
        <li><span class="tile-name">\(name)</span><strong>\(value)</strong><span class="note">\(note)</span></li>

        """
    }

    private var story: HTML {
        """
        <section aria-labelledby="h-ratio"><h2 id="h-ratio">Synthetic to real, by shard</h2>
        \(shards)
        </section>
        <section aria-labelledby="h-verdicts"><h2 id="h-verdicts">Verdicts by source</h2>
        \(VerdictPlot(figures.verdicts).html)
        \(if: figures.verdicts.cells.isEmpty, "<p>None of the newest records was kept.</p>")
        </section>
        <section aria-labelledby="h-decisions"><h2 id="h-decisions">What became of the records</h2>
        \(decisions)
        </section>
        """
    }

    private var shards: HTML {
        if figures.shards.isEmpty {
            return """
                <p>No shard is open yet: a first one opens with the first document that fits under the cap. \
                \(Wording.count(store.held, "document is", "documents are")) held until then.</p>
                """
        }
        return """
            \(ShardPlot(figures.shards).html)
            <details id="d-shards"><summary>The figures</summary>
            \(ShardTable.html(figures.shards))</details>
            <p class="note">\(Wording.count(store.held, "kept document is", "kept documents are")) held: no shard has room \
            for them under its cap. <a href="/shards">All \(Wording.count(store.shards.opened, "shard"))</a></p>
            """
    }

    private var decisions: HTML {
        var counts: [(name: HTML, count: Int64)] = [
            ("kept", store.kept), ("duplicate, exact", store.duplicateExact), ("duplicate, near", store.duplicateNear),
        ]
        for reason in Reason.allCases {
            let count = store.rejected[reason, default: 0]
            if count > 0 { counts.append(("rejected, \(reason.rawValue)", count)) }
        }
        let most = max(counts.map(\.count).max() ?? 1, 1)
        let all = max(counts.reduce(0) { $0 + $1.count }, 1)
        let rows = counts.map { name, count -> [HTML] in
            let length = Int((Double(count) / Double(most) * 240).rounded(.up))
            let bar: HTML = """
                <svg class="count" viewBox="0 0 240 12" width="240" height="12" aria-hidden="true">\
                <rect width="\(length)" height="12"/></svg>
                """
            return [name, HTML(Wording.count(count)), HTML(Wording.percent(Double(count) / Double(all))), bar]
        }
        let table = Table(
            caption: "Records by decision and reason",
            columns: [.text("Decision"), .number("Records"), .number("Share"), .text("")], rows: rows, style: .bars)
        return """
            \(table.html)
            <p class="note">\(Wording.count(store.ledgerSize, "record")) of \
            \(Wording.count(store.sourcesBegun, "source")), \(Wording.bytes(store.textBytes)) of text. Verdicts on what was \
            kept: \(Wording.count(store.verdicts[.real, default: 0])) real, \
            \(Wording.count(store.verdicts[.uncertain, default: 0])) uncertain, \
            \(Wording.count(store.verdicts[.synthetic, default: 0])) synthetic; \
            \(Wording.count(store.reviews.values.reduce(0, +), "review")).</p>
            """
    }
}
