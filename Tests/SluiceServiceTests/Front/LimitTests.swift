import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import SluiceCore
import SluicePipeline
import SluiceService
import Synchronization
import Testing

@Suite struct `The front's limits` {
    @Test func `a body is asked for once a route reads it, and not before`() async throws {
        try await LiveFront.with { live in
            let head = "HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
            let read = try await blocking {
                let client = RawClient(live.port)
                let first = client.ask("POST /count \(head)")
                return [first, client.ask("hello")]
            }
            #expect(read.map { $0?.status } == [100, 200])
            #expect(read.last??.text == "5")
            let refused = try await blocking { RawClient(live.port).ask("POST /none \(head)") }
            #expect(refused?.status == 404)
            #expect(refused?.fields["connection"] == "close")
            let early = try await blocking { RawClient(live.port).ask("POST /count \(head)hello") }
            #expect(early?.status == 200)
        }
    }

    @Test func `an answer reaches a sender that is still sending`() async throws {
        try await LiveFront.with { live in
            let (answer, isTaken) = try await blocking {
                let client = RawClient(live.socket)
                client.send("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n")
                let isTaken = client.send([UInt8](repeating: 0, count: 100_000_000))
                return (client.answers(1).first, isTaken)
            }
            #expect(answer?.status == 200)
            #expect(answer?.fields["connection"] == "close")
            #expect(!isTaken)
        }
    }

    @Test func `the owner's body has no limit, another's has`() async throws {
        try await LiveFront.with { live in
            let body = String(repeating: "a", count: 3 << 20)
            let owner = try await blocking { RawClient(live.socket).ask(post("/file", body)) }
            #expect(owner?.text == "\(3 << 20) \(Digest.of(Array(body.utf8)).hex)")
            let other = try await blocking { RawClient(live.port).ask(post("/file", body)) }
            #expect(other?.status == 413)
        }
    }

    @Test func `a body that says how it is packed is so`() async throws {
        try await LiveFront.with { live in
            for (coding, bytes) in [
                ("gzip", [0x1F, 0x8B, 8, 0]), ("zstd", [0x28, 0xB5, 0x2F, 0xFD]), ("zstd", [0x51, 0x2A, 0x4D, 0x18]),
            ] as [(String, [UInt8])] {
                let answer = try await blocking {
                    let client = RawClient(live.port)
                    client.send(
                        "POST /file HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: \(coding)\r\nContent-Length: \(bytes.count)\r\n\r\n"
                    )
                    client.send(bytes)
                    return client.answers(1).first
                }
                #expect(answer?.text == "4 \(Digest.of(bytes).hex)")
            }
            let none = try await blocking {
                RawClient(live.port).ask(post("/file", "abcd", "Content-Encoding: br\r\n"))
            }
            #expect(none?.fields["accept-encoding"] == "identity, gzip, zstd")
        }
    }

