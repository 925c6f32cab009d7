import HTTPTypes
import SluicePipeline

/// Under which names the daemon may be addressed, and from which pages.
///
/// A page of any site can make a browser ask for `http://its.own.name/` and then have that name point to this machine. The
/// browser sends the name along, so names that nobody has allowed are turned away, on loopback too.
package struct HostPolicy: Sendable, Equatable {
    private var names: Set<String> = []

    /// The policy of a daemon that listens on `listen` and may also be called by the names in `allowed`.
    package init(listen: String, allowed: String) {
        for name in allowed.split(separator: ",") {
            let name = name.filter { $0 != " " && $0 != "\t" }.lowercased()
            if !name.isEmpty { names.insert(name) }
        }
        let host = (Authority(listen)?.host ?? "").lowercased()
        if !["", "0.0.0.0", "[::]"].contains(host) { names.insert(host) }
    }

    /// Checks the name that a request of the network was sent to.
    package func checkHost(_ host: String?) throws(Problem) {
        guard let host else { throw Problem(.badHost, "there is no Host field") }
        guard let authority = Authority(host.lowercased()) else {
            throw Problem(.badHost, "the Host field is malformed")
        }
        guard
            HostPolicy.isLoopback(authority.host) || names.contains(authority.host) || names.contains(host.lowercased())
        else { throw Problem(.wrongHost, "add the name to service.allowed_hosts if it is meant") }
    }

    /// Checks that a request that may change something does not come from a page of another site.
    package static func checkOrigin(_ request: HTTPRequest) throws(Problem) {
        if request.method == .get || request.method == .head { return }
        if let site = request.headerFields[.fetchSite]?.lowercased(), site == "cross-site" {
            throw Problem(.crossSite, "the browser says that a page of another site asks")
        }
        guard let origin = request.headerFields[.origin]?.lowercased() else { return }
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            if let host = request.authority?.lowercased(), origin.dropFirst(scheme.count) == host { return }
        }
        throw Problem(.crossSite, "the Origin field names another site")
    }

    /// True for names and addresses that mean this machine wherever they are looked up.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
                    && (Int(part) ?? 256) < 256
            }
    }
}
