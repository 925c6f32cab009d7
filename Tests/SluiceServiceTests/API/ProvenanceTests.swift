import Foundation
import SluiceCore
import Testing

@Suite struct `Provenance over HTTP` {
    /// Ten records of one source and three of another: kept, repeated, rejected.
    private static func fill(_ daemon: LiveDaemon) async throws {
        let real = "\"synthetic\":false,\"url\":\"https://Quay.example/1\""
        let first = (0..<7).map { Texts.line($0, metadata: real) }.joined() + Texts.line(3) + "[]\n" + "{\n"
        _ = try await daemon.ingest(first, "?source=news")
        let second = Texts.line(0) + Texts.line(8, metadata: "\"synthetic\":false") + "{\"text\":\"?!\"}\n"
        _ = try await daemon.ingest(second, "?source=mail&name=m.jsonl")
    }

    @Test func `every filter finds its rows`() async throws {
        try await LiveDaemon.with { daemon in
            try await Self.fill(daemon)
            let digest = Digest.of(Array(Texts.text(0).utf8)).hex
            _ = try await daemon.post("/v1/shards/seal", "")
            _ = try await daemon.post("/v1/exports", "{\"release\":\"r1\"}")
            _ = try await daemon.export("r1")
            let cases: [(String, Int)] = [
                ("", 13), ("?document=\(digest)", 2), ("?id=doc-0", 2), ("?url=https://Quay.example/1", 7),
                ("?host=QUAY.example", 7), ("?source=news", 10), ("?source=m.jsonl", 3), ("?shard=1", 8),
                ("?release=r1", 8), ("?decision=kept", 8), ("?decision=duplicate", 2), ("?decision=rejected", 3),
                ("?source=news&decision=rejected", 2), ("?record=doc-0", 2), ("?record=doc-99", 0),
                ("?host=elsewhere.example", 0), ("?held=true", 0),
                ("?id=" + String(repeating: "a", count: 4096), 0),
                ("?source=m%2Ejsonl", 3), ("?document=\(digest.uppercased())", 2),
            ]
            for (query, count) in cases {
                let answer = try await daemon.get("/v1/provenance" + query)
                #expect(answer.status == 200 && answer.list("rows").count == count, "\(query)")
            }
        }
    }

