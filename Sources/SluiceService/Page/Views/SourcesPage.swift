import Hummingbird
import SluiceCore
import SluiceStore

extension PageRoutes {
    private static let sourcesOnPage = 50
    /// The newest records of a source whose verdicts are counted.
    private static let recordsOfSource = 2048

    /// `/sources`: what came in, the newest first.
    @Sendable func sources(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let last = try FormFields(queryOf: request, known: ["upto"]).number("upto") ?? .max
        let found = try await engine.questions.ask(on: .long) { reader in
            try reader.sources(upTo: last, limit: PageRoutes.sourcesOnPage + 1).map { source in
                (source, try reader.verdicts(ofSource: source.id, newest: PageRoutes.recordsOfSource))
            }
        }
        let next = found.count > PageRoutes.sourcesOnPage ? found.last?.0.id : nil
        let rows = found.prefix(PageRoutes.sourcesOnPage).map { PageRoutes.row($0.0, $0.1) }
        let table = Table(
            caption: "Sources",
            columns: [
                .text("Source"), .text("State"), .number("Records"), .number("Kept"), .number("Duplicate"),
                .number("Rejected"), .number("Text"), .text("Verdicts"),
            ], rows: Array(rows))
        return .page(
            PageFrame(title: "Sources", section: .sources, caller: context.caller).html(
                """
                \(if: rows.isEmpty, "<p>No source has come yet; <a href=\"/\">the overview</a> says how to hand one in.</p>")
                \(table.html)
                \(next.map { "<p><a href=\"/sources?upto=\($0)\">Older sources</a></p>" } ?? .empty)
                \(if: !rows.isEmpty, PageRoutes.sourcesNote)
                """))
    }

    private static let sourcesNote: HTML = """
        <p class="legend">\(VerdictPlot.legend)</p>
        <p class="note">Verdicts are those on the kept documents among the newest \(Wording.count(recordsOfSource)) records \
        of each source.</p>
        """

    private static func row(_ source: StoredSource, _ verdicts: [Verdict: Int64]) -> [HTML] {
        let progress = source.progress
        let name = source.description.label ?? source.description.name
        let file: HTML =
            source.description.label == nil
            ? .empty : "<small class=\"under\">\(Badges.foreign(source.description.name))</small>"
        return [
            "\(Badges.source(name)) \(file)", progress.isDone ? "done" : "reading",
            HTML(Wording.count(progress.records)), HTML(Wording.count(progress.kept)),
            HTML(Wording.count(progress.duplicateExact + progress.duplicateNear)),
            HTML(Wording.count(progress.rejected)), HTML(Wording.bytes(progress.textBytes)),
            verdicts.isEmpty ? "none kept" : VerdictPlot.bar(verdicts),
        ]
    }
}
