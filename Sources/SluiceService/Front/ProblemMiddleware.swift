import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SluiceCore

/// Turns every error of a route into a ``Problem``.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = ServiceContext

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        if context.isProbe { return Response(status: context.endpointPath == nil ? .notFound : .noContent) }
        do {
            return try await next(request, context)
        } catch {
            throw Problem(error, logger: context.logger)
        }
    }
}

extension Problem {
    /// What the sender is told of an error; what only the operator should know goes to the log.
    package init(_ error: any Error, logger: Logger) {
        switch error {
        case let problem as Problem: self = problem
        case let error as SluiceError:
            if error.code == .io {
                logger.error("a request met the storage's refusal", metadata: ["error": "\(error)"])
            }
            self.init(error)
        case is NIOTooManyBytesError: self.init(.bodyTooLarge, "this route takes a small body")
        case let error as HTTPError: self.init(error)
        default:
            logger.error("a request failed", metadata: ["error": "\(type(of: error))"])
            self.init(.internalError, "the log says more, under the number of this request")
        }
    }

    /// What the sender is told of an error of ours, without what only the log should say.
    init(_ error: SluiceError) {
        switch error.code {
        case .busy: self = Problem(.busy, error.description).retry(after: 1)
        case .noUsableData: self.init(.unusableData, error.description)
        case .inputMissing: self.init(.notFound, error.description)
        case .usage, .configuration: self.init(.badParameter, error.description)
        case .checkFailed, .cannotCreate: self.init(.conflict, error.description)
        case .io:
            self = Problem(.storage, "the log says more, under the number of this request").retry(after: 30)
        }
    }

    private init(_ error: HTTPError) {
        let kind: ProblemKind =
            switch error.status {
            case .notFound: .notFound
            case .contentTooLarge: .bodyTooLarge
            case .unsupportedMediaType: .unsupportedType
            case .unauthorized: .notAuthenticated
            case .forbidden: .insufficientScope
            case .conflict: .conflict
            case .unprocessableContent: .unusableData
            case .tooManyRequests: .tooManyRequests
            case .serviceUnavailable: .busy
            case let status where status.code < 500: .badParameter
            default: .internalError
            }
        self.init(kind, kind == .internalError ? "" : error.body ?? "", headers: error.headers)
    }
}
