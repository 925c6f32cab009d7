import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What was asked and what was answered: a line of the access log, and what the metrics count.
package struct AnswerRecord: Sendable {
    /// The method; empty where the request could not be read.
    package var method = ""
    /// The route's template, as in `/v1/documents/{sha256}`; empty where no route was found.
    package var route = ""
    /// The status.
    package var status = 0
    /// The bytes of the answer's body.
    package var bytes = 0
    /// How long it took, in nanoseconds.
    package var nanoseconds: Int64 = 0
    /// The caller's name.
    package var caller = ""
    /// The number of the request.
    package var request = ""
}

/// Everything between a request and its route: the host, the page it comes from, the caller, and what every answer bears.
struct FrontResponder: Sendable {
    private let router: any HTTPResponder<ServiceContext>
    private let methods: [HTTPRequest.Method]
    private let rules: FrontRules
    private let access: Access

    init(router: Router<ServiceContext>, rules: FrontRules, access: Access) {
        self.router = router.buildResponder()
        // After that, for it is then that HEAD joins GET.
        methods = Set(router.routes.map(\.method)).sorted { $0.rawValue < $1.rawValue }
        self.rules = rules
        self.access = access
    }

    /// The answer, whatever happens, and what there is to log about it.
    func answer(_ request: Request, context: ServiceContext) async -> (Response, AnswerRecord) {
        var context = context
        var record = AnswerRecord(method: request.method.rawValue, request: context.id)
        var response: Response
        do {
            if context.peer == .network { try rules.hosts.checkHost(request.head.authority) }
            try HostPolicy.checkOrigin(request.head)
            context.caller = try access.caller(of: request.headers, peer: context.peer)
            record.caller = context.caller.name
            response = try await router.respond(to: request, context: context)
            if let route = context.endpointPath, response.status != .notFound || route != "NotFound" {
                record.route = route
            } else {
                record.route = ""
                if let refusal = try await otherMethods(request, context) { throw refusal }
            }
        } catch {
            response = Problem(error, logger: context.logger).response(instance: context.id)
        }
        FrontResponder.decorate(&response, request: context.id)
        record.status = response.status.code
        return (response, record)
    }

    /// The refusal of a method where the path takes others.
    private func otherMethods(_ request: Request, _ context: ServiceContext) async throws -> Problem? {
        var allowed: [String] = []
        for method in methods where method != request.method {
            var probe = context
            probe.coreContext.endpointPath = EndpointPath()
            probe.isProbe = true
            var head = request.head
            head.method = method
            let answer = try await router.respond(
                to: Request(head: head, body: .init(buffer: ByteBuffer())), context: probe)
            if answer.status == .noContent { allowed.append(method.rawValue) }
        }
        guard !allowed.isEmpty else { return nil }
        let list = allowed.joined(separator: ", ")
        return Problem(.methodNotAllowed, "the path takes \(list)", headers: [.allow: list])
    }

    /// Adds the fields that every answer bears.
    static func decorate(_ response: inout Response, request: String) {
        response.headers[.requestID] = request
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if response.headers[.contentType]?.hasPrefix("text/html") == true {
            response.headers[.contentSecurityPolicy] = pagePolicy
            // Without any referrer a form of the page itself would come with an origin of `null`, and be turned away.
            response.headers[.referrerPolicy] = "same-origin"
        }
    }

    private static let pagePolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}