    @Test(arguments: [
        "/v1/provenance?", "/v1/provenance?decision=kept&", "/v1/sources?", "/v1/provenance?source=news&",
    ])
    func `pages together are the whole`(target: String) async throws {
        try await LiveDaemon.with { daemon in
            try await Self.fill(daemon)
            let name = target.hasPrefix("/v1/sources") ? "sources" : "rows"
            let whole = try await daemon.get(target + "limit=1000").list(name)
            for limit in [1, 2, 3] {
                var (pages, next) = ([[String: Any]](), String?.some(target + "limit=\(limit)"))
                while let page = next {
                    let answer = try await daemon.get(page)
                    pages += answer.list(name)
                    #expect(answer.list(name).count <= limit)
                    next = answer.string("next").map { target + "limit=\(limit)&cursor=\($0)" }
                    // The link and the cursor lead to the same place.
                    let link = answer.fields["link"]
                    #expect((link == nil) == (next == nil))
                    if let next, let link {
                        #expect(
                            try await daemon.get(String(link.dropFirst().prefix { $0 != ">" })).body
                                == daemon.get(next).body)
                    }
                }
                #expect(NSArray(array: pages).isEqual(to: whole))
            }
        }
    }

    @Test func `a cursor is good for the question that it came with`() async throws {
        try await LiveDaemon.with { daemon in
            try await Self.fill(daemon)
            let cursor = try #require(try await daemon.get("/v1/provenance?limit=1").string("next"))
            for target in [
                "/v1/provenance?decision=kept&cursor=\(cursor)", "/v1/provenance?source=news&cursor=\(cursor)",
                "/v1/sources?cursor=\(cursor)", "/v1/shards?cursor=\(cursor)",
                "/v1/provenance?cursor=\(cursor)0", "/v1/provenance?cursor=1",
            ] {
                let answer = try await daemon.get(target)
                #expect(answer.status == 400 && answer.problem == "bad-parameter", "\(target)")
            }
            #expect(try await daemon.get("/v1/provenance?limit=7&cursor=\(cursor)").list("rows").count == 7)
        }
    }

    @Test(arguments: [
        "?limit=0", "?limit=1001", "?limit=x", "?decision=held", "?document=12", "?shard=0", "?host=a&url=b", "?host=",
        "?held=yes", "?held=false", "?held=true&shard=1",
        "?host=a&host=b", "?colour=red", "?cursor=", "?id=" + String(repeating: "a", count: 4097),
    ])
    func `a question that is none is refused`(query: String) async throws {
        try await LiveDaemon.with { daemon in
            let answer = try await daemon.get("/v1/provenance" + query)
            #expect(answer.status == 400 && answer.problem == "bad-parameter")
        }
    }

    @Test func `a document is shown with all its rows, and its text as it was kept`() async throws {
        try await LiveDaemon.with { daemon in
            try await Self.fill(daemon)
            let digest = Digest.of(Array(Texts.text(0).utf8)).hex
            let document = try await daemon.get("/v1/documents/\(digest)")
            #expect(document.list("provenance").map { $0["decision"] as? String } == ["kept", "duplicate"])
            #expect(document.int("tokens") == 60 && document.fields["link"] == nil)
            let page = try await daemon.get("/v1/documents/\(digest)?limit=1")
            #expect(page.list("provenance").count == 1)
            let link = try #require(page.fields["link"])
            let rest = try await daemon.get(String(link.dropFirst().prefix { $0 != ">" }))
            #expect(rest.list("provenance").map { $0["decision"] as? String } == ["duplicate"])
            let text = try await daemon.get("/v1/documents/\(digest)/text")
            #expect(text.status == 200 && text.text == Texts.text(0))
            let escaped = try await daemon.get(
                "/v1/documents/%\(String(digest.utf8.first ?? 0, radix: 16))\(digest.dropFirst())")
            #expect(escaped.status == 200)
            let head = try await daemon.ask("HEAD", "/v1/documents/\(digest)/text")
            #expect(head.status == 200 && head.fields["content-length"] == "\(text.body.count)")
            let unknown = String(repeating: "0", count: 64)
            for (target, status) in [
                ("/v1/documents/\(unknown)", 404), ("/v1/documents/\(unknown)/text", 404), ("/v1/documents/12", 400),
                ("/v1/documents/12/text", 400), ("/v1/documents/\(digest)/text?x=1", 400),
                ("/v1/documents/\(digest)/words", 404), ("/v1/sources?limit=0", 400), ("/v1/stats?x=1", 400),
            ] {
                #expect(try await daemon.get(target).status == status, "\(target)")
            }
            let none = try await daemon.get("/v1/stats?x=1").list("errors").first
            #expect(none?["detail"] as? String == "this route has no parameters")
        }
    }

    @Test func `the strata are those of the command line, the largest first`() async throws {
        try await LiveDaemon.with { daemon in
            try await Self.fill(daemon)
            let answer = try await daemon.get("/v1/prevalence")
            let names = answer.list("strata").map { $0["stratum"] as? String }
            #expect(answer.status == 200 && answer.int("total") == 2 && names == ["news", "mail"])
            #expect(answer.list("strata")[0]["documents"] as? Int == 7)
            let hosts = try await daemon.get("/v1/prevalence?by=host&limit=1")
            #expect(hosts.int("total") == 2)
            #expect(hosts.list("strata").map { $0["stratum"] as? String } == ["quay.example"])
            for query in ["by=year", "limit=0", "limit=20002", "cursor=x"] {
                #expect(try await daemon.get("/v1/prevalence?" + query).status == 400, "\(query)")
            }
        }
    }

    @Test func `a method that a path does not take is refused by name`() async throws {
        try await LiveDaemon.with { daemon in
            for (method, target, allowed) in [
                ("PUT", "/v1/documents", "POST"), ("DELETE", "/v1/provenance", "GET, HEAD"),
                ("GET", "/v1/shards/seal", "POST"), ("POST", "/v1/stats", "GET, HEAD"),
            ] {
                let answer = try await daemon.ask(method, target)
                #expect(answer.status == 405 || target == "/v1/shards/seal", "\(method) \(target)")
                if answer.status == 405 { #expect(answer.fields["allow"]?.contains(allowed) == true) }
            }
        }
    }
}
