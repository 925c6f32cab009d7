import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// All sockets of the front, served side by side by two event loops.
struct Listeners: Service {
    let sockets: [BoundSocket]
    let limits: WireLimits
    let rules: FrontRules
    let table: ConnectionTable
    let loop: RequestLoop
    let logger: Logger

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let result: Result<Void, any Error>
        do {
            try await withThrowingDiscardingTaskGroup { tasks in
                for socket in sockets {
                    let listener = Listener(
                        socket: socket, group: group, limits: limits, rules: rules, table: table, loop: loop,
                        logger: logger)
                    tasks.addTask(executorPreference: LoopExecutor(group.any())) { try await listener.run() }
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try? await group.shutdownGracefully()
        try result.get()
    }
}

/// Accepts the connections of one socket, and serves each.
struct Listener: Service {
    let socket: BoundSocket
    let group: MultiThreadedEventLoopGroup
    let limits: WireLimits
    let rules: FrontRules
    let table: ConnectionTable
    let loop: RequestLoop
    let logger: Logger

    func run() async throws {
        let (limits, rules, table, loop) = (limits, rules, table, loop)
        let isLocal = socket.file != nil
        let server = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .bind(socket.descriptor) { channel in
                Listener.connection(channel, isLocal: isLocal, limits: limits, rules: rules, table: table)
            }
        defer { socket.file?.remove() }
        logger.info("listening", metadata: ["address": "\(socket.place)"])
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { tasks in
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        table.add(connection)
                        let executor = LoopExecutor(connection.channel.eventLoop)
                        tasks.addTask(executorPreference: executor) {
                            await loop.serve(connection)
                            table.remove(connection)
                        }
                    }
                }
            }
        } onGracefulShutdown: {
            server.channel.close(promise: nil)
            table.drain()
        }
    }

    private static func connection(
        _ channel: any Channel, isLocal: Bool, limits: WireLimits, rules: FrontRules, table: ConnectionTable
    ) -> EventLoopFuture<Connection> {
        peer(of: channel, isLocal: isLocal).flatMapThrowing { peer in
            var limits = limits
            limits.bodyBytes = peer.isOwner(of: geteuid()) ? Int.max : rules.bodyBytes
            let handler = ConnectionHandler(limits: limits)
            let connection = Connection(
                channel: channel, peer: peer, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
            handler.onRank = { [weak connection] rank in
                if let connection { table.note(connection, rank) }
            }
            try channel.pipeline.syncOperations.addHandler(handler)
            return connection
        }
    }

    /// What the kernel says of the process at the other end.
    private struct Credentials {
        var process: Int32 = 0
        var user: UInt32 = .max
        var group: UInt32 = .max
    }

    private static func peer(of channel: any Channel, isLocal: Bool) -> EventLoopFuture<Peer> {
        guard isLocal, let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(.network)
        }
        let found: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET), name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        return found.map { .local(user: $0.user) }
    }
}