    @Test func `a body stops where the disk should take no more, and leaves nothing behind`() async throws {
        let folder = try TemporaryFolder()
        let asked = Mutex(0)
        let request = Request(
            head: HTTPRequest(method: .post, scheme: "http", authority: nil, path: "/"),
            body: RequestBody(
                asyncSequence: AsyncStream<ByteBuffer> { stream in
                    for _ in 0..<64 { stream.yield(ByteBuffer(repeating: 97, count: 64 << 10)) }
                    stream.finish()
                }))
        await #expect(throws: Problem.self) {
            try await BodyFile.receive(request, in: folder.path, pool: .singleton) {
                let turn = asked.withLock { asked in
                    asked += 1
                    return asked
                }
                if turn == 3 { throw Problem(.storage, "the disk is nearly full") }
            }
        }
        #expect(asked.withLock { $0 } == 3)
        // The file goes with its last user, a thread of the pool.
        for _ in 0..<1000 where try !FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        _ = try folder.file(BodyFile.prefix + "left", "x")
        _ = try folder.file("other", "x")
        BodyFile.sweep(folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["other"])
    }

    @Test func `a long answer comes whole, in chunks or until the end`() async throws {
        try await LiveFront.with { live in
            let new = try await blocking { RawClient(live.port).ask(get("/big")) }
            #expect(new?.body.count == 16 << 20)
            let old = try await blocking {
                let client = RawClient(live.port)
                client.send("GET /big HTTP/1.0\r\nHost: localhost\r\n\r\n")
                var count = 0
                while let bytes = client.receive() { count += bytes.count }
                return count
            }
            #expect(old > 16 << 20)
            let head = try await blocking {
                let client = RawClient(live.port)
                client.send("HEAD /ok HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return client.answers(1, headOnly: true).first
            }
            #expect(head?.fields["content-length"] == "2")
        }
    }

    @Test func `a page may load nothing from elsewhere`() async throws {
        try await LiveFront.with { live in
            let page = try await blocking { RawClient(live.port).ask(get("/page")) }
            #expect(page?.fields["content-security-policy"]?.hasPrefix("default-src 'none'; style-src 'self'") == true)
            #expect(page?.fields["cache-control"] == "no-store")
        }
    }

    @Test func `a drip, a sleeper and a reader that does not read are closed in time`() async throws {
        try await LiveFront.with(limits: { limits in
            limits.idleTime = .seconds(1)
            limits.bodyGrace = .seconds(1)
            limits.writeTime = .seconds(1)
        }) { live in
            let began = NIODeadline.now()
            let dripped = try await blocking {
                let client = RawClient(live.port)
                client.send("GET /ok HTTP/1.1\r\n")
                for _ in 0..<30 where client.send("X") { usleep(100_000) }
                return client.answers(1).first
            }
            #expect(dripped == nil || dripped?.status == 408)
            let body = try await blocking {
                let client = RawClient(live.port)
                client.send("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
                for _ in 0..<20 where client.send("X") { usleep(100_000) }
                return client.answers(1).first
            }
            #expect(body?.status == 408)
            let sleeper = try await blocking {
                let client = RawClient(live.port)
                let answer = client.ask(get("/ok"))
                return (answer?.status, client.receive() == nil && client.isClosed())
            }
            #expect(sleeper.0 == 200)
            #expect(sleeper.1)
            let deaf = try await blocking {
                let client = RawClient(live.port)
                client.send(get("/big") + get("/big"))
                sleep(4)
                var count = 0
                while let bytes = client.receive() { count += bytes.count }
                return count
            }
            #expect(deaf < 16 << 20)
            #expect(NIODeadline.now() - began < .seconds(25))
        }
    }

    @Test func `once the front ends, who stalls is left behind soon, and an answer under work is given`() async throws {
        let state = Mutex((clients: [RawClient](), end: NIODeadline.distantPast))
        try await LiveFront.with { live in
            try await blocking {
                let body = "HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nX"
                for request in [get("/slow"), "POST /count \(body)", "POST /file \(body)", get("/big"), "GET / HT", ""]
                {
                    let client = RawClient(live.port)
                    client.send(request)
                    state.withLock { $0.clients.append(client) }
                }
                usleep(500_000)
                state.withLock { $0.end = .now() }
            }
        }
        let (clients, end) = state.withLock { $0 }
        #expect(NIODeadline.now() - end < .seconds(4))
        #expect(clients[0].answers(1).first?.text == "done")
        for client in clients[1...2] {
            let answer = client.answers(1).first
            #expect(answer?.status == 503 && answer?.fields["retry-after"] == "10")
        }
        var taken = 0
        while let bytes = clients[3].receive() { taken += bytes.count }
        #expect(taken < 16 << 20)
        for client in clients[4...] { #expect(client.receive() == nil && client.isClosed()) }
    }

    @Test func `once the front ends, a drip keeps it for no longer than a while`() async throws {
        let end = Mutex(NIODeadline.distantPast)
        try await LiveFront.with(limits: { limits in
            limits.drainGrace = .milliseconds(500)
            limits.drainTime = .seconds(1)
        }) { live in
            let drip = RawClient(live.port)
            drip.send("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
            Task { try await blocking { for _ in 0..<50 where drip.send("X") { usleep(100_000) } } }
            try await Task.sleep(for: .milliseconds(300))
            end.withLock { $0 = .now() }
        }
        #expect(NIODeadline.now() - end.withLock { $0 } < .seconds(3))
    }

    @Test func `other names hold from the next request on, another size of a body from the next connection on`()
        async throws
    {
        try await LiveFront.with { live in
            try await blocking {
                func status(_ request: String) -> Int? {
                    RawClient(live.port).ask(request)?.status
                }
                #expect(status("GET /ok HTTP/1.1\r\nHost: sluice.example\r\n\r\n") == 421)
                var settings = Settings().service
                settings.allowedHosts = "sluice.example"
                settings.bodyBytes = 4
                live.front.use(settings)
                #expect(status("GET /ok HTTP/1.1\r\nHost: sluice.example\r\n\r\n") == 200)
                let post = "POST /count HTTP/1.1\r\nHost: sluice.example\r\nContent-Length:"
                #expect(status("\(post) 4\r\n\r\n1234") == 200)
                #expect(status("\(post) 5\r\n\r\n12345") == 413)
            }
        }
    }

    @Test func `beyond the limit the connection that waits longest goes, and the new one stays`() async throws {
        try await LiveFront.with(limits: { limits in
            limits.connections = 16
            limits.headerTime = .seconds(30)
        }) { live in
            try await blocking {
                let clients = (0..<40).map { _ in
                    let client = RawClient(live.port)
                    client.send("GET /ok HTTP/1.1\r\n")
                    usleep(2000)
                    return client
                }
                let end = NIODeadline.now() + .seconds(20)
                while clients.first?.isClosed() == false, NIODeadline.now() < end { usleep(10_000) }
                #expect(clients.first?.isClosed() == true)
                #expect(live.front.connections <= 16)
                let newcomer = RawClient(live.port)
                newcomer.send("GET /ok HTTP/1.1\r\n")
                usleep(100_000)
                #expect(newcomer.ask("Host: localhost\r\n\r\n")?.status == 200)
            }
        }
    }

    @Test func `large answers that nobody takes make way for refusals, not for memory`() async throws {
        try await LiveFront.with(limits: { $0.heldBytes = 10 << 20 }) { live in
            try await blocking {
                var deaf: [RawClient] = []
                for _ in 0..<2 {
                    let client = RawClient(live.socket)
                    client.send(get("/held"))
                    // Its answer has begun, and is more than the system keeps for a reader.
                    #expect(client.receive() != nil)
                    deaf.append(client)
                }
                let refused = RawClient(live.socket).ask(get("/held"))
                #expect(refused?.status == 503)
                #expect(refused?.fields["retry-after"] == "2")
                #expect(RawClient(live.socket).ask(get("/ok"))?.status == 200)
                withExtendedLifetime(deaf) {}
                deaf = []
                var statuses: [Int] = []
                while statuses.last != 200, statuses.count < 100 {
                    usleep(20_000)
                    statuses.append(RawClient(live.socket).ask(get("/held"))?.status ?? 0)
                }
                #expect(statuses.last == 200)
            }
        }
    }
}
