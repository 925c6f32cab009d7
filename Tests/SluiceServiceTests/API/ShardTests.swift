import Foundation
import SluiceCore
import SluiceExport
import SluicePipeline
import SluiceStore
import Testing

@Suite struct `Shards and exports over HTTP` {
    private static func lines(_ numbers: Range<Int>) -> String {
        numbers.map { Texts.line($0, metadata: "\"synthetic\":\($0 % 20 == 19)") }.joined()
    }

    @Test func `a shard is listed, shown, sealed once, and read`() async throws {
        try await LiveDaemon.with { daemon in
            #expect(try await daemon.get("/v1/shards").list("shards").isEmpty)
            #expect(try await daemon.post("/v1/shards/seal", "").status == 409)
            _ = try await daemon.ingest(Self.lines(0..<40), "?source=a")
            let open = try await daemon.get("/v1/shards/1")
            #expect(open.string("state") == "open" && open.int("documents") == 40)
            let (ratio, bound) = (open.json["ratio"] as? Double ?? 1, try #require(open.json["bound"] as? Double))
            #expect(bound >= ratio && open.json["boundReason"] != nil)
            #expect(try await daemon.get("/v1/shards").list("shards").first?["bound"] is NSNull)
            let sealed = try await daemon.post("/v1/shards/seal", "")
            #expect(sealed.status == 200 && sealed.string("state") == "sealed")
            #expect(try await daemon.post("/v1/shards/seal", "").status == 409)
            _ = try await daemon.ingest(Self.lines(100..<110), "?source=b")
            let page = try await daemon.get("/v1/shards?limit=1")
            let next = try #require(page.string("next"))
            let rest = try await daemon.get("/v1/shards?limit=1&cursor=\(next)")
            #expect((page.list("shards") + rest.list("shards")).map { $0["shard"] as? Int } == [1, 2])
            let documents = try await daemon.get("/v1/shards/1/documents")
            #expect(documents.lines.map { $0["text"] as? String } == (0..<40).map { Texts.text($0) })
            let head = try await daemon.ask("HEAD", "/v1/shards/1/documents")
            #expect(head.status == 200 && head.fields["content-length"] == nil)
            for target in ["3", "0", "x", "3/documents", "-1", "99999999999999999999"] {
                #expect(try await daemon.get("/v1/shards/" + target).status == 404, "\(target)")
            }
            #expect(try await daemon.get("/v1/shards?limit=0").status == 400)
        }
    }

    @Test(arguments: ["zstd", "gzip", "none"])
    func `an export is made, looked after, fetched and found right`(compression: String) async throws {
        try await LiveDaemon.with { daemon in
            _ = try await daemon.ingest(Self.lines(0..<40))
            let made = try await daemon.post(
                "/v1/exports", "{\"name\":\"x\",\"release\":\"r\",\"cap\":1,\"compression\":\"\(compression)\"}")
            #expect(made.status == 202 && made.fields["location"] == "/v1/exports/x")
            let done = try await daemon.export("x")
            #expect(done.string("state") == "done")
            let copy = daemon.folder.path("copy")
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            for file in done.list("files") {
                let name = try #require(file["name"] as? String)
                let answer = try await daemon.get("/v1/exports/x/\(name)")
                #expect(answer.body.count == file["bytes"] as? Int)
                try Data(answer.body).write(to: URL(fileURLWithPath: "\(copy)/\(name)"))
            }
            let findings = try ExportVerifier.verify(directory: copy, against: daemon.store)
            #expect(!findings.isEmpty && findings.allSatisfy(\.passed), "\(findings)")
            let all = try await daemon.get("/v1/exports").list("exports")
            #expect(all.map { $0["export"] as? String } == ["x"])
            let taken = try await daemon.post("/v1/exports", "{\"name\":\"x\"}")
            #expect(taken.status == 409)
        }
    }

    @Test func `a release that no directory can be called after is exported under another name`() async throws {
        try await LiveDaemon.with { daemon in
            _ = try await daemon.ingest(Self.lines(0..<40))
            let made = try await daemon.post("/v1/exports", "{\"release\":\"../rel 1\",\"cap\":1}")
            let place = try #require(made.fields["location"])
            #expect(made.status == 202 && place.hasPrefix("/v1/exports/release-"))
            #expect(
                try await daemon.export(String(place.dropFirst("/v1/exports/".count))).string("state") == "done")
            #expect(try daemon.store.read { try $0.releases() } == ["../rel 1"])
        }
    }

    @Test func `an export that cannot be made says why`() async throws {
        try await LiveDaemon.with { daemon in
            let made = try await daemon.post("/v1/exports", "")
            let place = try #require(made.fields["location"])
            let failed = try await daemon.export(String(place.dropFirst("/v1/exports/".count)))
            #expect(failed.string("state") == "failed")
            #expect(failed.string("error")?.hasPrefix("the store holds no document in a shard") == true)
            #expect(failed.string("type") == "urn:sluice:problem:unusable-data" && failed.list("files").isEmpty)
        }
    }

