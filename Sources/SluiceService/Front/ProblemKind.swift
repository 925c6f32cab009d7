import HTTPTypes

/// The kinds of problems; `docs/http.md` lists each.
package enum ProblemKind: String, Sendable, CaseIterable {
    case malformedRequest = "malformed-request"
    case badTarget = "bad-target"
    case badHost = "bad-host"
    case badBody = "bad-body"
    case badParameter = "bad-parameter"
    case notAuthenticated = "not-authenticated"
    case insufficientScope = "insufficient-scope"
    case crossSite = "cross-site"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case requestTimeout = "request-timeout"
    case conflict = "conflict"
    case bodyTooLarge = "body-too-large"
    case targetTooLong = "target-too-long"
    case unsupportedEncoding = "unsupported-encoding"
    case unsupportedType = "unsupported-type"
    case expectationFailed = "expectation-failed"
    case wrongHost = "wrong-host"
    case unusableData = "unusable-data"
    case keyReused = "key-reused"
    case tooManyRequests = "too-many-requests"
    case headerTooLarge = "header-too-large"
    case internalError = "internal-error"
    case notImplemented = "not-implemented"
    case busy = "busy"
    case storage = "storage"
    case unsupportedVersion = "unsupported-version"

    /// The URI that names the kind.
    package var type: String { "urn:sluice:problem:\(rawValue)" }

    /// The status that goes with the kind.
    package var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest, .badTarget, .badHost, .badBody, .badParameter: .badRequest
        case .notAuthenticated: .unauthorized
        case .insufficientScope, .crossSite: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestTimeout: .requestTimeout
        case .conflict: .conflict
        case .bodyTooLarge: .contentTooLarge
        case .targetTooLong: .uriTooLong
        case .unsupportedEncoding, .unsupportedType: .unsupportedMediaType
        case .expectationFailed: .expectationFailed
        case .wrongHost: .misdirectedRequest
        case .unusableData, .keyReused: .unprocessableContent
        case .tooManyRequests: .tooManyRequests
        case .headerTooLarge: .requestHeaderFieldsTooLarge
        case .internalError: .internalServerError
        case .notImplemented: .notImplemented
        case .busy, .storage: .serviceUnavailable
        case .unsupportedVersion: .init(code: 505, reasonPhrase: "HTTP Version Not Supported")
        }
    }

    /// What the kind is called, the same for every request.
    package var title: String {
        switch self {
        case .malformedRequest: "The request is not well-formed HTTP/1.1"
        case .badTarget: "The path is not one that could be there"
        case .badHost: "The Host field is missing, repeated or malformed"
        case .badBody: "The body is not what the header says it is"
        case .badParameter: "A parameter is missing or not of its kind"
        case .notAuthenticated: "A valid token is needed"
        case .insufficientScope: "The token does not reach that far"
        case .crossSite: "A page of another site may not do this"
        case .notFound: "There is nothing under this path"
        case .methodNotAllowed: "The path does not take this method"
        case .requestTimeout: "The request did not arrive in time"
        case .conflict: "The request contradicts what is there"
        case .bodyTooLarge: "The body is beyond the limit"
        case .targetTooLong: "The request line is beyond the limit"
        case .unsupportedEncoding: "The body's encoding is not one that is read here"
        case .unsupportedType: "The body's type is not one that is read here"
        case .expectationFailed: "The expectation is not one that can be met"
        case .wrongHost: "The service is not known under this name"
        case .unusableData: "The data holds nothing that can be used"
        case .keyReused: "The idempotency key belongs to another request"
        case .tooManyRequests: "Too many requests"
        case .headerTooLarge: "The header is beyond the limit"
        case .internalError: "Something went wrong here"
        case .notImplemented: "The method or transfer coding is not known here"
        case .busy: "Busy; try again"
        case .storage: "The storage does not take more"
        case .unsupportedVersion: "The version is neither HTTP/1.0 nor HTTP/1.1"
        }
    }
}
