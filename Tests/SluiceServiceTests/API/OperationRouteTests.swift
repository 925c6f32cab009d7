import Foundation
import SluiceCore
import SluiceService
import Testing

@Suite struct `The routes for operation` {
    @Test func `health is text, with each check where it is asked for`() async throws {
        try await LiveDaemon.with { daemon in
            let alive = try await daemon.get("/livez")
            #expect(alive.status == 200 && alive.text == "ok\n")
            #expect(try await daemon.get("/readyz").text == "ok\n")
            #expect(try await daemon.get("/readyz?verbose").text.contains("[+] disk: ok"))
            #expect(try await daemon.get("/livez?quiet").status == 400)
        }
    }

    @Test func `no route takes a parameter that it does not know, the page's neither`() async throws {
        try await LiveDaemon.with { daemon in
            _ = try await daemon.ingest(Texts.line(1), "?origin=real")
            let document = "/document/\(Digest.of(Array(Texts.text(1).utf8)).hex)"
            for target in [
                "/metrics", "/openapi.json", "/", "/search", "/review", "/shards", "/shards/1", "/sources", document,
            ] {
                let known = try await blocking { RawClient(daemon.address).ask(get(target)) }
                let unknown = try await blocking { RawClient(daemon.address).ask(get(target + "?colour=red")) }
                #expect(known?.status == 200 && unknown?.status == 400, "\(target)")
            }
            for target in [
                "/?fragment=1", "/search?q=a&after=3", "/review?skip=1", "/shards?upto=4", "/shards/1?from=2",
            ] {
                let answer = try await blocking { RawClient(daemon.address).ask(get(target)) }
                #expect(answer?.status == 200, "\(target)")
            }
        }
    }

    @Test func `the metrics are the store's own counts`() async throws {
        try await LiveDaemon.with { daemon in
            let lines = (0..<30).map { Texts.line($0, metadata: "\"synthetic\":\($0 < 6)") }.joined()
            _ = try await daemon.ingest(lines + Texts.line(2) + "nothing\n")
            _ = try await daemon.post(
                "/v1/reviews",
                "{\"document\":\"\(Digest.of(Array(Texts.text(1).utf8)).hex)\",\"verdict\":\"real\"}")
            _ = try await daemon.post("/v1/shards/seal", "")
            _ = try await daemon.ingest(Texts.line(50, metadata: "\"synthetic\":false"))
            let stats = try await daemon.get("/v1/stats")
            let metrics = try PrometheusText(try await daemon.get("/metrics").body)
            let duplicates = stats.json["duplicates"] as? [String: Double] ?? [:]
            let verdicts = stats.json["verdicts"] as? [String: Double] ?? [:]
            let rejected = stats.json["rejected"] as? [String: Double] ?? [:]
            func count(_ name: String, _ labels: [String: String] = [:]) -> Double? {
                metrics.value("sluice_" + name, labels)
            }
            #expect(count("records_total", ["decision": "kept"]) == stats.int("kept").map(Double.init))
            #expect(count("records_total", ["decision": "duplicate_exact"]) == duplicates["exact"])
            #expect(count("records_total", ["decision": "duplicate_near"]) == duplicates["near"])
            for verdict in Verdict.allCases.map(\.rawValue) {
                #expect(count("documents", ["verdict": verdict]) == verdicts[verdict], "\(verdict)")
            }
            for reason in Reason.allCases.map(\.rawValue) {
                #expect(count("rejected_total", ["reason": reason]) == rejected[reason] ?? 0, "\(reason)")
            }
            #expect(count("held_documents") == stats.int("held").map(Double.init))
            #expect(count("ledger_size") == stats.int("ledgerSize").map(Double.init))
            #expect(count("sources_total", ["state": "done"]) == stats.int("sources").map(Double.init))
            #expect(count("shards_total", ["state": "opened"]) == 2)
            #expect(count("shards_total", ["state": "sealed"]) == 1)
            #expect(count("reviews_total", ["verdict": "real"]) == 1)
            let route = ["route": "/v1/documents", "method": "POST", "status": "2xx"]
            #expect(count("http_requests_total", route) == 2)
        }
    }
}

@Suite struct `The scopes of tokens` {
    private static let unknown = String(repeating: "0", count: 64)

    @Test func `reach the routes that the document says, and no others`() async throws {
        var file = ""
        var tokens: [Scope: String] = [:]
        for scope in Scope.allCases {
            let (token, entry) = try TokenMint.make(name: scope.rawValue, scopes: [scope])
            file += entry.line + "\n"
            tokens[scope] = token
        }
        try await LiveDaemon.with(tokens: file) { [tokens] daemon in
            for operation in Description.own.operations {
                let words = operation.split(separator: " ").map(String.init)
                let target = words[1].replacingOccurrences(of: "{sha256}", with: Self.unknown)
                    .replacingOccurrences(of: "{shard}", with: "1").replacingOccurrences(of: "{export}", with: "x")
                    .replacingOccurrences(of: "{file}", with: "manifest.json")
                let body: [UInt8]? = words[0] == "POST" ? [] : nil
                let scopes = Description.own.scopes(operation)
                let bare = try await daemon.ask(words[0], target, body: body)
                #expect((bare.status == 401) == !scopes.isEmpty, "\(operation)")
                let wrong = ["Authorization": "Bearer sluice_wrong"]
                #expect(try await daemon.ask(words[0], target, wrong, body: body).status == 401, "\(operation)")
                for (own, token) in tokens {
                    let fields = ["Authorization": "Bearer \(token)"]
                    let answer = try await daemon.ask(words[0], target, fields, body: body)
                    let mayPass = scopes.isEmpty || own == .admin || scopes.contains(own.rawValue)
                    #expect((answer.status == 403) != mayPass, "\(operation) with \(own)")
                    #expect(answer.status != 401, "\(operation) with \(own)")
                }
            }
        }
    }

    @Test func `are not what keeps a name out that nobody allowed`() async throws {
        try await LiveDaemon.with { daemon in
            for operation in Description.own.operations {
                let responses = Description.own.operation(operation)["responses"] as? [String: Any] ?? [:]
                #expect(responses["421"] != nil && responses["500"] != nil, "\(operation)")
            }
            let answer = try await daemon.get("/v1/stats", ["Host": "sluice.example"])
            #expect(answer.status == 421)
        }
    }
}
