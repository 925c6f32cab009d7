import Hummingbird
import NIOCore
import SluiceCore
import SluiceLedger
import SluiceStore

/// `/v1/reviews`: the queue of documents that a person should look at, what persons say, and all of it as training data.
struct ReviewRoutes {
    let desk: ReviewDesk

    func add(to routes: RouterGroup<ServiceContext>) {
        routes.get("reviews", use: queue)
        routes.post("reviews", use: review)
        routes.get("reviews/export", use: export)
    }

    @Sendable func queue(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let parameters = try Parameters(request, known: ["limit"])
        let limit = Int(try parameters.integer("limit", in: 1...1000) ?? 20)
        let items = try await desk.queue(limit: limit)
        return Page(rows: items).response("reviews", request) { $0.write(to: &$1) }
    }

    @Sendable func review(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.admin)
        _ = try Parameters(request, known: [])
        let body = try await RequestObject(request, known: ["document", "verdict", "note", "reviewer"])
        guard let document = try body.text("document") else {
            throw Parameters.wrong("document", "it is the 64 hexadecimal digits of a SHA-256")
        }
        guard let verdict = try body.text("verdict").flatMap({ Verdict(rawValue: $0) }) else {
            throw Parameters.wrong("verdict", "it is real, synthetic or uncertain")
        }
        let reviewer = try body.text("reviewer", limit: Review.reviewerLimit) ?? context.caller.name
        guard GivenName.isOne(reviewer) else {
            throw Parameters.wrong("reviewer", "it has 1 to \(Review.reviewerLimit) bytes and no control characters")
        }
        let state = try await desk.review(
            Parameters.digest(document, "document"), verdict, reviewer: reviewer,
            note: body.text("note", limit: Review.noteLimit))
        return .json(.created, headers: [.location: "/v1/documents/\(state.digest.hex)"]) { json in
            state.write(to: &json)
        }
    }

    @Sendable func export(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.export)
        _ = try Parameters(request, known: [])
        return .lines { [desk] write in try await desk.export(write) }
    }
}
