import HTTPTypes
import Hummingbird
import NIOCore
import SluiceCore
import SluiceLedger
import SluicePipeline
import SluiceStore

/// `/v1/provenance`, `/v1/documents/{sha256}`, `/v1/sources`, `/v1/prevalence` and `/v1/stats`: what the store knows.
struct ProvenanceRoutes {
    let questions: QuestionPool

    func add(to routes: RouterGroup<ServiceContext>) {
        routes.get("provenance", use: provenance)
        routes.get("documents/:sha256", use: document)
        routes.get("documents/:sha256/text", use: text)
        routes.get("sources", use: sources)
        routes.get("prevalence", use: prevalence)
        routes.get("stats", use: statistics)
    }

    private static let filters: Set<String> = [
        "document", "record", "id", "url", "host", "source", "shard", "held", "release",
    ]

    @Sendable func provenance(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let parameters = try Parameters(
            request, known: ProvenanceRoutes.filters.union(["decision", "limit", "cursor"]))
        let query = try ProvenanceRoutes.query(parameters)
        let page = try await page(query, ProvenanceRoutes.question(query), parameters)
        let write: @Sendable () -> Response = { page.response("rows", request) { $0.write(to: &$1) } }
        // Hundreds of rows are a megabyte, and an event loop has other connections to look after.
        return page.rows.count > 100 ? try await questions.run(on: .long, write) : write()
    }

    /// What a cursor of this list belongs to.
    static func question(_ query: ProvenanceQuery) -> String {
        "provenance \(query.filter) \(query.decision?.rawValue ?? "")"
    }

    private func page(
        _ query: ProvenanceQuery, _ question: String, _ parameters: Parameters
    ) async throws -> Page<ProvenanceEntry> {
        var query = query
        let limit = Int(try parameters.integer("limit", in: 1...1000) ?? 100)
        query.limit = limit + 1
        query.after = try Cursor(parameters.text("cursor"), for: question).after
        let lane: QuestionPool.Lane = query.isLookUp ? .quick : .long
        var rows = try await questions.ask(on: lane) { [query] in try $0.provenance(query) }
        guard let cut = rows.endOfRecords(limit) else { return Page(rows: rows) }
        rows.removeSubrange(cut...)
        return Page(rows: rows, next: rows.last.map { Cursor(after: $0.row.seq).text(for: question) })
    }

    static func query(_ parameters: Parameters) throws(Problem) -> ProvenanceQuery {
        var found: [ProvenanceQuery.Filter] = []
        if let digest = try parameters.digest("document") { found.append(.document(digest)) }
        if let record = try parameters.text("record") { found.append(.record(record)) }
        if let id = try parameters.text("id") { found.append(.id(id)) }
        if let url = try parameters.text("url") { found.append(.url(url)) }
        if let host = try parameters.text("host") { found.append(.host(host)) }
        if let source = try parameters.text("source") { found.append(.source(source)) }
        if let shard = try parameters.integer("shard", in: 1...(.max)) { found.append(.shard(shard)) }
        if try parameters.isTrue("held") { found.append(.held) }
        if let release = try parameters.text("release") { found.append(.release(release)) }
        guard found.count <= 1 else {
            throw Problem(.badParameter, "one of \(filters.sorted().joined(separator: ", ")) may be given")
        }
        return ProvenanceQuery(filter: found.first ?? .all, decision: try parameters.word("decision"))
    }

    @Sendable func document(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let parameters = try Parameters(request, known: ["limit", "cursor"])
        let digest = try context.document()
        let page = try await page(ProvenanceQuery(filter: .document(digest)), "document \(digest.hex)", parameters)
        guard let last = page.rows.last else {
            throw Problem(.notFound, "no record had a document of this text")
        }
        return .json(headers: page.links(request)) { json in
            json.member("document", digest.hex)
            json.member("tokens", last.row.tokens)
            json.key("provenance")
            json.array { json in
                for row in page.rows { row.write(to: &json) }
            }
            json.member("next", page.next)
        }
    }

    @Sendable func text(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        _ = try Parameters(request, known: [])
        let digest = try context.document()
        guard
            let text = try await questions.ask({ try DocumentText.text(of: digest, $0).map { ByteBuffer(bytes: $0) } })
        else {
            throw Problem(.notFound, "no document of this text was kept")
        }
        return Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: ResponseBody(byteBuffer: text))
    }

    @Sendable func sources(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let parameters = try Parameters(request, known: ["limit", "cursor"])
        let limit = Int(try parameters.integer("limit", in: 1...1000) ?? 100)
        let after = try Cursor(parameters.text("cursor"), for: "sources").after
        let rows = try await questions.ask { try $0.sources(after: after, limit: limit + 1) }
        return Page(rows, limit: limit, question: "sources") { $0.id }
            .response("sources", request) { $0.write(to: &$1) }
    }

    @Sendable func prevalence(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let parameters = try Parameters(request, known: ["by", "limit"])
        let division: StratumCensus.Division = try parameters.word("by") ?? .stratum
        let limit = Int(try parameters.integer("limit", in: 1...Int64(StratumCensus.limit) + 1) ?? 100)
        // The estimates are made as the answer is written: thousands of them are no work for an event loop.
        return try await questions.ask(on: .long, within: .seconds(50)) { reader in
            let strata = try StratumCensus.strata(reader, by: division)
            return .json { json in
                json.member("total", strata.count)
                json.key("strata")
                json.array { json in
                    for stratum in strata.prefix(limit) { stratum.write(to: &json) }
                }
            }
        }
    }

    @Sendable func statistics(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        _ = try Parameters(request, known: [])
        let statistics = try await questions.ask(on: .long, within: .seconds(30)) { try $0.statistics() }
        return .json { json in
            json.member("sources", statistics.sources)
            statistics.writeMembers(to: &json)
        }
    }
}

extension ProvenanceQuery {
    /// True where few rows can be meant.
    fileprivate var isLookUp: Bool {
        switch filter {
        case .document, .record, .id, .url: limit <= 101
        default: false
        }
    }
}

extension [ProvenanceEntry] {
    /// Where the rows of the first `limit` records end; nil where there are no more.
    fileprivate func endOfRecords(_ limit: Int) -> Int? {
        var (records, last): (Int, Int64) = (0, 0)
        return firstIndex { entry in
            if entry.row.seq != last { (records, last) = (records + 1, entry.row.seq) }
            return records > limit
        }
    }
}
