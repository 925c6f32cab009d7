import Synchronization

/// What a running front can be told anew.
final class FrontRules: Sendable {
    private let state: Mutex<(hosts: HostPolicy, bodyBytes: Int)>

    init(hosts: HostPolicy, bodyBytes: Int) { state = Mutex((hosts, bodyBytes)) }

    /// Under which names the daemon may be addressed.
    var hosts: HostPolicy { state.withLock { $0.hosts } }

    /// The most bytes of a body, as sent.
    var bodyBytes: Int { state.withLock { $0.bodyBytes } }

    func use(hosts: HostPolicy, bodyBytes: Int) { state.withLock { $0 = (hosts, bodyBytes) } }
}
