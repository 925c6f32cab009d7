import Foundation
import NIOCore
import SluiceService
import Synchronization
import Testing

@Suite struct `The front` {
    @Test func `a request is answered and the connection waits for the next`() async throws {
        try await LiveFront.with { live in
            for address in [live.port, live.socket] {
                let answers = try await blocking {
                    let client = RawClient(address)
                    return [client.ask(get("/ok")), client.ask(get("/items/a%20b"))]
                }
                #expect(answers.map { $0?.status } == [200, 200])
                #expect(answers.map { $0?.text } == ["ok", "a%20b"])
            }
        }
    }

    @Test func `an answer is noted with its route's template, and without what was asked`() async throws {
        try await LiveFront.with { live in
            _ = try await blocking { RawClient(live.port).ask(get("/items/secret?token=secret")) }
            _ = try await blocking { RawClient(live.port).ask(get("/secret")) }
            while live.log.all.count < 2 { await Task.yield() }
            let (found, missing) = (live.log.all[0], live.log.all[1])
            #expect(found.route == "/items/{id}")
            #expect(found.status == 200 && found.bytes == 6 && found.method == "GET" && found.caller == "local")
            #expect(missing.route.isEmpty && missing.status == 404)
            #expect(!"\(live.log.all)".contains("secret"))
        }
    }

    @Test func `the end waits for the answer at hand, and for nobody else`() async throws {
        let answered = Mutex<Int?>(nil)
        let began = NIODeadline.now()
        try await LiveFront.with(limits: { $0.headerTime = .seconds(60) }) { live in
            let idle = RawClient(live.port)
            let half = RawClient(live.port)
            half.send("GET /ok HTTP/1.1\r\n")
            let slow = RawClient(live.port)
            slow.send("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n")
            try await Task.sleep(for: .milliseconds(100))
            Thread.detachNewThread {
                usleep(300_000)
                slow.send("hello")
                let status = slow.answers(1).first?.status
                answered.withLock { $0 = status }
                withExtendedLifetime((idle, half)) {}
            }
        }
        #expect(NIODeadline.now() - began < .seconds(5))
        while answered.withLock({ $0 }) == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(answered.withLock { $0 } == 200)
    }

    @Test func `what is not there, or not so, is a problem`() async throws {
        try await LiveFront.with { live in
            for (request, status, problem) in [
                (get("/none"), 404, "not-found"), (post("/ok", ""), 405, "method-not-allowed"),
                (get("/fails"), 500, "internal-error"), (get("/busy"), 503, "busy"),
            ] {
                let answer = try await blocking { RawClient(live.port).ask(request) }
                #expect(answer?.status == status)
                #expect(answer?.problem == problem)
                #expect(answer?.fields["content-type"] == "application/problem+json")
                #expect(answer?.fields["x-request-id"] != nil)
                #expect(answer?.fields["x-content-type-options"] == "nosniff")
            }
            let other = try await blocking { RawClient(live.port).ask(post("/ok", "")) }
            #expect(other?.fields["allow"] == "GET, HEAD")
            let busy = try await blocking { RawClient(live.port).ask(get("/busy")) }
            #expect(busy?.fields["retry-after"] == "1")
        }
    }
}

/// A request without a body.
func get(_ path: String, _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
}

/// A request with a body.
func post(_ path: String, _ body: String, _ fields: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}
