import NIOCore
import Synchronization

/// Every open connection, so that a new one can take the place of one that does nothing.
final class ConnectionTable: Sendable {
    /// What a connection is at; the lower, the sooner it has to go.
    enum Rank: Int, Comparable {
        case waiting, sending, answered

        static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
    }

    private struct Entry {
        var connection: Connection
        var rank = Rank.waiting
        var since = NIODeadline.now()
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var isDraining = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// The connections that are open.
    var count: Int { state.withLock { $0.entries.count } }

    /// Takes a connection in; beyond the limit, the one that has waited longest goes.
    func add(_ connection: Connection) {
        let (victim, isDraining) = state.withLock { state -> (Connection?, Bool) in
            var victim: Connection?
            if state.entries.count >= limit {
                let worst = state.entries.min { ($0.value.rank, $0.value.since) < ($1.value.rank, $1.value.since) }
                if let worst, worst.value.rank < .answered {
                    victim = worst.value.connection
                    state.entries[worst.key] = nil
                } else {
                    return (connection, state.isDraining)
                }
            }
            state.entries[ObjectIdentifier(connection)] = Entry(connection: connection)
            return (victim, state.isDraining)
        }
        victim?.channel.close(promise: nil)
        if isDraining { connection.drain() }
    }

    /// Notes what a connection is at from now on.
    func note(_ connection: Connection, _ rank: Rank) {
        state.withLock { state in
            state.entries[ObjectIdentifier(connection)]?.rank = rank
            state.entries[ObjectIdentifier(connection)]?.since = .now()
        }
    }

    /// Forgets a connection that has been closed.
    func remove(_ connection: Connection) {
        state.withLock { $0.entries[ObjectIdentifier(connection)] = nil }
    }

    /// Closes the connections that wait, and the others after the answer that they are at.
    func drain() {
        let open = state.withLock { state in
            state.isDraining = true
            return state.entries.values.map(\.connection)
        }
        for connection in open { connection.drain() }
    }
}
