import HTTPTypes
import NIOCore

/// One connection, as the task that serves it sees it.
final class Connection: Sendable {
    /// The channel beneath.
    let channel: any Channel
    /// Who is at the other end.
    let peer: Peer
    private let handler: NIOLoopBound<ConnectionHandler>

    init(channel: any Channel, peer: Peer, handler: NIOLoopBound<ConnectionHandler>) {
        self.channel = channel
        self.peer = peer
        self.handler = handler
    }

    /// The header of the next request, or nil where none will come.
    ///
    /// - Throws: ``Problem`` where what came is not a request.
    func nextHead() async throws -> RequestHead? {
        guard case .head(let head) = try await next() else { return nil }
        return head
    }

    /// The next part of the request at hand, or nil where the connection has ended.
    ///
    /// - Throws: ``Problem`` where the rest of the request is not what it should be.
    func next() async throws -> RequestPart? {
        switch try await onLoop({ $0.next() }) {
        case .part(let part): return part
        case .problem(let problem): throw problem
        case .ended: return nil
        }
    }

    /// Sends bytes; returns once the system has taken them.
    func write(_ bytes: ByteBuffer) async throws {
        try await onLoop { $0.write(bytes) }
    }

    /// Makes room for the next request.
    func nextRequest() async { await handle { $0.nextRequest() } }

    /// Ends the request at hand, read or not; true where another may follow.
    func settle() async -> Bool { await handle { $0.settle() } ?? false }

    /// True where the body of the request at hand has been read to its end.
    func bodyIsRead() async -> Bool { await handle { $0.bodyIsRead } ?? true }

    /// True where bytes of the body are here already.
    func holdsBytes() async -> Bool { await handle { $0.holdsBytes } ?? true }

    /// Closes once the other side has had time to read the answer.
    func finish() async {
        await handle { $0.linger() }
        try? await channel.closeFuture.get()
    }

    /// Ends the connection after the answer at hand, or at once where there is none.
    func drain() {
        let handler = handler
        channel.eventLoop.execute { handler.value.drain() }
    }

    private func onLoop<T: Sendable>(
        _ body: @escaping @Sendable (ConnectionHandler) -> EventLoopFuture<T>?
    ) async throws -> T {
        let (handler, loop) = (handler, channel.eventLoop)
        return try await loop.flatSubmit {
            body(handler.value) ?? loop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        .get()
    }

    @discardableResult
    private func handle<T: Sendable>(_ body: @escaping @Sendable (ConnectionHandler) -> T) async -> T? {
        let handler = handler
        return try? await channel.eventLoop.submit { body(handler.value) }.get()
    }
}

/// Who is at the other end of a connection.
package enum Peer: Sendable, Equatable {
    /// Somebody who reached the TCP address.
    case network
    /// A process of this user, over the Unix socket.
    case local(user: UInt32)

    /// True for the user that the daemon runs as, and for root, over the Unix socket.
    package func isOwner(of daemon: UInt32) -> Bool {
        switch self {
        case .network: false
        case .local(let user): user == daemon || user == 0
        }
    }
}

/// The body of the request at hand, piece by piece.
struct BodyStream: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let connection: Connection
    let expectsContinue: Bool

    func makeAsyncIterator() -> Iterator { Iterator(connection: connection, expectsContinue: expectsContinue) }

    struct Iterator: AsyncIteratorProtocol {
        let connection: Connection
        var expectsContinue: Bool

        mutating func next() async throws -> ByteBuffer? {
            if await connection.bodyIsRead() { return nil }
            if expectsContinue {
                expectsContinue = false
                if await !connection.holdsBytes() {
                    try await connection.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
                }
            }
            switch try await connection.next() {
            case .body(let piece): return piece
            case .end, .head, nil: return nil
            }
        }
    }
}
