import Foundation
import NIOCore
import SluiceService
import Testing

@Suite struct `A crowd` {
    @Test func `of two thousand that drip does not hold up an honest client`() async throws {
        let crowd = 2000
        try await LiveFront.with(limits: { $0.headerTime = .seconds(60) }) { live in
            let figures = try await blocking {
                let before = residentBytes()
                let clients = (0..<crowd).map { index in
                    let client = RawClient(live.port)
                    if index % 2 == 0 { client.send("GET /ok HTTP/1.1\r\n") }
                    return client
                }
                while live.front.connections < crowd { usleep(1000) }
                let after = residentBytes()
                var times: [Int64] = []
                for turn in 0..<500 {
                    for client in clients[(turn * 4 % crowd)...].prefix(4) { client.send("X") }
                    let began = NIODeadline.now()
                    guard RawClient(live.port).ask(get("/ok"))?.status == 200 else { return (0, Int64.max) }
                    times.append((NIODeadline.now() - began).nanoseconds)
                }
                return ((after - before) / crowd, times.sorted()[495])
            }
            #expect(figures.0 < 64 << 10, "bytes a connection")
            #expect(figures.1 < 1_000_000_000, "nanoseconds, 99th percentile")
            print("a crowd of \(crowd): \(figures.0) bytes a connection, p99 \(figures.1 / 1000) us")
        }
    }
}

/// The memory of this process that is in use.
private func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
}
