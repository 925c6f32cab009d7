import HTTPTypes
import Hummingbird

/// Shows a browser what went wrong as a page; where a token is missing, the place to give one.
struct PageProblems: RouterMiddleware {
    typealias Context = ServiceContext

    func handle(
        _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            guard PageProblems.isPage(request) else { throw error }
            let problem = Problem(error, logger: context.logger)
            var response = Response.page(
                PageProblems.page(problem, request, context), status: problem.kind.status)
            for field in problem.headers { response.headers[field.name] = field.value }
            return response
        }
    }

    /// True where a person looks at the answer.
    private static func isPage(_ request: Request) -> Bool {
        !request.uri.path.hasPrefix("/v1") && request.headers[.accept]?.lowercased().contains("text/html") == true
    }

    private static func page(_ problem: Problem, _ request: Request, _ context: ServiceContext) -> HTML {
        if problem.kind == .notAuthenticated {
            return PageFrame(title: "Sign in").html(signIn(isRefused: request.uri.path == "/login"))
        }
        let errors = problem.errors.map { error -> HTML in "<li>\(error.place): \(error.detail)</li>" }
        return PageFrame(title: problem.kind.title, caller: context.caller).html(
            """
            \(if: !problem.detail.isEmpty, "<p>\(problem.detail).</p>")
            \(if: !errors.isEmpty, "<ul>\(errors)</ul>")
            <p class="note">Request \(context.id), status \(problem.kind.status.code).</p>
            <p><a href="/">To the overview</a></p>
            """)
    }

    private static func signIn(isRefused: Bool) -> HTML {
        """
        \(if: isRefused, "<p class=\"message bad\" role=\"alert\">This token is not valid here.</p>")
        <form class="card narrow" method="post" action="/login">
        <label for="token">Token</label>
        <input id="token" name="token" type="password" required autofocus autocomplete="current-password" \
        spellcheck="false">
        <button class="main" type="submit">Sign in</button>
        <p class="note">A token with the scope <code>read</code> shows this page, one with <code>admin</code> takes \
        reviews too. An operator makes one with <code>sluice token</code>.</p>
        </form>
        """
    }
}
