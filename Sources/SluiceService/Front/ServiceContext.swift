import Hummingbird
import Logging
import SluiceCore

/// What a request's context is made of.
package struct RequestSource: RequestContextSource {
    /// The logger, which carries the number of the request.
    package let logger: Logger
    /// Who is at the other end.
    package let peer: Peer
}

/// What a route knows about a request besides the request: who asks, and what that caller may do.
package struct ServiceContext: RequestContext {
    package typealias Source = RequestSource

    /// What the library keeps.
    package var coreContext: CoreRequestContextStorage
    /// Who is at the other end of the connection.
    package let peer: Peer
    /// Who asks, and what that caller may do.
    package var caller: Caller
    /// True where only the route's existence is asked for.
    var isProbe = false

    /// A context of a request whose sender is not known yet.
    package init(source: RequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.peer
        caller = .nobody
    }

    /// The most bytes that the library may gather of a body.
    package var maxUploadSize: Int { 1 << 20 }

    /// Goes on only where the caller has `scope`.
    ///
    /// - Throws: ``Problem`` with 401 for a caller without a token, with 403 for one whose token does not reach that far.
    package func require(_ scope: Scope) throws(Problem) {
        guard !caller.may(scope) else { return }
        guard caller.isKnown else {
            throw Problem(
                .notAuthenticated, "send a token with the scope \(scope.rawValue)",
                headers: [.wwwAuthenticate: "Bearer"])
        }
        throw Problem(
            .insufficientScope, "the scope \(scope.rawValue) is needed",
            headers: [.wwwAuthenticate: "Bearer error=\"insufficient_scope\", scope=\"\(scope.rawValue)\""])
    }
}
