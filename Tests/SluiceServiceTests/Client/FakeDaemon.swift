import NIOCore
import NIOHTTP1
import NIOPosix
import SluiceService
import Synchronization

/// A daemon that reads requests as they should be and answers whatever it is told to, byte for byte.
final class FakeDaemon: Sendable {
    /// What it does with one connection.
    struct Script: Sendable {
        /// The bytes that it sends.
        var bytes: String
        /// True where it does not wait for the request's end.
        var isEarly = false
        /// How long it waits before it sends.
        var delay = TimeAmount.zero
        /// True where it hangs up afterwards.
        var closes = true

        /// A whole answer.
        static func answer(
            _ status: Int, _ body: String, fields: String = "Content-Type: application/json\r\n"
        ) -> Script {
            Script(bytes: "HTTP/1.1 \(status) X\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }

        /// A refusal.
        static func problem(_ status: Int, _ kind: String, _ detail: String, retryAfter: Int? = nil) -> Script {
            let fields = retryAfter.map { "Retry-After: \($0)\r\n" } ?? ""
            return answer(
                status,
                #"{"type":"urn:sluice:problem:\#(kind)","title":"T","status":\#(status),"detail":"\#(detail)"}"#,
                fields: "Content-Type: application/problem+json\r\n" + fields)
        }
    }

    /// A request that came, as far as it came.
    struct Asked: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8] = []
        var isWhole = false
    }

    private let state: Mutex<(scripts: [Script], asked: [Asked])>

    private init(_ scripts: [Script]) { state = Mutex((scripts, [])) }

    /// The requests so far.
    var asked: [Asked] { state.withLock { $0.asked } }

    /// Runs `body` with a client of a daemon that follows `scripts`, one a connection, the last for all that come later.
    static func with(
        _ scripts: [Script], token: String? = nil, _ body: (DaemonClient, FakeDaemon) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let fake = FakeDaemon(scripts)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(Player(fake))
                }
            }
            .bind(unixDomainSocketPath: folder.path("s")).get()
        do {
            try await body(DaemonClient(socket: folder.path("s"), token: token), fake)
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    private func begin(_ head: HTTPRequestHead) -> (Int, Script?) {
        state.withLock { state in
            state.asked.append(Asked(head: head))
            let script = state.scripts.count > 1 ? state.scripts.removeFirst() : state.scripts.first
            return (state.asked.count - 1, script)
        }
    }

    private func note(_ number: Int, _ change: (inout Asked) -> Void) {
        state.withLock { change(&$0.asked[number]) }
    }

    private final class Player: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer

        private let fake: FakeDaemon
        private var number = 0
        private var script: Script?

        init(_ fake: FakeDaemon) { self.fake = fake }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                (number, script) = fake.begin(head)
                if script?.isEarly == true { play(context) }
            case .body(let bytes): fake.note(number) { $0.body += bytes.readableBytesView }
            case .end:
                fake.note(number) { $0.isWhole = true }
                if script?.isEarly == false { play(context) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func play(_ context: ChannelHandlerContext) {
            guard let script else { return }
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: script.delay) {
                let context = bound.value
                let sent = context.eventLoop.makePromise(of: Void.self)
                context.writeAndFlush(NIOAny(ByteBuffer(string: script.bytes)), promise: sent)
                guard script.closes else { return }
                // A while for the sender of a large body to read why it is refused.
                let pause = script.isEarly ? TimeAmount.milliseconds(200) : .zero
                sent.futureResult.whenComplete { _ in
                    bound.eventLoop.scheduleTask(in: pause) { bound.value.close(promise: nil) }
                }
            }
        }
    }
}
