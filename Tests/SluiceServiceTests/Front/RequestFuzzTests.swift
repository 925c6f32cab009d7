import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SluiceCore
import SluiceService
import Testing

@Suite struct `Any bytes at all` {
    /// Runs of each fuzzer; `SLUICE_FUZZ_RUNS` sets another number.
    static let runs = ProcessInfo.processInfo.environment["SLUICE_FUZZ_RUNS"].flatMap { Int($0) } ?? 20_000

    @Test func `are cut alike wherever they are split, and as the library's decoder cuts them`() {
        var fuzz = RequestFuzz(seed: 3)
        var findings = 0
        for run in 0..<Self.runs {
            let bytes = fuzz.next()
            let whole = Cut(bytes, pieces: [bytes])
            let split = Cut(bytes, pieces: fuzz.split(bytes))
            if whole != split {
                Issue.record(
                    "run \(run): cut differently in pieces: \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                return
            }
            let other = LibraryCut(bytes)
            for (index, request) in whole.requests.enumerated() {
                if other.hasStopped, index >= other.requests.count { break }
                // The front takes the host out of an absolute target.
                guard index < other.requests.count, other.requests[index].isSame(as: request) else {
                    Issue.record(
                        "run \(run): the library reads another request \(index): \(String(decoding: bytes, as: UTF8.self).debugDescription)"
                    )
                    findings += 1
                    if findings > 9 { return }
                    break
                }
            }
        }
    }

    @Test func `get answers or nothing, never a failure, and leave the front standing`() async throws {
        try await LiveFront.with { live in
            let lanes = 4
            try await withThrowingTaskGroup(of: String?.self) { tasks in
                for lane in 0..<lanes {
                    tasks.addTask {
                        try await blocking {
                            var fuzz = RequestFuzz(seed: 100 + UInt64(lane))
                            for run in 0..<(Self.runs / lanes) {
                                let bytes = fuzz.next()
                                let client = RawClient(live.socket, seconds: 10)
                                for piece in fuzz.split(bytes) where !client.send(piece) { break }
                                client.finish()
                                var reader = AnswerReader()
                                while let more = client.receive() { reader.append(more) }
                                let statuses = reader.answers.map(\.status)
                                let isKnown = statuses.allSatisfy {
                                    [100, 200, 303].contains($0) || (400..<500).contains($0)
                                        || [501, 503, 505].contains($0)
                                }
                                if !isKnown || !client.isClosed() {
                                    return
                                        "lane \(lane) run \(run): \(statuses) \(String(decoding: bytes, as: UTF8.self).debugDescription)"
                                }
                            }
                            return nil
                        }
                    }
                }
                for try await finding in tasks where finding != nil { Issue.record("\(finding ?? "")") }
            }
            let answer = try await blocking { RawClient(live.port).ask(get("/ok")) }
            #expect(answer?.status == 200)
            #expect(!live.log.all.contains { $0.status == 500 && $0.route != "/fails" })
        }
    }
}

/// One request, as far as its bytes go.
private struct CutRequest: Equatable {
    var method = ""
    var target = ""
    var body: [UInt8] = []

    func isSame(as other: CutRequest) -> Bool {
        method == other.method && body == other.body
            && (target == other.target
                || target.lowercased().hasPrefix("http://") && target.hasSuffix(other.target.dropFirst()))
    }
}

/// The whole requests that the front's parser finds.
private struct Cut: Equatable {
    var requests: [CutRequest] = []
    var problem: String?

    init(_ bytes: [UInt8], pieces: [[UInt8]]) {
        var limits = WireLimits()
        limits.bodyBytes = 4096
        var parser = RequestParser(limits: limits)
        var request = CutRequest()
        var isLast = false
        do {
            for piece in pieces {
                var buffer = ByteBuffer(bytes: piece)
                parser.append(&buffer)
                while let part = try parser.next() {
                    switch part {
                    case .head(let head):
                        isLast = head.wantsClose
                        request = CutRequest(method: head.request.method.rawValue, target: head.request.path ?? "")
                    case .body(let body): request.body += body.readableBytesView
                    case .end:
                        requests.append(request)
                        // The connection is closed then, and what follows is not read.
                        if isLast { return }
                    }
                }
            }
        } catch {
            problem = error.kind.rawValue
        }
    }
}

/// The whole requests that the library's decoder finds.
private struct LibraryCut {
    var requests: [CutRequest] = []
    /// True behind an upgrade, which the library leaves to somebody else and the front passes over.
    var hasStopped = false

    init(_ bytes: [UInt8]) {
        let channel = EmbeddedChannel()
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        try? channel.pipeline.syncOperations.addHandler(decoder)
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        var request = CutRequest()
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                request = CutRequest(method: head.method.rawValue, target: head.uri)
                hasStopped = hasStopped || head.headers.contains(name: "Upgrade")
            case .body(let body): request.body += body.readableBytesView
            case .end: requests.append(request)
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}

/// Requests with something wrong, the same ones for the same seed.
private struct RequestFuzz {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private static let seeds: [[UInt8]] =
        [
            get("/ok"), get("/items/a%20b?x=%C3%A4"), post("/count", "hello"), post("/file", "hello, file"),
            get("/ok") + post("/ignore", "x") + get("/none"),
            "POST /count HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n",
            "POST /file HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd",
            "HEAD /ok HTTP/1.0\r\n\r\n", "GET http://localhost/ok HTTP/1.1\r\nHost: localhost\r\n\r\n",
            post("/login", "token=abc", "Content-Type: application/x-www-form-urlencoded\r\n"),
        ].map { Array($0.utf8) } + HostileRequest.all.filter { $0.bytes.count < 400 }.map(\.bytes)

    private static let tokens: [[UInt8]] = [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", "%", "%00", "%2e", "/", "..", "0", "-1", ";", ",", "chunked",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n", "Host: a\r\n", "GET ", "HTTP/1.1", "\u{FF}", "ffffffffffffffff", "\r\n\r\n",
    ].map { Array($0.utf8) }

    private mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(random.next() % UInt64(bound)) }

    mutating func next() -> [UInt8] {
        if below(20) == 0 { return (0..<below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
        var bytes = Self.seeds[below(Self.seeds.count)]
        for _ in 0..<(1 + below(4)) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let at = below(bytes.count)
        switch below(7) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)], at: at)
        case 3: bytes.removeSubrange(at..<min(bytes.count, at + below(20)))
        case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + below(40))], at: below(bytes.count))
        case 5: bytes[at] ^= 1 << UInt8(below(8))
        default: bytes += Self.seeds[below(Self.seeds.count)]
        }
    }

    mutating func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + below(min(rest.count, 1 + below(bytes.count))))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
