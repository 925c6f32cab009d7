import Foundation
import SluiceCore
import SluiceCrawl
import SluicePipeline
import SluiceService
import SluiceStore
import Synchronization
import Testing

@Suite struct `Documents over HTTP` {
    private static let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sample")

    @Test func `lines are taken, counted, and known when they come again`() async throws {
        try await LiveDaemon.with { daemon in
            let body = Texts.line(1) + "{\"text\":\"cut short\"\n" + Texts.line(2) + "[1]\n" + Texts.line(1)
            let first = try await daemon.ingest(body, "?source=harbour&name=a.jsonl")
            #expect(first.status == 200)
            #expect(first.int("records") == 5 && first.int("kept") == 2)
            #expect(first.json["rejected"] as? [String: Int] == ["invalid-json": 1, "not-an-object": 1])
            #expect(first.json["duplicates"] as? [String: Int] == ["exact": 1, "near": 0])
            #expect(first.list("errors").map { $0["ordinal"] as? Int } == [1])
            let again = try await daemon.ingest(body)
            #expect(again.json["repeat"] as? Bool == true && again.int("kept") == 2)
            #expect(try await daemon.get("/v1/stats").int("records") == 5)
            let sources = try await daemon.get("/v1/sources").list("sources")
            #expect(sources.map { $0["name"] as? String } == ["harbour"])
            #expect(sources.first?["file"] as? String == "a.jsonl")
        }
    }

    @Test func `gzip, zstd, WARC and plain text are read`() async throws {
        try await LiveDaemon.with { daemon in
            let lines = Array(try Data(contentsOf: Self.sample.appendingPathComponent("sample.jsonl.gz")))
            let crawl = Array(try Data(contentsOf: Self.sample.appendingPathComponent("sample.warc.wet.gz")))
            let frame = try ZstdCompressor().compress(Array(Texts.line(1).utf8), level: 3)
            let cases: [(String, String?, [UInt8], Int)] = [
                ("application/x-ndjson", "gzip", lines, 143), ("application/ndjson", "zstd", frame, 1),
                ("application/warc", nil, crawl, 224), ("application/octet-stream", nil, Array(Texts.line(2).utf8), 1),
                ("text/plain; charset=utf-8", "identity", Array(Texts.text(3).utf8), 1),
                ("Application/JSONL", "x-gzip", lines + lines, 286),
            ]
            for (type, coding, body, records) in cases {
                var fields = ["Content-Type": type]
                fields["Content-Encoding"] = coding
                let answer = try await daemon.ask("POST", "/v1/documents", fields, body: body)
                #expect(answer.status == 200 && answer.int("records") == records, "\(type) \(coding ?? "")")
            }
            let untyped = try await daemon.ask("POST", "/v1/documents", body: Array(Texts.line(4).utf8))
            #expect(untyped.int("kept") == 1)
        }
    }

    @Test func `a label of the source outranks the detector`() async throws {
        try await LiveDaemon.with { daemon in
            _ = try await daemon.ingest(Texts.line(1), "?origin=synthetic&generator=model%20a")
            let row = try await daemon.get("/v1/provenance").list("rows").first
            #expect(row?["verdict"] as? String == "synthetic" && row?["origin"] as? String == "declared")
        }
    }

