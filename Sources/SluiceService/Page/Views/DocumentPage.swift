import Hummingbird
import SluiceCore
import SluiceDetect
import SluiceLedger
import SluiceStore

extension PageRoutes {
    /// The most rows of a document that are shown.
    private static let rowsOfDocument = 200

    /// `/document/{sha256}`: all that is known of a document.
    @Sendable func document(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        _ = try FormFields(queryOf: request, known: [])
        let digest = try context.document()
        let page = try await engine.questions.ask(on: .long, within: .seconds(10)) {
            [detector, model = engine.model.id] reader in
            try DocumentPage(digest, reader, detector: detector, model: model)
        }
        guard let page else { throw Problem(.notFound, "no record had a document of this text") }
        return .page(
            PageFrame(title: "Document", caller: context.caller, query: digest.hex).html(
                page.html(mayReview: context.caller.may(.admin))))
    }

    /// Where a document's rows and its text come from, and what they show.
    struct DocumentPage: Sendable {
        let digest: Digest
        let entries: [ProvenanceEntry]
        let state: DocumentState?
        let text: MarkedText?
        let model: Digest

        /// What `reader` knows of the document; nil where it knows nothing.
        init?(_ digest: Digest, _ reader: StoreReader, detector: Detector, model: Digest) throws {
            let query = ProvenanceQuery(filter: .document(digest), limit: PageRoutes.rowsOfDocument)
            let entries = try reader.provenance(query)
            if entries.isEmpty { return nil }
            self.digest = digest
            self.entries = entries
            self.model = model
            let kept = entries.first { $0.row.decision == .kept }
            state = try kept.flatMap { try reader.document($0.row.seq) }
            text = try kept.flatMap { _ in try DocumentText.text(of: digest, reader) }.map {
                MarkedText($0, detector: detector)
            }
        }

        /// The page.
        func html(mayReview: Bool) -> HTML {
            """
            <p class="digest quiet">\(digest.hex)</p>
            \(state.map { DocumentParts.facts($0, releases: releases) } ?? notKept)
            \(if: mayReview && state != nil, "<p><a href=\"/review?document=\(digest.hex)\">Review this document</a></p>")
            \(state.map { evidence($0) } ?? .empty)
            \(text.map { DocumentParts.text($0, digest) } ?? .empty)
            <section aria-labelledby="h-rows"><h2 id="h-rows">Provenance</h2>
            \(ProvenanceList(entries: entries).html)
            \(if: entries.count >= PageRoutes.rowsOfDocument, rest)</section>
            """
        }

        var releases: [String] { entries.first { $0.row.decision == .kept }?.releases ?? [] }

        private var rest: HTML {
            """
            <p class="note">There may be more: <a href="/v1/documents/\(digest.hex)">all rows as JSON</a>.</p>
            """
        }

        private var notKept: HTML {
            let earlier = entries.lazy.compactMap(\.duplicateDocument).first
            return """
                <p>No record with this text was kept\(earlier.map { ": it repeats \(Badges.document($0))" } ?? .empty).</p>
                """
        }

        private func evidence(_ state: DocumentState) -> HTML {
            let judge = entries.first { $0.row.decision == .kept }?.model
            let differs: HTML = """
                <p class="note">The words below are marked by the model of today, which is not the one that judged.</p>
                """
            return """
                <section aria-labelledby="h-evidence"><h2 id="h-evidence">Why</h2>
                \(EvidenceList(state.judgement).html)
                \(if: judge != nil && judge != model, differs)</section>
                """
        }
    }
}

/// Parts that the page of a document and the review share.
enum DocumentParts {
    /// What is held of a document, and where it is.
    static func facts(_ state: DocumentState, releases: [String]) -> HTML {
        let judgement = state.judgement
        return Badges.facts([
            ("Verdict", "\(Badges.verdict(judgement)) <small>\(judgement.origin.rawValue)</small>"),
            ("Probability of a machine", HTML(Wording.percent(judgement.probability))),
            (
                "Shard",
                """
                \(Badges.shard(state.shard))\(if: state.shard != nil, " <small>\(state.isSealed ? "sealed" : "open")</small>")
                """
            ),
            (
                "Tokens",
                """
                \(Wording.count(state.tokens)) <small>\(JSONText.decimal(Double(state.synthetic) / 1000, places: 1)) of them count as \
                synthetic</small>
                """
            ),
            ("Reviews", HTML(Wording.count(state.reviews.count))),
            ("Releases", releases.isEmpty ? "none" : HTML(releases.joined(separator: ", "))),
        ])
    }

