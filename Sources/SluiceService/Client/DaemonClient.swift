import NIOCore
import NIOHTTP1
import NIOPosix
import SluiceCore

/// A client of the daemon, over its Unix socket; a connection for each request.
package struct DaemonClient: Sendable {
    /// The socket's path.
    package let socket: String
    private let token: String?

    typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// What takes an answer's bytes as they come.
    package typealias Sink = @Sendable (ByteBuffer) async throws(SluiceError) -> Void

    /// The most bytes of an answer that is held as a whole.
    package static let heldBytes = 64 << 20

    /// A client of whoever listens at `socket`, who is shown `token`.
    package init(socket: String, token: String? = nil) {
        self.socket = socket
        self.token = token
    }

    /// True where a daemon answers.
    package func isAnswered() async -> Bool {
        var question = DaemonRequest.get("/livez")
        question.silence = .seconds(5)
        return (try? await answer(question))?.isSuccess == true
    }

    /// The answer to `request`, whatever it is. A success's bytes go to `sink` where there is one.
    ///
    /// - Throws: `SluiceError`: `busy` where nobody listens, `io` where the answer does not come or not to its end, and
    ///   what the file to be sent, or `sink`, throws.
    package func answer(_ request: DaemonRequest, into sink: Sink? = nil) async throws(SluiceError) -> DaemonAnswer {
        let channel = try await connected(request)
        let token = token
        do {
            return try await channel.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: DaemonAnswer?.self) { tasks in
                    tasks.addTask {
                        do { try await DaemonClient.send(request, token: token, outbound) } catch {
                            // A daemon that refuses hangs up on the rest of the body; its answer says why.
                            if error is SluiceError { throw error }
                        }
                        return nil
                    }
                    tasks.addTask { try await DaemonClient.receive(inbound, into: sink) }
                    defer { tasks.cancelAll() }
                    for try await answer in tasks {
                        if let answer { return answer }
                    }
                    throw DaemonClient.cut
                }
            }
        } catch let error as SluiceError {
            throw error
        } catch let error as SilenceTimer.Silence {
            throw SluiceError(
                .io, "the daemon at \(socket) said nothing for \(error.limit.nanoseconds / 1_000_000_000) s",
                advice: "its log says more; what was committed stays")
        } catch {
            throw DaemonClient.cut
        }
    }

    /// The answer to `request`, which must be a success.
    package func require(_ request: DaemonRequest, into sink: Sink? = nil) async throws(SluiceError) -> DaemonAnswer {
        try await answer(request, into: sink).required()
    }

    private func connected(_ request: DaemonRequest) async throws(SluiceError) -> Channel {
        do {
            return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(.seconds(5))
                .connect(unixDomainSocketPath: socket) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let silence = request.silence {
                            try pipeline.addHandler(IdleStateHandler(allTimeout: silence))
                        }
                        try pipeline.addHTTPClientHandlers()
                        if let silence = request.silence { try pipeline.addHandler(SilenceTimer(silence)) }
                        return try Channel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw SluiceError(
                .busy, "no daemon answers at \(socket)", advice: "try again when it is back: what was committed stays")
        }
    }

    private static func send(
        _ request: DaemonRequest, token: String?, _ outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        try await outbound.write(.head(request.head(token: token)))
        switch request.body {
        case .none: break
        case .json(let bytes): try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
        case .file(let file, _):
            var offset = 0
            while true {
                let at = offset
                let piece = try await NIOThreadPool.singleton.runIfActive { try file.piece(at: at) }
                if piece.isEmpty { break }
                offset += piece.count
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: piece))))
            }
        }
        try await outbound.write(.end(nil))
    }

    private static func receive(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, into sink: Sink?
    ) async throws -> DaemonAnswer {
        var answer: DaemonAnswer?
        for try await part in inbound {
            switch part {
            case .head(let head):
                answer = DaemonAnswer(
                    status: Int(head.status.code),
                    retryAfter: head.headers.first(name: "Retry-After").flatMap { Int($0) })
            case .body(let bytes):
                guard var held = answer.take() else { throw cut }
                if held.isSuccess, let sink {
                    try await sink(bytes)
                } else {
                    guard held.body.count + bytes.readableBytes <= heldBytes else {
                        throw SluiceError(.io, "the daemon's answer has more than \(heldBytes) bytes")
                    }
                    held.body += bytes.readableBytesView
                }
                answer = held
            case .end: if let answer { return answer }
            }
        }
        throw cut
    }

    /// What is said of an answer that was cut off: whether the request was done, nobody knows.
    static let cut = SluiceError(
        .io, "the daemon hung up before its answer was whole",
        advice: "what was committed stays; run the command again when it is back")
}

/// Ends a connection on which nothing moves.
private final class SilenceTimer: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    /// Nothing moved for so long.
    struct Silence: Error {
        var limit: TimeAmount
    }

    private let limit: TimeAmount

    init(_ limit: TimeAmount) { self.limit = limit }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        context.fireErrorCaught(Silence(limit: limit))
        context.close(promise: nil)
    }
}