    @Test func `what cannot be used is refused, with the reason`() async throws {
        try await LiveDaemon.with(settings: { $0.service.bodyBytes = 4096 }) { daemon in
            func refusal(
                _ body: String, _ query: String = "", _ fields: [String: String] = [:]
            ) async throws -> String {
                let answer = try await daemon.ingest(body, query, fields)
                return "\(answer.status) \(answer.problem ?? "")"
            }
            #expect(try await refusal("") == "400 bad-body")
            #expect(try await refusal("x", "", ["Content-Encoding": "gzip"]) == "400 bad-body")
            #expect(try await refusal("x", "", ["Content-Encoding": "br"]) == "415 unsupported-encoding")
            #expect(try await refusal("x", "", ["Content-Type": "application/json"]) == "415 unsupported-type")
            #expect(try await refusal("x", "?origin=human") == "400 bad-parameter")
            #expect(try await refusal("x", "?generator=m") == "400 bad-parameter")
            #expect(try await refusal("x", "?source=a&source=b") == "400 bad-parameter")
            #expect(try await refusal("x", "?sauce=a") == "400 bad-parameter")
            #expect(try await refusal("x", "", ["Idempotency-Key": "a b"]) == "400 bad-parameter")
            #expect(try await refusal(String(repeating: "x", count: 5000)) == "413 body-too-large")
            #expect(try await refusal("x", "", ["Sec-Fetch-Site": "cross-site"]) == "403 cross-site")
            let arc = try await daemon.ingest(
                "filedesc://a.arc 0.0.0.0 20000101000000 text/plain 1\n", "",
                ["Content-Type": "application/octet-stream"])
            #expect(arc.status == 422 && arc.problem == "unusable-data")
            #expect(!arc.text.contains(daemon.folder.path))
            #expect(try await daemon.get("/v1/stats").int("records") == 0)
        }
    }

    @Test func `a full disk is told of before anything is taken`() async throws {
        try await LiveDaemon.with(settings: { $0.service.diskFloorBytes = .max }) { daemon in
            let answer = try await daemon.ingest(Texts.line(1))
            #expect(answer.status == 503 && answer.problem == "storage" && answer.fields["retry-after"] == "60")
            let ready = try await daemon.get("/readyz")
            #expect(ready.status == 503 && ready.text.contains("[-] disk"))
        }
    }

    @Test func `what finds no room in the queue is told to come back, and what found room is taken`() async throws {
        try await LiveDaemon.with(settings: { $0.service.queue = 1 }) { daemon in
            let answers = try await daemon.whileWriterIsHeld(until: { $0.contains { $0.status == 503 } }) { add in
                await withTaskGroup(of: Void.self) { tasks in
                    for number in 0..<8 {
                        tasks.addTask {
                            if let answer = try? await daemon.ingest(Texts.line(number)) { add(answer) }
                        }
                    }
                }
            }
            #expect(answers.count == 8 && answers.allSatisfy { [200, 503].contains($0.status) })
            let refused = answers.filter { $0.status == 503 }
            #expect(!refused.isEmpty && refused.allSatisfy { $0.problem == "busy" && $0.fields["retry-after"] != nil })
            let kept = try await daemon.get("/v1/stats").int("kept")
            #expect(kept == 8 - refused.count)
        }
    }
}

@Suite struct `An idempotency key` {
    @Test func `brings the first answer again, whatever that was`() async throws {
        try await LiveDaemon.with { daemon in
            let first = try await daemon.ingest(Texts.line(1), "", ["Idempotency-Key": "a"])
            let second = try await daemon.ingest(Texts.line(1), "", ["Idempotency-Key": "a"])
            #expect(first.status == 200 && first.json["repeat"] as? Bool == false && first.body == second.body)
            let known = try await daemon.ingest(Texts.line(1), "", ["Idempotency-Key": "b"])
            let knownAgain = try await daemon.ingest(Texts.line(1), "", ["Idempotency-Key": "b"])
            #expect(known.json["repeat"] as? Bool == true && known.body == knownAgain.body)
        }
    }

    @Test func `brings the first answer again where another key's request was under way with its body`() async throws {
        try await LiveDaemon.with { daemon in
            let end = ContinuousClock.now + .seconds(1)
            let first = Answered()
            _ = try await daemon.whileWriterIsHeld(until: { _ in ContinuousClock.now > end }) { _ in
                await withTaskGroup(of: Void.self) { tasks in
                    for key in ["a", "b"] {
                        tasks.addTask {
                            first.set(key, try? await daemon.ingest(Texts.line(1), "", ["Idempotency-Key": key]))
                        }
                    }
                }
            }
            #expect(first.bodies.values.count { $0.contains(#""repeat":true"#) } == 1, "\(first.bodies)")
            for (key, body) in first.bodies {
                #expect(try await daemon.ingest(Texts.line(1), "", ["Idempotency-Key": key]).text == body, "\(key)")
            }
        }
    }

