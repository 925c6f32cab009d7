import Glibc
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SluiceCore
import SluicePipeline

/// The daemon's front door: the sockets, and what every request meets before a route.
///
///     let front = try HTTPFront(settings: settings.service, socket: path, logger: logger)
///     let router = HTTPFront.router()
///     router.get("livez") { _, _ in "ok" }
///     try await ServiceGroup(services: [front.serving(router)], logger: logger).run()
package struct HTTPFront: Sendable {
    /// Who may do what; `access.tokens.reload()` reads the file again.
    package let access: Access
    /// Where the TCP address turned out to be, `HOST:PORT`; nil where there is none.
    package let address: String?

    private let rules: FrontRules
    private let limits: WireLimits
    private let sockets: [BoundSocket]
    private let table: ConnectionTable
    private let logger: Logger
    private let onAnswer: @Sendable (AnswerRecord) -> Void

    /// Takes the addresses; nobody is answered before the routes are served.
    ///
    /// - Parameters:
    ///   - socket: The path of the Unix socket.
    ///   - limits: What a connection may cost, where it is not what the settings say.
    ///   - onAnswer: Called once for each answer, on an event loop.
    /// - Throws: `SluiceError`: `configuration` for an address or a token file that cannot be, `busy` for an address in use.
    package init(
        settings: Settings.Service, socket: String, limits: WireLimits? = nil, logger: Logger,
        onAnswer: @escaping @Sendable (AnswerRecord) -> Void = { _ in }
    ) throws(SluiceError) {
        self.logger = logger
        self.onAnswer = onAnswer
        access = Access(tokens: try TokenTable(path: settings.tokens.isEmpty ? nil : settings.tokens))
        let local = try BoundSocket.unix(socket)
        do throws(SluiceError) {
            let tcp = try HTTPFront.network(settings, isOpen: access.tokens.isOpen)
            address = tcp?.place
            sockets = [tcp, local].compactMap(\.self)
        } catch {
            local.abandon()
            throw error
        }
        var limits = limits ?? WireLimits(settings)
        limits.connections = min(limits.connections, HTTPFront.raiseDescriptors(to: limits.connections))
        self.limits = limits
        rules = FrontRules(
            hosts: HostPolicy(listen: settings.listen, allowed: settings.allowedHosts), bodyBytes: limits.bodyBytes)
        table = ConnectionTable(limit: limits.connections)
    }

    private static func network(_ settings: Settings.Service, isOpen: Bool) throws(SluiceError) -> BoundSocket? {
        if settings.listen.isEmpty { return nil }
        let socket = try BoundSocket.tcp(settings.listen)
        guard socket.isPublic, isOpen else { return socket }
        socket.abandon()
        throw SluiceError(
            .configuration, "service.listen is '\(settings.listen)', which other machines can reach",
            advice: "set service.tokens to a file of tokens ('sluice token' makes one)")
    }

    /// The connections that are open.
    package var connections: Int { table.count }

    /// Goes on under other settings, as far as they can change: the names of the daemon from the next request on, the size
    /// of a body from the next connection on.
    package func use(_ settings: Settings.Service) {
        rules.use(
            hosts: HostPolicy(listen: settings.listen, allowed: settings.allowedHosts), bodyBytes: settings.bodyBytes)
    }

    /// A router whose errors become problems, and which answers HEAD wherever it answers GET.
    package static func router() -> Router<ServiceContext> {
        let router = Router(context: ServiceContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware())
        return router
    }

    /// The service that answers by these routes until it is told to stop, and then until every request is answered.
    package func serving(_ router: Router<ServiceContext>) -> some Service {
        let loop = RequestLoop(
            responder: FrontResponder(router: router, rules: rules, access: access),
            held: HeldBytes(limit: limits.heldBytes), logger: logger, onAnswer: onAnswer)
        return Listeners(sockets: sockets, limits: limits, rules: rules, table: table, loop: loop, logger: logger)
    }

    /// Descriptors that the store, the spool and the exports need besides the connections.
    private static let otherDescriptors = 512

    /// Raises the process's limit of open files; returns how many connections it has room for.
    private static func raiseDescriptors(to connections: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return connections }
        let wanted = rlim_t(connections + otherDescriptors)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return max(16, Int(clamping: limit.rlim_cur) - otherDescriptors)
    }
}

extension WireLimits {
    /// The limits that the settings ask for.
    package init(_ settings: Settings.Service) {
        self.init()
        bodyBytes = settings.bodyBytes
        connections = settings.connections
        headerTime = .seconds(Int64(settings.headerSeconds))
        idleTime = .seconds(Int64(settings.idleSeconds))
    }
}
