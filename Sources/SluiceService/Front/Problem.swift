import HTTPTypes
import Hummingbird
import NIOCore
import SluiceCore

/// Why a request was not done, as its sender is told (RFC 9457).
package struct Problem: Error, Sendable, Equatable {
    /// The kind, and with it the status.
    package var kind: ProblemKind
    /// What was wrong with this request; never text of a document, a token or a query.
    package var detail: String
    /// The places that are wrong, where there is more than one or they have a line.
    package var errors: [Place]
    /// Header fields that go with the answer.
    package var headers: HTTPFields

    /// One place in a request that is wrong.
    package struct Place: Sendable, Equatable {
        /// The line, counted from 1, or the parameter.
        package var place: String
        /// What is wrong there.
        package var detail: String

        /// A place of its parts.
        package init(_ place: String, _ detail: String) {
            self.place = place
            self.detail = detail
        }
    }

    /// A problem of its parts.
    package init(_ kind: ProblemKind, _ detail: String, errors: [Place] = [], headers: HTTPFields = [:]) {
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    /// What is said once the daemon takes no more.
    static let ending = Problem(.busy, "the daemon is about to end").retry(after: 10)

    /// The same problem with the seconds after which another try may do better.
    package func retry(after seconds: Int) -> Problem {
        var problem = self
        problem.headers[.retryAfter] = String(seconds)
        return problem
    }

    /// The document that is sent; `instance` is the number of the request in the log.
    package func document(instance: String) -> ByteBuffer {
        var json = JSONText()
        json.object { json in
            json.member("type", kind.type)
            json.member("title", kind.title)
            json.member("status", kind.status.code)
            if !detail.isEmpty { json.member("detail", detail) }
            json.member("instance", "urn:sluice:request:\(instance)")
            if !errors.isEmpty {
                json.key("errors")
                json.array { json in
                    for error in errors {
                        json.object { json in
                            json.member("place", error.place)
                            json.member("detail", error.detail)
                        }
                    }
                }
            }
        }
        json.newline()
        return ByteBuffer(bytes: json.bytes)
    }

    /// The whole answer.
    package func response(instance: String) -> Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        return Response(
            status: kind.status, headers: headers, body: ResponseBody(byteBuffer: document(instance: instance)))
    }
}

extension Problem: HTTPResponseError {
    /// The status of the kind.
    package var status: HTTPResponse.Status { kind.status }

    /// The answer to `request`.
    package func response(from request: Request, context: some RequestContext) throws -> Response {
        response(instance: context.id)
    }
}
