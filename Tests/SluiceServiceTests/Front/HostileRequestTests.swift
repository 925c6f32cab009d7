import NIOCore
import SluiceService
import Testing

@Suite struct `Hostile requests` {
    @Test func `each has its answer, and the front answers the next`() async throws {
        #expect(HostileRequest.all.count >= 80)
        try await LiveFront.with(limits: { $0.bodyGrace = .seconds(1) }) { live in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for (index, request) in HostileRequest.all.enumerated() {
                    if index >= 4 { try await tasks.next() }
                    tasks.addTask {
                        let outcome = try await blocking { Outcome(of: request, at: live.port) }
                        #expect(outcome.statuses == request.statuses, "\(request.name)")
                        #expect(outcome.isClosed == request.closes, "\(request.name): closed")
                        #expect(outcome.problemsAreTold, "\(request.name): problems")
                        #expect(outcome.nextStatus == 200, "after \(request.name)")
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(!live.log.all.contains { $0.status == 500 })
        }
    }
}

/// What came of a request.
private struct Outcome: Sendable {
    var statuses: [Int]
    var isClosed: Bool
    var problemsAreTold: Bool
    var nextStatus: Int?

    init(of request: HostileRequest, at address: RawClient.Address) {
        let client = RawClient(address)
        client.send(request.bytes)
        // Where the connection stays, nothing says that no further answer comes but the answer to one more request.
        var answers = client.answers(request.closes ? .max : request.statuses.count)
        if request.closes {
            isClosed = client.isClosed()
        } else {
            isClosed = client.ask(get("/ok"))?.status != 200
        }
        statuses = answers.map(\.status)
        answers.removeAll { $0.status < 400 }
        problemsAreTold = answers.allSatisfy { $0.problem != nil && $0.text.contains("\"status\":\($0.status)") }
        nextStatus = RawClient(address).ask(get("/ok"))?.status
    }
}
