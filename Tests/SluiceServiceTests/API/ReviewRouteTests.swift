import Foundation
import SluiceCore
import Testing

@Suite struct `Reviews over HTTP` {
    @Test func `a verdict moves the document, and is a row more`() async throws {
        try await LiveDaemon.with { daemon in
            let real = (0..<20).map { Texts.line($0, metadata: "\"synthetic\":false") }.joined()
            _ = try await daemon.ingest(real + Texts.line(30))
            let queue = try await daemon.get("/v1/reviews?limit=5")
            let item = try #require(queue.list("reviews").first)
            let document = try #require(item["document"] as? String)
            #expect(document == Digest.of(Array(Texts.text(30).utf8)).hex)
            let before = try await daemon.get("/v1/shards/1").json["ratio"] as? Double
            let answer = try await daemon.post(
                "/v1/reviews", "{\"document\":\"\(document)\",\"verdict\":\"synthetic\",\"note\":\"seen it before\"}")
            #expect(answer.status == 201 && answer.string("origin") == "reviewed" && answer.int("shard") == 1)
            #expect(answer.fields["location"] == "/v1/documents/\(document)")
            let after = try await daemon.get("/v1/shards/1").json["ratio"] as? Double
            #expect(try #require(after) > (before ?? 0))
            let rows = try await daemon.get("/v1/documents/\(document)").list("provenance")
            #expect(rows.count == 2 && rows.last?["verdict"] as? String == "synthetic")
            let review = rows.last?["review"] as? [String: Any]
            #expect(review?["reviewer"] as? String == "local" && review?["note"] as? String == "seen it before")
            #expect(try await daemon.get("/v1/reviews").list("reviews").isEmpty)
            let export = try await daemon.get("/v1/reviews/export")
            #expect(export.lines.map { $0["label"] as? String } == ["synthetic"])
            let page = try await daemon.get("/v1/documents/\(document)?limit=1")
            #expect(page.list("provenance").count == 2 && page.string("next") == nil)
        }
    }

    @Test func `what is no review is refused`() async throws {
        try await LiveDaemon.with { daemon in
            _ = try await daemon.ingest(
                Texts.line(1) + Texts.line(1) + "{\"text\":\"\(Texts.text(1).uppercased())\"}\n")
            let kept = Digest.of(Array(Texts.text(1).utf8)).hex
            let repeated = Digest.of(Array(Texts.text(1).uppercased().utf8)).hex
            let unknown = String(repeating: "0", count: 64)
            func status(_ members: String) async throws -> Int {
                try await daemon.post("/v1/reviews", "{\(members)}").status
            }
            #expect(try await status("\"document\":\"\(kept)\",\"verdict\":\"human\"") == 400)
            #expect(try await status("\"document\":\"\(kept)\"") == 400)
            #expect(try await status("\"verdict\":\"real\"") == 400)
            #expect(try await status("\"document\":\"12\",\"verdict\":\"real\"") == 400)
            #expect(try await status("\"document\":\"\(kept)\",\"verdict\":\"real\",\"reviewer\":\"\"") == 400)
            #expect(
                try await status("\"document\":\"\(kept)\",\"verdict\":\"real\",\"reviewer\":\"ada\\nreal\"") == 400)
            #expect(try await status("\"document\":\"\(unknown)\",\"verdict\":\"real\"") == 404)
            #expect(try await status("\"document\":\"\(repeated)\",\"verdict\":\"real\"") == 422)
            let long = String(repeating: "n", count: 2001)
            #expect(try await status("\"document\":\"\(kept)\",\"verdict\":\"real\",\"note\":\"\(long)\"") == 400)
            let huge = String(repeating: "n", count: 70_000)
            #expect(try await status("\"note\":\"\(huge)\"") == 413)
            let form = try await daemon.ask("POST", "/v1/reviews", ["Content-Type": "text/plain"], body: [120])
            #expect(form.status == 415)
            #expect(try await daemon.get("/v1/reviews?limit=0").status == 400)
            #expect(try await daemon.get("/v1/reviews/export?x=1").status == 400)
            #expect(try await daemon.get("/v1/stats").int("reviews") == 0)
        }
    }
}
