import HTTPTypes
import Hummingbird
import NIOCore

/// `/livez`, `/readyz`, `/metrics` and `/openapi.json`: for machines that look after this one.
struct OperationRoutes {
    let readiness: @Sendable () -> Health
    let metrics: @Sendable () async throws -> [UInt8]

    func add(to router: Router<ServiceContext>) {
        router.get("livez") { request, _ in try OperationRoutes.response(.alive, request) }
        router.get("readyz") { request, _ in try OperationRoutes.response(readiness(), request) }
        router.get("metrics") { request, context in
            try context.require(.read)
            _ = try Parameters(request, known: [])
            return Response(
                status: .ok, headers: [.contentType: ServiceMetrics.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: try await metrics())))
        }
        router.get("openapi.json") { request, _ in
            _ = try Parameters(request, known: [])
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: OpenAPI.document)))
        }
    }

    private static func response(_ health: Health, _ request: Request) throws -> Response {
        let parameters = try Parameters(request, known: ["verbose"])
        return .text(
            health.text(verbose: parameters.isGiven("verbose")),
            status: HTTPResponse.Status(integerLiteral: health.status))
    }
}
