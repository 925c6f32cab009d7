import Foundation
import NIOCore
import NIOHTTP1
import SluiceCore
import SluiceService
import Synchronization
import Testing

@Suite struct `The daemon's client` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What `body` throws, which must be an error of ours.
    private func error(_ body: () async throws -> Void) async -> SluiceError? {
        do { try await body() } catch { return error as? SluiceError }
        return nil
    }

    private func upload(_ path: String) throws -> DaemonRequest {
        .post(
            "/v1/documents", [("name", "a b&c/ü.txt"), ("source", nil)],
            body: .file(try OutgoingFile(path), type: "text/plain"))
    }

    @Test func `sends a file whole, with its length, its type and a token, and gives the answer`() async throws {
        let content = String(repeating: "0123456789", count: 100_000)
        let path = try folder.file("a", content)
        try await FakeDaemon.with([.answer(200, "yes")], token: "secret") { client, fake in
            let answer = try await client.require(upload(path))
            #expect(answer.body == Array("yes".utf8))
            let asked = try #require(fake.asked.first)
            #expect(asked.head.uri == "/v1/documents?name=a%20b%26c%2F%C3%BC.txt")
            #expect(asked.head.headers["Content-Length"] == ["1000000"])
            #expect(asked.head.headers["Content-Type"] == ["text/plain"])
            #expect(asked.head.headers["Authorization"] == ["Bearer secret"])
            #expect(asked.isWhole && asked.body == Array(content.utf8))
        }
    }

    @Test func `hands a long answer on as it comes`() async throws {
        let body = String(repeating: "x", count: 3_000_000)
        try await FakeDaemon.with([.answer(200, body)]) { client, _ in
            let received = Mutex(0)
            let answer = try await client.require(.get("/file")) { bytes throws(SluiceError) in
                received.withLock { $0 += bytes.readableBytes }
            }
            #expect(answer.body.isEmpty && received.withLock { $0 } == 3_000_000)
        }
    }

    @Test func `says busy where nobody listens`() async throws {
        let client = DaemonClient(socket: folder.path("nobody"))
        #expect(await error { _ = try await client.answer(.get("/")) }?.code == .busy)
        #expect(await client.isAnswered() == false)
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Len", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly", "not HTTP at all\r\n\r\n",
    ])
    func `takes no answer that is cut short for a whole one`(bytes: String) async throws {
        try await FakeDaemon.with([FakeDaemon.Script(bytes: bytes)]) { client, _ in
            #expect(await error { _ = try await client.answer(.get("/")) }?.code == .io)
        }
    }

    @Test func `says so where the answer is not the JSON that it should be`() async throws {
        struct Wanted: Decodable { var held: Int }
        for body in ["{", "[]", #"{"held":"many"}"#, ""] {
            try await FakeDaemon.with([.answer(200, body)]) { client, _ in
                #expect(await error { _ = try await client.heldCount() }?.code == .io, "\(body)")
            }
        }
    }

    @Test func `does not wait for ever`() async throws {
        try await FakeDaemon.with([FakeDaemon.Script(bytes: "HTTP/1.1 200 OK\r\n", closes: false)]) { client, _ in
            var request = DaemonRequest.get("/")
            request.silence = .milliseconds(200)
            let start = ContinuousClock.now
            let error = await error { _ = try await client.answer(request) }
            #expect(error?.code == .io && error?.message.contains("said nothing") == true)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test func `waits for work as long as it takes`() async throws {
        var slow = FakeDaemon.Script.answer(200, "done")
        slow.delay = .seconds(1)
        try await FakeDaemon.with([slow]) { client, _ in
            let answer = try await client.require(.post("/v1/work"))
            #expect(answer.body == Array("done".utf8))
        }
    }

    @Test(arguments: [
        (400, "bad-parameter", SluiceError.Code.usage), (401, "not-authenticated", .configuration),
        (403, "insufficient-scope", .configuration), (404, "not-found", .inputMissing),
        (409, "conflict", .cannotCreate), (413, "body-too-large", .noUsableData),
        (422, "unusable-data", .noUsableData), (429, "too-many-requests", .busy), (503, "busy", .busy),
        (503, "storage", .io), (507, "storage", .io), (500, "internal-error", .io),
    ])
    func `turns a refusal into the error that fits`(status: Int, kind: String, code: SluiceError.Code) async throws {
        try await FakeDaemon.with([.problem(status, kind, "because", retryAfter: 7)]) { client, _ in
            let error = await error { _ = try await client.require(.get("/")) }
            #expect(error?.code == code)
            #expect(error?.message.contains("because") == true)
            if code == .busy { #expect(error?.advice.contains("7 s") == true) }
        }
    }

    @Test func `reads why a large body is refused, though it is not taken to its end`() async throws {
        let path = folder.path("large")
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.truncate(atOffset: 200 << 20)
        var refusal = FakeDaemon.Script.problem(413, "body-too-large", "too much")
        refusal.isEarly = true
        try await FakeDaemon.with([refusal]) { client, fake in
            #expect(await error { _ = try await client.require(upload(path)) }?.code == .noUsableData)
            #expect(fake.asked.first?.isWhole == false)
        }
    }

    @Test func `does not let half a file pass for a whole one`() async throws {
        let path = try folder.file("growing", "first half, ")
        try await FakeDaemon.with([.answer(200, "{}")]) { client, fake in
            let request = try upload(path)
            _ = try folder.file("growing", "first half, second half")
            let error = await error { _ = try await client.require(request) }
            #expect(error?.code == .io && error?.message.contains("changed") == true)
            #expect(fake.asked.allSatisfy { !$0.isWhole })
        }
    }

    @Test func `tries again while the daemon is busy, and says so once`() async throws {
        let path = try folder.file("a", "text")
        let busy = FakeDaemon.Script.problem(503, "busy", "full", retryAfter: 0)
        try await FakeDaemon.with([busy, busy, .answer(200, "{}")]) { client, fake in
            let notes = Mutex<[String]>([])
            let patience = Patience { note in notes.withLock { $0.append(note) } }
            _ = try await client.patiently(patience) { () throws(SluiceError) in
                .post("/v1/documents", body: .file(try OutgoingFile(path), type: "text/plain"))
            }
            #expect(fake.asked.map(\.body) == Array(repeating: Array("text".utf8), count: 3))
            #expect(notes.withLock { $0.count } == 1)
        }
    }

    @Test func `gives up where the daemon stays busy for longer than the time that was said`() async throws {
        try await FakeDaemon.with([.problem(503, "busy", "full", retryAfter: 60)]) { client, fake in
            let patience = Patience(limit: .seconds(1)) { _ in }
            let error = await error {
                _ = try await client.patiently(patience) { () throws(SluiceError) in .post("/v1/exports") }
            }
            #expect(error?.code == .busy && fake.asked.count == 1)
        }
    }

    @Test func `sends again what the daemon went in the midst of`() async throws {
        let path = try folder.file("a", "text")
        let (gone, half) = (FakeDaemon.Script(bytes: ""), FakeDaemon.Script(bytes: "HTTP/1.1 200 OK\r\nContent-Len"))
        func send(_ client: DaemonClient, _ limit: Duration) async throws {
            let patience = Patience(limit: limit, pause: .milliseconds(10)) { _ in }
            _ = try await client.patiently(patience) { () throws(SluiceError) in
                .post("/v1/documents", body: .file(try OutgoingFile(path), type: "text/plain"))
            }
        }
        try await FakeDaemon.with([gone, half, .answer(200, "{}")]) { client, fake in
            try await send(client, .seconds(60))
            #expect(fake.asked.map(\.body) == Array(repeating: Array("text".utf8), count: 3))
        }
        let busy = FakeDaemon.Script.problem(503, "busy", "full", retryAfter: 0)
        try await FakeDaemon.with([gone, busy]) { client, _ in
            let error = await error { try await send(client, .milliseconds(200)) }
            #expect(error?.code == .io && error?.message.contains("hung up") == true)
        }
    }

    @Test func `does not try again where the disk is full`() async throws {
        try await FakeDaemon.with([.problem(503, "storage", "full", retryAfter: 0)]) { client, fake in
            let error = await error {
                _ = try await client.patiently(Patience { _ in }) { () throws(SluiceError) in .post("/v1/exports") }
            }
            #expect(error?.code == .io && fake.asked.count == 1)
        }
    }
}
