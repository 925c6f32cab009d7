import Hummingbird
import SluiceCore
import SluiceLedger
import SluiceStore

extension PageRoutes {
    private static let rowsOnPage = 50

    /// `/search?q=`: the rows that what was typed may mean, by the first meaning that finds any.
    @Sendable func search(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let fields = try FormFields(queryOf: request, known: ["q", "after"])
        let text = String((fields.text("q") ?? "").prefix(Record.nameLimit))
        let term = SearchTerm(text)
        let frame = PageFrame(title: text.isEmpty ? "Find" : "Found", caller: context.caller, query: text)
        if term.meanings.isEmpty { return .page(frame.html(PageRoutes.help)) }
        let after = fields.number("after") ?? 0
        let found = try await engine.questions.ask(on: .long) { reader in
            try PageRoutes.find(term, after: after, reader)
        }
        guard let found else {
            var empty = frame
            empty.title = "Nothing found"
            return .page(empty.html(PageRoutes.nothing(term)))
        }
        let rows = found.rows
        let digests = Set(rows.compactMap(\.row.document))
        if after == 0, case .document = found.meaning.filter, let digest = digests.first {
            return .redirect(to: "/document/\(digest.hex)")
        }
        let next = found.next.map { next -> HTML in
            "<p><a href=\"/search?q=\(Wording.query(text))&amp;after=\(next)\">Later records</a></p>"
        }
        return .page(
            frame.html(
                """
                <p>Records by \(found.meaning.name) \(Badges.foreign(text))\
                \(if: after > 0, ", continued"), in the order of decision.</p>
                \(EntryTable.html(rows))
                \(next ?? .empty)
                """))
    }

    private struct Found: Sendable {
        var meaning: SearchTerm.Meaning
        var rows: [ProvenanceEntry]
        var next: Int64?
    }

    private static func find(_ term: SearchTerm, after: Int64, _ reader: StoreReader) throws -> Found? {
        for meaning in term.meanings {
            let query = ProvenanceQuery(filter: meaning.filter, limit: rowsOnPage + 1, after: after)
            // Reviews come with the rows; the list shows what is in force.
            var rows: [ProvenanceEntry] = []
            try reader.forEachProvenance(query) { entry in
                if rows.last?.row.seq == entry.row.seq { rows.removeLast() }
                rows.append(entry)
            }
            if rows.isEmpty { continue }
            guard rows.count > rowsOnPage else { return Found(meaning: meaning, rows: rows) }
            rows.removeLast()
            return Found(meaning: meaning, rows: rows, next: rows.last?.row.seq)
        }
        return nil
    }

    private static func nothing(_ term: SearchTerm) -> HTML {
        let names = term.meanings.map(\.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return """
            <p>No record was found for \(Badges.foreign(term.text)). It was looked for as \
            \(names.joined(separator: ", ")).</p>
            <p>An address must be exactly as it was captured. An address that was erased on request is not found any more.</p>
            \(help)
            """
    }

    private static let help: HTML = """
        <section aria-labelledby="h-help"><h2 id="h-help">What can be found</h2>
        <dl class="facts wide">
        <div><dt>a document</dt><dd>by the SHA-256 of its text, 64 hexadecimal digits</dd></div>
        <div><dt>an address</dt><dd><code>https://www.example.org/page</code>, exactly</dd></div>
        <div><dt>a host</dt><dd><code>www.example.org</code></dd></div>
        <div><dt>a WARC record</dt><dd><code>&lt;urn:uuid:…&gt;</code>, or the UUID alone</dd></div>
        <div><dt>the id of a JSON line</dt><dd>exactly; <code>id:</code> before it leaves no other meaning</dd></div>
        <div><dt>a source</dt><dd><code>source:NAME</code>, a label or the name of a file</dd></div>
        <div><dt>a release</dt><dd><code>release:NAME</code></dd></div>
        </dl></section>
        """
}

/// Provenance rows as a table.
enum EntryTable {
    /// The rows, in the order given.
    static func html(_ entries: [ProvenanceEntry]) -> HTML {
        let rows = entries.map { entry -> [HTML] in
            [
                HTML(Wording.count(entry.row.seq)), decision(entry),
                entry.row.document.map(Badges.document) ?? "–",
                Badges.foreign(entry.url ?? entry.row.recordID ?? "–"),
                Badges.source(entry.sourceLabel ?? entry.sourceName),
                entry.row.judgement.map(Badges.verdict) ?? "–",
                entry.row.decision == .kept ? Badges.shard(entry.shard) : "–",
            ]
        }
        return Table(
            caption: "Records",
            columns: [
                .number("Row"), .text("Decision"), .text("Document"), .text("Address or id"), .text("Source"),
                .text("Verdict"), .text("Shard"),
            ], rows: rows
        ).html
    }

    /// The decision, and why it was not another.
    static func decision(_ entry: ProvenanceEntry) -> HTML {
        let tag = Badges.decision(entry.row.decision)
        switch entry.row.outcome {
        case .kept: return tag
        case .rejected(let reason, _): return "\(tag) <small>\(reason.rawValue)</small>"
        case .duplicate(let match):
            return "\(tag) <small>\(match.kind.rawValue), \(Wording.fixed(match.similarity, 3))</small>"
        }
    }
}
