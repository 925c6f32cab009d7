import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SluiceCore
import SluicePipeline
import SluiceService
import Synchronization

/// A front with a few routes, on a port and a socket of its own.
struct LiveFront: Sendable {
    let port: RawClient.Address
    let socket: RawClient.Address
    let front: HTTPFront
    let folder: TemporaryFolder
    let log: AnswerLog

    /// Runs `body` against a front, and ends it.
    static func with(
        tokens: String? = nil, allowedHosts: String = "", limits change: (inout WireLimits) -> Void = { _ in },
        _ body: @escaping @Sendable (LiveFront) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        var settings = Settings().service
        settings.listen = "127.0.0.1:0"
        settings.allowedHosts = allowedHosts
        if let tokens {
            settings.tokens = try folder.file("tokens", tokens)
            chmod(settings.tokens, 0o600)
        }
        var limits = WireLimits(settings)
        limits.headerTime = .seconds(1)
        limits.lingerTime = .milliseconds(500)
        limits.bodyBytes = 1 << 20
        change(&limits)
        var logger = Logger(label: "front")
        logger.logLevel = .critical
        let log = AnswerLog()
        let front = try HTTPFront(
            settings: settings, socket: folder.path("s"), limits: limits, logger: logger, onAnswer: log.add)
        let router = HTTPFront.router()
        addRoutes(to: router, folder: folder)
        SessionRoutes(access: front.access).add(to: router)
        let port = front.address.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) } ?? 0
        let live = LiveFront(
            port: .port(port), socket: .path(folder.path("s")), front: front, folder: folder, log: log)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: front.serving(router))], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result: Result<Void, any Error>
            do {
                try await body(live)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    private static func addRoutes(to router: Router<ServiceContext>, folder: TemporaryFolder) {
        router.get("ok") { _, _ in "ok" }
        router.get("items/:id") { _, context in context.parameters.get("id") ?? "" }
        router.post("count") { request, _ in
            var count = 0
            for try await piece in request.body { count += piece.readableBytes }
            return String(count)
        }
        router.post("file") { request, _ in
            let file = try await BodyFile.receive(request, in: folder.path, pool: .singleton)
            file.remove()
            return "\(file.bytes) \(file.digest.hex)"
        }
        router.post("ignore") { _, _ in "not read" }
        router.get("big") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    let piece = ByteBuffer(repeating: 120, count: 1 << 20)
                    for _ in 0..<16 { try await writer.write(piece) }
                    try await writer.finish(nil)
                })
        }
        router.get("held") { _, _ in
            Response(status: .ok, body: .init(byteBuffer: .init(repeating: 120, count: 4 << 20)))
        }
        router.get("page") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
                body: .init(byteBuffer: .init(string: "<p>")))
        }
        router.get("slow") { _, _ in
            try await Task.sleep(for: .seconds(2))
            return "done"
        }
        router.get("fails") { _, _ -> String in throw CancellationError() }
        router.get("busy") { _, _ -> String in throw SluiceError(.busy, "the queue is full") }
        router.get("read") { _, context in
            try context.require(.read)
            return context.caller.name
        }
        router.post("hand-in") { _, context in
            try context.require(.ingest)
            return context.caller.name
        }
    }
}

/// What the front says of each answer.
final class AnswerLog: Sendable {
    private let records = Mutex<[AnswerRecord]>([])

    func add(_ record: AnswerRecord) { records.withLock { $0.append(record) } }

    var all: [AnswerRecord] { records.withLock { $0 } }
}
