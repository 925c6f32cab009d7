import Hummingbird
import SluiceCore
import SluiceExport
import SluiceStore

/// `/v1/shards`: the shards, sealing the open one, and the documents in them.
struct ShardRoutes {
    let questions: QuestionPool
    /// The share of synthetic documents that is assumed before any evidence, as it is now.
    let prior: @Sendable () -> Double
    /// Seals the open shard, and answers its number.
    let seal: @Sendable () async throws -> Int64

    func add(to routes: RouterGroup<ServiceContext>) {
        routes.get("shards", use: list)
        routes.post("shards/seal", use: sealOpen)
        routes.get("shards/:shard", use: show)
        routes.get("shards/:shard/documents", use: documents)
    }

    @Sendable func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        let parameters = try Parameters(request, known: ["limit", "cursor"])
        let limit = Int(try parameters.integer("limit", in: 1...1000) ?? 100)
        let after = try Cursor(parameters.text("cursor"), for: "shards").after
        let rows = try await questions.ask { reader in
            Array(try reader.shards().filter { $0.id > after }.prefix(limit + 1))
        }
        return Page(rows, limit: limit, question: "shards") { $0.id }.response("shards", request) { $0.write(to: &$1) }
    }

    @Sendable func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.read)
        _ = try Parameters(request, known: [])
        let number = try context.number("shard")
        let prior = prior()
        let found = try await questions.ask(on: .long, within: .seconds(50)) { reader in
            try reader.shard(number).map { ($0, try ExportAudit.bound(onShard: number, reader, prior: prior)) }
        }
        guard let (shard, bound) = found else { throw Problem(.notFound, "there is no shard \(number)") }
        return ShardRoutes.response { shard.write(to: &$0, bound: bound.writeMembers) }
    }

    @Sendable func sealOpen(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.admin)
        _ = try Parameters(request, known: [])
        let number = try await seal()
        guard let shard = try await questions.ask({ try $0.shard(number) }) else {
            throw Problem(.notFound, "there is no shard \(number)")
        }
        return ShardRoutes.response { shard.write(to: &$0) }
    }

    private static func response(_ write: (inout JSONText) -> Void) -> Response {
        var json = JSONText()
        write(&json)
        json.newline()
        return .text(json.string, type: "application/json")
    }

    @Sendable func documents(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.export)
        _ = try Parameters(request, known: [])
        let number = try context.number("shard")
        guard try await questions.ask({ try $0.shard(number) }) != nil else {
            throw Problem(.notFound, "there is no shard \(number)")
        }
        return .lines { [questions] write in try await ShardStream(questions: questions, shard: number).run(write) }
    }
}
