import NIOCore
import SluiceCore
import Synchronization

/// The page's sessions: a cookie stands for a token that was shown once.
package final class SessionTable: Sendable {
    private struct Session {
        var token: Digest
        var ends: NIODeadline
    }

    /// The cookie's name.
    package static let cookie = "sluice_session"
    /// How long a session lasts, in seconds.
    package static let seconds = 12 * 3600
    /// The most sessions; beyond, the one that would end first goes.
    package static let limit = 1024

    private let sessions = Mutex<[Digest: Session]>([:])

    /// A table without a session.
    package init() {}

    /// Opens a session for who shows the token with this digest; the answer is the cookie's value.
    package func open(token: Digest, now: NIODeadline = .now()) -> String {
        let id = TokenMint.secret()
        sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.ends > now }
            if sessions.count >= SessionTable.limit, let first = sessions.min(by: { $0.value.ends < $1.value.ends }) {
                sessions[first.key] = nil
            }
            let ends = now + .seconds(Int64(SessionTable.seconds))
            sessions[TokenMint.digest(of: id)] = Session(token: token, ends: ends)
        }
        return id
    }

    /// The digest of the token that a session was opened with.
    package func token(of id: some StringProtocol, now: NIODeadline = .now()) -> Digest? {
        let key = TokenMint.digest(of: id)
        return sessions.withLock { sessions in
            guard let session = sessions[key], session.ends > now else {
                sessions[key] = nil
                return nil
            }
            return session.token
        }
    }

    /// Ends a session.
    package func close(_ id: some StringProtocol) {
        let key = TokenMint.digest(of: id)
        sessions.withLock { $0[key] = nil }
    }
}
