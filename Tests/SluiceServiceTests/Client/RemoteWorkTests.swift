import Foundation
import NIOHTTP1
import SluiceCore
import SluiceCrawl
import SluiceExport
import SluicePipeline
import SluiceService
import SluiceStore
import Testing

@Suite struct `Work by way of the daemon` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func held(_ count: Int) -> FakeDaemon.Script { .answer(200, #"{"sources":1,"held":\#(count)}"#) }

    private func report(_ members: String, isRepeat: Bool = false) -> FakeDaemon.Script {
        let digest = String(repeating: "ab", count: 32)
        return .answer(
            200,
            #"{"source":"\#(digest)","name":"n","repeat":\#(isRepeat),\#(members),"bytes":{"text":5,"skipped":2},"errors":[]}"#
        )
    }

    private func ingest(_ inputs: [String], _ client: DaemonClient) async throws -> IngestSummary {
        let request = IngestRequest(
            inputs: inputs, storeDirectory: "", format: .jsonl, label: "crawl",
            declared: DeclaredLabel(isSynthetic: true, generator: "g"))
        return try await RemoteIngest(request, client: client, patience: Patience { _ in }).run { _ in }
    }

    @Test func `sources are handed in one after the other and added up`() async throws {
        let inputs = try ["one", "two", "three"].map { try folder.file("\($0).jsonl", $0) }
        let counts = #""records":3,"kept":1,"duplicates":{"exact":1,"near":0},"rejected":{"no-words":1}"#
        let scripts = [
            held(4), report(#""run":"r","# + counts + #","verdicts":{"real":0,"synthetic":1,"uncertain":0}"#),
            report(#""run":null,"# + counts, isRepeat: true),
            report(#""run":"r","# + counts + #","verdicts":{"real":1,"synthetic":0,"uncertain":0}"#), held(5),
        ]
        try await FakeDaemon.with(scripts) { client, fake in
            let summary = try await ingest(inputs, client)
            #expect(summary.sources == 2 && summary.alreadyIngested == 1 && summary.run == "r")
            #expect(summary.records == 6 && summary.kept == 2 && summary.rejected == [.noWords: 2])
            #expect(summary.verdicts == [.synthetic: 1, .real: 1])
            #expect(summary.heldBefore == 4 && summary.held == 5 && summary.exitCode == 0)
            #expect(summary.bytesRead == 8 && summary.textBytes == 10 && summary.skippedBytes == 4)
            let posts = fake.asked.filter { $0.head.method == .POST }
            #expect(posts.map { String(decoding: $0.body, as: UTF8.self) } == ["one", "two", "three"])
            #expect(posts[0].head.headers["Content-Type"] == ["application/x-ndjson"])
            #expect(
                posts[0].head.uri == "/v1/documents?name=one.jsonl&source=crawl&origin=synthetic&generator=g")
        }
    }

    @Test func `a source that cannot be used leaves the others as they are`() async throws {
        let inputs = try ["one", "two"].map { try folder.file("\($0).jsonl", $0) }
        let good = report(
            #""run":"r","records":1,"kept":1,"duplicates":{"exact":0,"near":0},"rejected":{},"verdicts":{"real":1}"#)
        let scripts = [held(0), .problem(422, "unusable-data", "no WARC"), good, held(0)]
        try await FakeDaemon.with(scripts) { client, _ in
            let summary = try await ingest(inputs, client)
            #expect(summary.kept == 1 && summary.failures.count == 1 && summary.exitCode == 1)
            #expect(summary.failures.first?.message.contains("one.jsonl") == true)
        }
    }

    @Test func `a run ends well where the daemon goes once everything is in`() async throws {
        let input = try folder.file("one.jsonl", "one")
        let good = report(
            #""run":"r","records":1,"kept":1,"duplicates":{"exact":0,"near":0},"rejected":{},"verdicts":{"real":1}"#)
        let request = IngestRequest(inputs: [input], storeDirectory: "", format: .jsonl)
        var patience = Patience { _ in }
        (patience.pause, patience.limit) = (.milliseconds(20), .milliseconds(100))
        for (last, left) in [([held(7)], 7), ([], nil)] as [([FakeDaemon.Script], Int?)] {
            let busy = FakeDaemon.Script.problem(503, "busy", "about to end")
            try await FakeDaemon.with([busy, held(4), good, busy] + last) { client, _ in
                let summary = try await RemoteIngest(request, client: client, patience: patience).run { _ in }
                #expect(summary.kept == 1 && summary.heldBefore == 4 && summary.held == left && summary.exitCode == 0)
            }
        }
    }

    @Test func `a source that was begun otherwise ends the run, as of a wrong command line`() async throws {
        let input = try folder.file("one.jsonl", "one")
        try await FakeDaemon.with([held(0), .problem(409, "conflict", "begun with another --source")]) { client, _ in
            let error = await #expect(throws: SluiceError.self) { try await ingest([input], client) }
            #expect(error?.code == .usage && error?.message.contains("another --source") == true)
        }
    }

    @Test func `records for which there is no word here are an error and not forgotten`() async throws {
        let input = try folder.file("one.jsonl", "one")
        let strange = report(
            #""run":"r","records":1,"kept":0,"duplicates":{"exact":0,"near":0},"rejected":{"too-blue":1}"#)
        try await FakeDaemon.with([held(0), strange]) { client, _ in
            await #expect(throws: SluiceError.self) { try await ingest([input], client) }
        }
    }

    @Test func `rows come as the bytes that they are, page after page`() async throws {
        let rows = [#"{"a": "]},\"" , "b":[1,{"c":[]}]}"#, #"{"rows":[ ]}"#, #"{"é":"\u00e9\\"}"#]
        let scripts: [FakeDaemon.Script] = [
            .answer(200, "{ \"rows\" : [ \(rows[0]) ,\n\(rows[1])] , \"next\":\"x-1\"}\n"),
            .answer(200, "{\"rows\":[\(rows[2])],\"next\":null}"),
        ]
        try await FakeDaemon.with(scripts) { client, fake in
            var found: [String] = []
            let query = ProvenanceQuery(filter: .url("https://a/?b=c&d"), decision: .kept, limit: 0)
            let mayGoOn = try await client.forEachProvenance(query) { row throws(SluiceError) in
                found.append(String(decoding: row, as: UTF8.self))
            }
            #expect(found == rows && !mayGoOn)
            let question = "/v1/provenance?url=https%3A%2F%2Fa%2F%3Fb%3Dc%26d&decision=kept&limit=1000"
            #expect(fake.asked.map(\.head.uri) == [question, question + "&cursor=x-1"])
        }
    }

    @Test func `a limit ends the pages, and what is behind it is said`() async throws {
        try await FakeDaemon.with([.answer(200, #"{"rows":[{},{}],"next":"x-2"}"#)]) { client, fake in
            var count = 0
            let mayGoOn = try await client.forEachProvenance(ProvenanceQuery(limit: 2)) { _ throws(SluiceError) in
                count += 1
            }
            #expect(count == 2 && mayGoOn && fake.asked.count == 1)
        }
    }

    @Test func `sealing without an open shard finds nothing to use`() async throws {
        try await FakeDaemon.with([.problem(409, "conflict", "no shard is open")]) { client, _ in
            await #expect(throws: SluiceError(.noUsableData, "no shard is open with a document in it")) {
                try await client.sealShard()
            }
        }
    }

    @Test func `an export without a release is asked for again by its name where the answer was cut off`() async throws
    {
        let scripts: [FakeDaemon.Script] = [
            FakeDaemon.Script(bytes: "HTTP/1.1 202 X\r\n"), .problem(409, "conflict", "there is one"),
            .answer(200, #"{"export":"e","state":"failed","error":"no room","type":"urn:sluice:problem:storage"}"#),
        ]
        try await FakeDaemon.with(scripts) { client, fake in
            var patience = Patience { _ in }
            patience.pause = .milliseconds(20)
            let export = RemoteExport(release: nil, cap: nil, compression: .zstd, client: client, patience: patience)
            let error = await #expect(throws: SluiceError.self) { try await export.run(to: folder.path("out")) }
            #expect(error?.message.contains("no room") == true)
            let (first, again) = (try #require(fake.asked.first), try #require(fake.asked.dropFirst().first))
            let asked = try JSONSerialization.jsonObject(with: Data(first.body)) as? [String: Any]
            let name = try #require(asked?["name"] as? String)
            #expect(first.body == again.body && fake.asked.last?.head.uri == "/v1/exports/\(name)")
        }
    }

    @Test func `a file that the daemon invents is not written`() async throws {
        let scripts: [FakeDaemon.Script] = [
            .answer(202, #"{"export":"r","state":"running"}"#),
            .answer(200, #"{"export":"r","state":"done","files":[{"name":"../escaped","bytes":1}]}"#),
            .answer(200, "x"),
        ]
        try await FakeDaemon.with(scripts) { client, _ in
            let export = RemoteExport(
                release: "r", cap: nil, compression: .zstd, client: client, patience: Patience { _ in })
            await #expect(throws: SluiceError.self) { try await export.run(to: folder.path("out")) }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(left.isEmpty)
        }
    }
}
