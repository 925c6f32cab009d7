import SluiceCore
import SluicePipeline
import SluiceStore

/// What the commands ask of a store that they cannot read themselves; rows are handed on as the bytes that came.
extension DaemonClient {
    /// Calls `body` with each provenance row, in order; returns true where there are more than the query's limit.
    package func forEachProvenance(
        _ query: ProvenanceQuery, _ body: ([UInt8]) throws(SluiceError) -> Void
    ) async throws(SluiceError) -> Bool {
        var question = query.filter.parameter.map { [$0] } ?? []
        question.append(("decision", query.decision?.rawValue))
        var left = query.limit == 0 ? Int.max : query.limit
        var cursor: String?
        if query.after > 0 { cursor = Cursor(after: query.after).text(for: ProvenanceRoutes.question(query)) }
        repeat {
            let limit = min(left, DaemonClient.pageRows)
            let page = try await page("/v1/provenance", "rows", question + [("limit", "\(limit)"), ("cursor", cursor)])
            for row in page.rows { try body(row) }
            cursor = page.next
            left -= limit
        } while cursor != nil && left > 0
        return cursor != nil
    }

    /// The shards, each a JSON object.
    package func shards() async throws(SluiceError) -> [[UInt8]] { try await all("/v1/shards", "shards") }

    /// One shard, a JSON object.
    package func shard(_ number: Int64) async throws(SluiceError) -> [UInt8] {
        try await object(.get("/v1/shards/\(number)"))
    }

    /// Seals the open shard, and answers it.
    package func sealShard() async throws(SluiceError) -> [UInt8] {
        let answer = try await answer(.post("/v1/shards/seal"))
        if answer.status == 409 { throw SluiceError(.noUsableData, "no shard is open with a document in it") }
        return try object(answer)
    }

    /// The figures with the sources, one JSON object as `sluice stats` has it.
    package func statistics() async throws(SluiceError) -> [UInt8] {
        let figures = try await object(.get("/v1/stats"))
        let sources = try await all("/v1/sources", "sources")
        let key = Array("\"sources\"".utf8)
        var members = JSONParts.parts(of: figures[...]).filter { !$0.starts(with: key) }.map(Array.init)
        members.append(key + Array(":[".utf8) + sources.joined(separator: [UInt8(ascii: ",")]) + Array("]".utf8))
        return Array("{".utf8) + members.joined(separator: [UInt8(ascii: ",")]) + Array("}".utf8)
    }

    /// The strata of the kept documents, each a JSON object.
    package func prevalence(by division: StratumCensus.Division) async throws(SluiceError) -> [[UInt8]] {
        let question = [("by", Optional(division.rawValue)), ("limit", String(StratumCensus.limit + 1))]
        return try await page("/v1/prevalence", "strata", question).rows
    }

    /// Documents in no shard; nil where whoever asks may not know. Asked once, or for as long as `patience` lasts.
    package func heldCount(_ patience: Patience = Patience(limit: .zero) { _ in }) async throws(SluiceError) -> Int? {
        struct Figures: Decodable {
            var held: Int
        }
        let answer = try await answered(patience) { () throws(SluiceError) in .get("/v1/stats") }
        return answer.status == 403 ? nil : try answer.required().decoded(Figures.self).held
    }

    /// Writes a person's verdict down, and answers what it led to, a JSON object.
    package func review(
        _ document: Digest, _ verdict: Verdict, reviewer: String, note: String?
    ) async throws(SluiceError) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("document", document.hex)
            json.member("verdict", verdict.rawValue)
            json.member("reviewer", reviewer)
            if let note { json.member("note", note) }
        }
        return try await object(.post("/v1/reviews", body: .json(json.bytes)))
    }

    private static let pageRows = 1000

    private struct Page {
        var rows: [[UInt8]]
        var next: String?
    }

    /// What the pages' parser must find before their bytes are cut into rows.
    private struct PageEnd: Decodable {
        var next: String?
    }

    private func all(_ path: String, _ name: String) async throws(SluiceError) -> [[UInt8]] {
        var rows: [[UInt8]] = []
        var cursor: String?
        repeat {
            let page = try await page(path, name, [("limit", "\(DaemonClient.pageRows)"), ("cursor", cursor)])
            rows += page.rows
            cursor = page.next
        } while cursor != nil
        return rows
    }

    private func page(
        _ path: String, _ name: String, _ question: [(name: String, value: String?)]
    ) async throws(SluiceError) -> Page {
        let answer = try await require(.get(path, question))
        let next = try answer.decoded(PageEnd.self).next
        guard let rows = JSONParts.value(of: name, in: answer.body[...]) else {
            throw SluiceError(.io, "the daemon's answer holds no \(name)", advice: "is it of another version?")
        }
        return Page(rows: JSONParts.parts(of: rows).map(Array.init), next: next)
    }

    /// The object that answers `request`, without the end of its line.
    private func object(_ request: DaemonRequest) async throws(SluiceError) -> [UInt8] {
        try object(await answer(request))
    }

    private func object(_ answer: DaemonAnswer) throws(SluiceError) -> [UInt8] {
        let answer = try answer.required()
        _ = try answer.decoded(PageEnd.self)
        return answer.body.last == UInt8(ascii: "\n") ? answer.body.dropLast() : answer.body
    }
}

extension ProvenanceQuery.Filter {
    /// The filter as a parameter of the query.
    fileprivate var parameter: (name: String, value: String?)? {
        switch self {
        case .all: nil
        case .document(let digest): ("document", digest.hex)
        case .record(let id): ("record", id)
        case .id(let id): ("id", id)
        case .url(let url): ("url", url)
        case .host(let host): ("host", host)
        case .source(let name): ("source", name)
        case .shard(let shard): ("shard", String(shard))
        case .held: ("held", "true")
        case .release(let name): ("release", name)
        }
    }
}
