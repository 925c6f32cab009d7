import Glibc
import HTTPTypes
import Hummingbird
import SluiceCore

/// Finds out who asks.
package struct Access: Sendable {
    /// The tokens that are valid now.
    package let tokens: TokenTable
    /// The page's sessions.
    package let sessions = SessionTable()

    /// Access with these tokens.
    package init(tokens: TokenTable) { self.tokens = tokens }

    /// Who sends this request: the owner of the daemon over its socket, a token, a session, everybody or nobody.
    ///
    /// - Throws: ``Problem`` where a token is shown that is not valid; none at all may be enough for what is asked.
    func caller(of headers: HTTPFields, peer: Peer) throws(Problem) -> Caller {
        if let authorization = headers[.authorization] {
            if let token = Access.bearer(authorization), let caller = tokens.caller(of: TokenMint.digest(of: token)) {
                return caller
            }
            if !isUnguarded(peer) {
                throw Problem(
                    .notAuthenticated, "the token is not valid here",
                    headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
            }
        }
        switch peer {
        case .local(let user) where peer.isOwner(of: geteuid()): return Caller(name: "uid:\(user)", scopes: [.admin])
        case .network where tokens.isOpen: return Caller(name: "local", scopes: [.admin])
        case .local, .network: break
        }
        if let id = Access.session(headers), let digest = sessions.token(of: id),
            let caller = tokens.caller(of: digest)
        {
            return caller
        }
        return .nobody
    }

    private func isUnguarded(_ peer: Peer) -> Bool {
        peer == .network ? tokens.isOpen : peer.isOwner(of: geteuid())
    }

    /// The token of an `Authorization` field.
    private static func bearer(_ field: String) -> Substring? {
        let words = field.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return words[1]
    }

    /// The session of a `Cookie` field.
    static func session(_ headers: HTTPFields) -> Substring? {
        for pair in (headers[.cookie] ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0].drop(while: { $0 == " " }) == SessionTable.cookie { return parts[1] }
        }
        return nil
    }
}
