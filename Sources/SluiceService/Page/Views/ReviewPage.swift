import Hummingbird
import SluiceCore
import SluiceDetect
import SluiceLedger
import SluiceStore

extension PageRoutes {
    private static let queueLimit = 1000

    /// `/review`: the queue, one document at a time. `skip` says how many to pass over, `document` names one outside of
    /// the queue, `done` the review before.
    @Sendable func review(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let fields = try FormFields(queryOf: request, known: ["skip", "document", "done"])
        let skip = PageRoutes.skip(fields)
        let notice = fields.text("done").flatMap { notices.notice($0) }?.html ?? .empty
        let frame = PageFrame(title: "Review", section: .review, caller: context.caller)
        let named = try fields.text("document").map { try Parameters.digest($0, "document") }
        let queue = try await engine.desk.queue(limit: PageRoutes.queueLimit)
        guard let digest = named ?? (queue.indices.contains(skip) ? queue[skip].digest : nil) else {
            return .page(frame.html("\(notice)\(PageRoutes.nothingLeft(queue.count))"))
        }
        let page = try await engine.questions.ask(on: .long, within: .seconds(10)) {
            [detector, model = engine.model.id] reader in
            try DocumentPage(digest, reader, detector: detector, model: model)
        }
        guard let page, let state = page.state else { throw Problem(.notFound, "no such document was kept") }
        let place =
            named == nil
            ? "Document \(skip + 1) of \(Wording.count(queue.count))\(queue.count == PageRoutes.queueLimit ? " or more" : "") that wait"
            : "Named, not from the queue"
        let item = queue.first { $0.digest == digest }
        return .page(
            frame.html(
                """
                \(notice)
                <p class="note">\(place). \(item.map { "From \(Badges.source($0.source))" } ?? .empty) \
                \(item?.url.map { Badges.foreign($0) } ?? .empty) <a href="/document/\(digest.hex)">Provenance</a></p>
                \(context.caller.may(.admin) ? PageRoutes.form(digest, skip: skip, isNamed: named != nil) : PageRoutes.watching)
                \(DocumentParts.facts(state, releases: page.releases))
                \(page.text.map { DocumentParts.text($0, digest) } ?? .empty)
                <section aria-labelledby="h-evidence"><h2 id="h-evidence">Evidence</h2>
                \(EvidenceList(state.judgement).html)</section>
                """))
    }

    /// `POST /review`: writes down a verdict, and goes on to the next document.
    @Sendable func takeReview(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.admin)
        let fields = try await FormFields(bodyOf: request)
        let digest = try Parameters.digest(fields.text("document") ?? "", "document")
        guard let verdict = fields.text("verdict").flatMap({ Verdict(rawValue: $0) }) else {
            throw Parameters.wrong("verdict", "it is real, synthetic or uncertain")
        }
        let note = fields.text("note")
        guard (note?.utf8.count ?? 0) <= Review.noteLimit else {
            throw Parameters.wrong("note", "it has at most \(Wording.count(Review.noteLimit)) bytes")
        }
        let notice = try await engine.desk.notice(
            digest, verdict, reviewer: context.caller.name, note: note)
        let key = notices.add(notice)
        return .redirect(to: "/review?skip=\(PageRoutes.skip(fields))&done=\(key)")
    }

    /// How many documents to pass over: no more than a queue has, for it comes from whoever made the address.
    private static func skip(_ fields: FormFields) -> Int {
        Int(clamping: min(fields.number("skip") ?? 0, Int64(queueLimit)))
    }

    private static func nothingLeft(_ waiting: Int) -> HTML {
        if waiting > 0 {
            return """
                <p>The rest of the queue was skipped. <a href="/review">Begin again</a> with the \
                \(Wording.count(Int64(waiting), "document")) that still \(waiting == 1 ? "waits" : "wait").</p>
                """
        }
        return """
            <p>Nothing waits: every document that could be doubted is reviewed or declared.</p>
            <p>The queue holds the uncertain documents of the newest sources. Any other can be reviewed from its own page: \
            <a href="/search">find it</a>.</p>
            """
    }

    private static let watching: HTML = """
        <p class="message">Reviews need a token with the scope <code>admin</code>; this is a look at the queue.</p>
        """

    private static func form(_ digest: Digest, skip: Int, isNamed: Bool) -> HTML {
        let next: HTML =
            "<a class=\"button quiet\" data-key=\"n\" href=\"/review?skip=\(skip + 1)\">Skip \(key("n"))</a>"
        return """
            <form class="card review" method="post" action="/review">
            <input type="hidden" name="document" value="\(digest.hex)">
            <input type="hidden" name="skip" value="\(skip)">
            <div class="buttons" role="group" aria-label="Verdict">
            \(button(.real, "r")) \(button(.synthetic, "s")) \(button(.uncertain, "u"))
            \(if: !isNamed, next)
            </div>
            <label for="note">Note</label>
            <textarea id="note" name="note" rows="2" maxlength="2000"></textarea>
            </form>
            """
    }

    private static func button(_ verdict: Verdict, _ letter: String) -> HTML {
        """
        <button class="verdict \(verdict.rawValue)" type="submit" name="verdict" value="\(verdict.rawValue)" \
        data-key="\(letter)"><span aria-hidden="true">\(Badges.sign(verdict))</span> \(verdict.rawValue) \(key(letter))</button>
        """
    }

    private static func key(_ letter: String) -> HTML { "<kbd aria-hidden=\"true\">\(letter)</kbd>" }
}
