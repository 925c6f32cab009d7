import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /login` and `POST /logout`, for the page.
package struct SessionRoutes: Sendable {
    private let access: Access

    /// Routes that open and end sessions of `access`.
    package init(access: Access) { self.access = access }

    /// Adds the routes.
    package func add(to router: Router<ServiceContext>) {
        router.post("login") { request, _ in try await login(request) }
        router.post("logout") { request, _ in logout(request) }
    }

    private func login(_ request: Request) async throws -> Response {
        if access.tokens.isOpen { return .redirect(to: "/") }
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
            throw Problem(.unsupportedType, "a login is a form with the field 'token'")
        }
        let form = try await request.body.collect(upTo: 4096)
        let text = String(buffer: form)
        let fields = text.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
        let value = fields.first { $0.first == "token" && $0.count == 2 }?[1]
        guard let value, let token = RequestTarget.decoded(value.utf8) else {
            throw Problem(.badParameter, "the field 'token' is missing")
        }
        let digest = TokenMint.digest(of: token)
        guard access.tokens.caller(of: digest) != nil else {
            throw Problem(.notAuthenticated, "the token is not valid here", headers: [.wwwAuthenticate: "Bearer"])
        }
        return redirect(cookie: access.sessions.open(token: digest), seconds: SessionTable.seconds)
    }

    private func logout(_ request: Request) -> Response {
        if let id = Access.session(request.headers) { access.sessions.close(id) }
        return redirect(cookie: "", seconds: 0)
    }

    private func redirect(cookie: String, seconds: Int) -> Response {
        var response = Response.redirect(to: "/")
        response.headers[.setCookie] =
            "\(SessionTable.cookie)=\(cookie); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
        return response
    }
}
