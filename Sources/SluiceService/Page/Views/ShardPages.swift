import Hummingbird
import SluiceCore
import SluiceLedger
import SluiceStore

extension PageRoutes {
    /// Shards, and documents of a shard, on a page.
    private static let pageSize = 50

    /// `/shards`: all of them, the newest first.
    @Sendable func shards(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let last = try FormFields(queryOf: request, known: ["upto"]).number("upto") ?? .max
        var shards = try await engine.questions.ask {
            try $0.shards(upTo: last, limit: PageRoutes.pageSize + 1)
        }
        let next = shards.count > PageRoutes.pageSize ? shards.removeLast().id : nil
        let frame = PageFrame(title: "Shards", section: .shards, caller: context.caller)
        guard !shards.isEmpty else { return .page(frame.html(PageRoutes.noShards)) }
        let hasOpen = last == .max && shards.first.map { !$0.isSealed && $0.totals.documents > 0 } == true
        return .page(
            frame.html(
                """
                \(ShardPlot(shards).html)
                \(ShardTable.html(shards))
                \(next.map { "<p><a href=\"/shards?upto=\($0)\">Older shards</a></p>" } ?? .empty)
                \(if: hasOpen && context.caller.may(.admin), PageRoutes.sealForm)
                """))
    }

    /// `/shards/{shard}`: one of them, with its documents in the order in which they were admitted.
    @Sendable func shard(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let number = try context.number("shard")
        let from = try FormFields(queryOf: request, known: ["from"]).number("from") ?? 0
        let found = try await engine.questions.ask(on: .long) { reader in
            guard let shard = try reader.shard(number) else { return (StoredShard, [AdmittedDocument])?.none }
            var documents: [AdmittedDocument] = []
            try reader.forEachAdmitted(toShard: number, by: from ... .max, limit: PageRoutes.pageSize + 1) {
                documents.append($0)
            }
            return (shard, documents)
        }
        guard let (shard, all) = found else { throw Problem(.notFound, "there is no shard \(number)") }
        let next = all.count > PageRoutes.pageSize ? all.last?.admission : nil
        let documents = Array(all.prefix(PageRoutes.pageSize))
        let more: HTML = next.map { "<p><a href=\"/shards/\(number)?from=\($0)\">Later documents</a></p>" } ?? .empty
        let stream: HTML = """
            <p><a href="/v1/shards/\(number)/documents" download="shard-\(number).jsonl">All documents as JSON lines</a></p>
            """
        let isOpen = !shard.isSealed && shard.totals.documents > 0
        return .page(
            PageFrame(title: "Shard \(number)", section: .shards, caller: context.caller).html(
                """
                \(PageRoutes.facts(shard))
                \(if: context.caller.may(.export), stream)
                <section aria-labelledby="h-documents"><h2 id="h-documents">Documents</h2>
                \(AdmittedTable.html(documents))
                \(if: documents.isEmpty, "<p>No document is in this shard.</p>")
                \(more)</section>
                \(if: isOpen && context.caller.may(.admin), PageRoutes.sealForm)
                """))
    }

    /// `POST /shards/seal`: seals the open shard.
    @Sendable func seal(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.admin)
        guard try await FormFields(bodyOf: request).text("sure") != nil else {
            throw Problem(.badParameter, "say that you are sure: a sealed shard never changes again")
        }
        return .redirect(to: "/shards/\(try await engine.sealShard())")
    }

    private static func facts(_ shard: StoredShard) -> HTML {
        Badges.facts([
            ("State", shard.isSealed ? "sealed" : "open"),
            ("Documents", HTML(Wording.count(shard.totals.documents))),
            ("Tokens", "\(Wording.count(shard.totals.tokens)) of \(Wording.count(shard.settings.targetTokens))"),
            ("Real tokens", HTML(Wording.count(shard.totals.real / 1000))),
            ("Synthetic tokens", HTML(Wording.count(shard.totals.synthetic / 1000))),
            (
                "Ratio",
                """
                \(Wording.ratio(shard.totals.ratio)) <small>of cap \(Wording.cap(shard.settings.capPPM))</small>
                """
            ),
        ])
    }

    private static let noShards: HTML = """
        <p>There is no shard yet. One opens with the first document that fits under the cap; \
        <a href="/">the overview</a> says how to hand one in.</p>
        """

    private static let sealForm: HTML = """
        <form class="card" method="post" action="/shards/seal"><h2>Seal the open shard</h2>
        <p>A shard is sealed by itself when it has reached its size. Sealing it now makes it ready for an export.</p>
        <p><label class="check"><input type="checkbox" name="sure" value="1" required> I know that a sealed shard never \
        changes again.</label></p>
        <button type="submit">Seal</button></form>
        """
}

/// Shards as a table.
enum ShardTable {
    /// The shards, in the order given.
    static func html(_ shards: [StoredShard]) -> HTML {
        let rows = shards.map { shard -> [HTML] in
            [
                Badges.shard(shard.id), shard.isSealed ? "sealed" : "open",
                HTML(Wording.count(shard.totals.documents)), HTML(Wording.count(shard.totals.tokens)),
                HTML(Wording.count(shard.totals.synthetic / 1000)), HTML(Wording.ratio(shard.totals.ratio)),
                HTML(Wording.cap(shard.settings.capPPM)),
            ]
        }
        return Table(
            caption: "Shards, with their ratios of synthetic to real tokens",
            columns: [
                .text("Shard"), .text("State"), .number("Documents"), .number("Tokens"), .number("Synthetic"),
                .number("Ratio"), .number("Cap"),
            ], rows: rows
        ).html
    }
}

/// Documents of a shard as a table.
enum AdmittedTable {
    /// The documents, in the order given.
    static func html(_ documents: [AdmittedDocument]) -> HTML {
        let rows = documents.map { document -> [HTML] in
            let judgement = document.row.judgement.map { document.review?.judgement(over: $0) ?? $0 }
            return [
                document.row.document.map(Badges.document) ?? .empty,
                Badges.foreign(document.url ?? document.row.recordID ?? "–"),
                Badges.source(document.sourceLabel ?? document.sourceName),
                judgement.map(Badges.verdict) ?? .empty, HTML(Wording.count(document.row.tokens ?? 0)),
                HTML(Wording.count(document.synthetic / 1000)),
            ]
        }
        return Table(
            caption: "Documents of the shard",
            columns: [
                .text("Document"), .text("Address or id"), .text("Source"), .text("Verdict"), .number("Tokens"),
                .number("Synthetic"),
            ], rows: rows
        ).html
    }
}