    @Test func `a failed export does not say where things lie`() async throws {
        let folder = try TemporaryFolder()
        let place = try folder.file("taken", "x") + "/exports"
        try await LiveDaemon.with(settings: { $0.service.exports = place }) { daemon in
            _ = try await daemon.ingest(Self.lines(0..<20))
            _ = try await daemon.post("/v1/exports", "{\"name\":\"x\"}")
            let failed = try await daemon.export("x")
            #expect(failed.string("state") == "failed" && failed.string("type") == "urn:sluice:problem:conflict")
            #expect(failed.string("error")?.contains("cannot be made") == true)
            #expect(!failed.text.contains("taken") && !failed.text.contains(daemon.folder.path))
        }
    }

    @Test func `what is left of an export that was cut off goes at the start, and nothing else`() async throws {
        let folder = try TemporaryFolder()
        for name in [".a-b.partial-123", ".b.partial-7", ".c.partial-8", ".d.finished-9", ".partial-5", ".e.partial-x"]
        {
            try FileManager.default.createDirectory(
                atPath: folder.path(name), withIntermediateDirectories: true)
            _ = try folder.file(name + "/shard-00000.jsonl.zst", "half")
        }
        _ = try folder.file(".b.partial-7/notes", "somebody's")
        let held = open(folder.path(".c.partial-8"), O_RDONLY | O_DIRECTORY)
        defer { close(held) }
        #expect(held >= 0 && flock(held, LOCK_EX | LOCK_NB) == 0)
        try await LiveDaemon.with(settings: { $0.service.exports = folder.path }) { daemon in
            let exports = try await daemon.get("/v1/exports").list("exports")
            #expect(exports.isEmpty)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == [".b.partial-7", ".c.partial-8", ".d.finished-9", ".e.partial-x", ".partial-5"])
    }

    @Test(arguments: [
        ("{\"name\":\"../up\"}", 400), ("{\"name\":\".hidden\"}", 400), ("{\"name\":\"\"}", 400), ("{\"name\":7}", 400),
        ("{\"cap\":1.5}", 400), ("{\"cap\":\"a\"}", 400), ("{\"cap\":true}", 400), ("{\"compression\":\"br\"}", 400),
        ("{\"colour\":1}", 400), ("[]", 400), ("{", 400), ("{\"cap\":0,\"cap\":1}", 400),
        ("{\"name\":\"a\",\"na\\u006de\":\"a\"}", 400), ("\u{FEFF}{}", 400), ("{}\u{0}", 400), (" {\n}", 202),
        ("{\"name\":\"a,b\"}", 400), ("{\"cap\":0,\"name\":\"zero\"}", 202),
        ("{\"cap\":null,\"name\":\"a.b-c_D\"}", 202),
    ])
    func `the object that asks for an export is read with care`(json: String, status: Int) async throws {
        try await LiveDaemon.with { daemon in
            let answer = try await daemon.post("/v1/exports", json)
            #expect(answer.status == status)
        }
    }

    @Test func `a body that is no JSON object is refused by its kind`() async throws {
        try await LiveDaemon.with { daemon in
            for (fields, body, status) in [
                (["Content-Type": "application/json; charset=utf-8"], "{\"name\":\"a\"}", 202),
                (["Content-Type": "application/jsonx"], "{}", 415), (["Content-Type": "text/plain"], "{}", 415),
                (["Content-Encoding": "gzip"], "{}", 415),
                ([:], "{\0}\0", 400), ([:], "\0{\0}", 400),
                ([:], "{\"name\":\"" + String(repeating: "a", count: 70_000) + "\"}", 413),
            ] {
                let answer = try await daemon.ask("POST", "/v1/exports", fields, body: Array(body.utf8))
                #expect(answer.status == status, "\(fields)")
            }
        }
    }

    @Test func `no name leads out of an export`() async throws {
        try await LiveDaemon.with { daemon in
            _ = try await daemon.ingest(Self.lines(0..<20))
            _ = try await daemon.post("/v1/exports", "{\"name\":\"x\"}")
            _ = try await daemon.export("x")
            _ = try daemon.folder.file("store/exports/x/.secret", "s")
            for name in [
                "..%2fx", "%2e%2e", "..", "x%2f..%2fmanifest.json", ".secret", "%2esecret", "manifest.json%00",
                "manifest.json.",
                "..%5cx", "sluice.db", "nothing",
            ] {
                let answer = try await daemon.get("/v1/exports/x/\(name)")
                #expect([400, 404].contains(answer.status), "\(name)")
                let other = try await daemon.get("/v1/exports/\(name)")
                #expect([400, 404].contains(other.status), "\(name)")
            }
            #expect(try await daemon.get("/v1/exports/%78/manifest%2Ejson").status == 200)
        }
    }
}

extension LiveDaemon {
    /// An export once it is no longer being made.
    func export(_ name: String) async throws -> Answer {
        let end = ContinuousClock.now + .seconds(20)
        while true {
            let answer = try await get("/v1/exports/\(name)")
            if answer.string("state") != "running" || ContinuousClock.now > end { return answer }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