    /// What was answered under which key.
    private final class Answered: Sendable {
        private let state = Mutex<[String: String]>([:])
        var bodies: [String: String] { state.withLock { $0 } }
        func set(_ key: String, _ answer: Answer?) { state.withLock { $0[key] = answer?.text } }
    }

    @Test func `stands for one body and what was said of it`() async throws {
        try await LiveDaemon.with { daemon in
            _ = try await daemon.ingest(Texts.line(1), "?source=a", ["Idempotency-Key": "a"])
            for (line, query) in [(2, "?source=a"), (1, "?source=b"), (1, "?source=a&name=c"), (1, "")] {
                let answer = try await daemon.ingest(Texts.line(line), query, ["Idempotency-Key": "a"])
                #expect(answer.status == 422 && answer.problem == "key-reused")
            }
        }
    }

    @Test func `is as free as it was after a request that nothing came of`() async throws {
        try await LiveDaemon.with { daemon in
            let key = ["Idempotency-Key": "a"]
            let fields = key.merging(["Content-Type": "application/octet-stream"]) { $1 }
            let arc = try await daemon.ingest("filedesc://a.arc 0.0.0.0 20000101000000 text/plain 1\n", "", fields)
            #expect(arc.status == 422 && arc.problem == "unusable-data")
            let line = Array(Texts.line(1).utf8)
            try daemon.begin(line, label: "a")
            let contradicted = try await daemon.ingest(Texts.line(1), "?source=b", key)
            #expect(contradicted.status == 409 && contradicted.problem == "conflict")
            #expect(try await daemon.ingest(Texts.line(2), "", key).status == 200)
            #expect(try await daemon.ingest(Texts.line(1), "?source=a", key).problem == "key-reused")
            #expect(try await daemon.ingest(Texts.line(1), "?source=a").int("kept") == 1)
        }
    }

    @Test func `is refused while its first request is under way`() async throws {
        try await LiveDaemon.with { daemon in
            let answers = try await daemon.whileWriterIsHeld(until: { !$0.isEmpty }) { add in
                await withTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<2 {
                        tasks.addTask {
                            let key = ["Idempotency-Key": "a"]
                            if let answer = try? await daemon.ingest(Texts.line(1), "", key) { add(answer) }
                        }
                    }
                }
            }
            #expect(answers.map(\.status) == [409, 200], "\(answers.map(\.text))")
            #expect(answers.first?.problem == "conflict" && answers.first?.fields["retry-after"] == "1")
        }
    }
}

extension LiveDaemon {
    /// Enters the source of these bytes into the store, with nothing of it read.
    fileprivate func begin(_ bytes: [UInt8], label: String) throws {
        let source = SourceDescription(
            digest: Digest.of(bytes), name: "http", bytes: Int64(bytes.count), format: "jsonl", label: label)
        try store.write { try $0.setProgress(SourceProgress(), ofSource: $0.source(source).id) }
    }

    /// The answers that `body` collects, in their order, while the store lets nobody write until they are `enough`.
    func whileWriterIsHeld(
        until enough: @escaping @Sendable ([Answer]) -> Bool,
        _ body: @escaping @Sendable (_ add: @escaping @Sendable (Answer) -> Void) async -> Void
    ) async throws -> [Answer] {
        let answers = Answers()
        let store = store
        let isHeld = Flag()
        async let held: Void = blocking {
            try store.write { _ in
                isHeld.raise()
                let end = ContinuousClock.now + .seconds(20)
                while !enough(answers.all), ContinuousClock.now < end { usleep(10_000) }
            }
        }
        while !isHeld.isRaised { try await Task.sleep(for: .milliseconds(5)) }
        await body(answers.add)
        try await held
        return answers.all
    }

    private final class Flag: Sendable {
        private let state = Mutex(false)
        var isRaised: Bool { state.withLock { $0 } }
        func raise() { state.withLock { $0 = true } }
    }

    private final class Answers: Sendable {
        private let state = Mutex<[Answer]>([])
        var all: [Answer] { state.withLock { $0 } }
        @Sendable func add(_ answer: Answer) { state.withLock { $0.append(answer) } }
    }
}