    /// The text, marked, and what weighs most in it.
    static func text(_ text: MarkedText, _ digest: Digest) -> HTML {
        let whole: HTML = "<a href=\"/v1/documents/\(digest.hex)/text\">the whole text</a>"
        let isCut = text.shown.count < text.bytes
        return """
            <section aria-labelledby="h-text"><h2 id="h-text">Text</h2>
            \(said(text))
            <div class="reading" dir="auto" lang="" tabindex="0" role="region" aria-labelledby="h-text">\(text.html)</div>
            <p class="note">\(if: isCut, "The first \(Wording.bytes(text.shown.count)) of \(Wording.bytes(text.bytes)); ")\
            \(if: !isCut, "\(Wording.bytes(text.bytes)); ")\(whole).</p>
            \(if: !text.strongest.isEmpty, strongest(text))
            </section>
            """
    }

    private static func said(_ text: MarkedText) -> HTML {
        if let abstention = text.score.abstention {
            return """
                <p class="note">The detector does not judge this text: \(abstention.rawValue).</p>
                """
        }
        return """
            <p class="legend"><span><mark class="for">speaks for a machine</mark></span>
            <span><mark class="against">speaks for a person</mark></span>
            <span>the text alone: \(Wording.weight(text.score.llr)) nats</span></p>
            """
    }

    private static func strongest(_ text: MarkedText) -> HTML {
        """
        <details id="d-words"><summary>The words that weigh most</summary>
        \(EvidenceList.strongest(text.strongest))</details>
        """
    }
}

/// All that the ledger says of a document, row by row.
struct ProvenanceList {
    let entries: [ProvenanceEntry]

    /// The rows, the oldest first.
    var html: HTML {
        let items = entries.map { entry -> HTML in "<li>\(entry.review == nil ? record(entry) : review(entry))</li>\n" }
        return "<ol class=\"rows\">\n\(items)</ol>"
    }

    private func record(_ entry: ProvenanceEntry) -> HTML {
        var facts: [(name: String, value: HTML)] = [
            ("Source", Badges.source(entry.sourceLabel ?? entry.sourceName)),
            (
                "File",
                "\(Badges.foreign(entry.sourceName)) <small class=\"digest\">\(Wording.short(entry.row.source))</small>"
            ),
            (
                "Record",
                "\(Wording.count(entry.row.ordinal)) <small>at byte \(Wording.count(Int64(clamping: entry.row.offset)))</small>"
            ),
        ]
        if let url = entry.url {
            facts.append(("Address", "<a href=\"/search?q=\(Wording.query("url:" + url))\">\(Badges.foreign(url))</a>"))
        }
        if let id = entry.row.recordID { facts.append(("Id", Badges.foreign(id))) }
        if let captured = entry.row.captured { facts.append(("Captured", Badges.foreign(captured))) }
        if case .duplicate(let match) = entry.row.outcome {
            facts.append(
                (
                    "Repeats",
                    """
                    \(entry.duplicateDocument.map(Badges.document) ?? "row \(match.seq)") \
                    <small>\(match.kind.rawValue), similarity \(Wording.fixed(match.similarity, 3))</small>
                    """
                ))
        }
        if let judgement = entry.row.judgement {
            facts.append(
                (
                    "Judged",
                    """
                    \(Badges.verdict(judgement)) <small>\(judgement.origin.rawValue), \
                    \(Wording.percent(judgement.probability))</small>
                    """
                ))
            if let model = entry.model {
                facts.append(("Model", "<span class=\"digest\">\(Wording.short(model))</span>"))
            }
        }
        facts.append(("Run", "<span class=\"digest\">\(entry.run)</span> <small>version \(entry.toolVersion)</small>"))
        return """
            <h3>Row \(Wording.count(entry.row.seq)) \(Badges.decision(entry.row.decision)) \
            \(Badges.time(entry.timeMicroseconds))</h3>
            \(Badges.facts(facts))
            """
    }

    private func review(_ entry: ProvenanceEntry) -> HTML {
        guard let review = entry.review else { return .empty }
        var facts: [(name: String, value: HTML)] = [("Reviewer", Badges.foreign(review.reviewer))]
        if let judgement = entry.row.judgement { facts.append(("Verdict", Badges.verdict(judgement))) }
        if let note = review.note { facts.append(("Note", "<span class=\"said\">\(note)</span>")) }
        return """
            <h3>Review \(review.id) <span class="tag">of row \(Wording.count(entry.row.seq))</span> \
            \(Badges.time(review.timeMicroseconds))</h3>
            \(Badges.facts(facts))
            """
    }
}
