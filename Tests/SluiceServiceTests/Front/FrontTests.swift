import SluiceService
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
