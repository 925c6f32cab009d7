import Foundation
import Testing

@Suite struct `The bound on a ratio` {
    private let folder: Folder
    private let store: String

    /// The bundled sample, ingested.
    init() throws {
        folder = try Folder()
        store = folder.path("store")
        let files = ["sample.warc.wet.gz", "sample.jsonl.gz"].map { Program.root.path + "/Tests/Sample/" + $0 }
        // The sample is damaged on purpose.
        #expect(try Program.run(["ingest", "--store", store] + files).exitCode == 1)
    }

    private func export(_ name: String, _ options: String...) throws -> (
        summary: [String: Any], manifest: [String: Any]
    ) {
        let run = try Program.run(["export", "--store", store, "--output", folder.path(name), "--json"] + options)
        #expect(run.exitCode == 0, "\(run.errors)")
        let manifest = try Data(contentsOf: URL(fileURLWithPath: folder.path(name) + "/manifest.json"))
        return (
            try #require(run.rows.first),
            try #require(try JSONSerialization.jsonObject(with: manifest) as? [String: Any])
        )
    }

    @Test func `is shown of a shard and of an export, and is not below the ratio`() throws {
        let shard = try #require(try Program.run("shards", "show", "1", "--store", store, "--json").rows.first)
        let (ratio, bound) = (shard["ratio"] as? Double ?? 1, try #require(shard["bound"] as? Double))
        #expect(bound >= ratio && bound < 1)
        let shown = try Program.run("shards", "show", "1", "--store", store)
        #expect(shown.text.contains("  at most 0."))
        #expect(try Program.run("shards", "--store", store, "--json").rows.first?["bound"] is NSNull)
        let (summary, manifest) = try export("out")
        let (kept, cap) = (try #require(summary["bound"] as? Double), summary["cap"] as? Double ?? 0)
        #expect(kept <= cap && kept >= summary["ratio"] as? Double ?? 1)
        #expect(manifest["bound"] as? Double == kept)
        #expect(try Program.run("verify", "--export", folder.path("out")).text.contains(", at most 0."))
    }

    @Test func `keeps a stricter cap, or is only stated where the configuration says so`() throws {
        let cap = 0.05
        let report = try folder.file("report.yaml", "export:\n  bound: report\n")
        let enforced = try export("enforced", "--cap", "\(cap)").summary
        let stated = try export("stated", "--cap", "\(cap)", "--config", report).summary
        #expect(try #require(enforced["bound"] as? Double) <= cap)
        #expect(try #require(stated["ratio"] as? Double) <= cap)
        #expect(enforced["leftOut"] as? Int ?? 0 > stated["leftOut"] as? Int ?? 0)
        #expect(enforced["boundReason"] as? String == "few-anchors")
        for name in ["enforced", "stated"] {
            #expect(try Program.run("verify", "--store", store, "--export", folder.path(name)).exitCode == 0)
        }
        let told = try Program.run("export", "--store", store, "--output", folder.path("told"), "--cap", "\(cap)")
        #expect(told.text.contains(" (few-anchors), cap") && told.errors.contains("export.bound"))
        let wrong = try folder.file("wrong.yaml", "export:\n  bound: maybe\n")
        let refused = try Program.run("export", "--store", store, "--output", folder.path("no"), "--config", wrong)
        #expect(refused.exitCode == 78 && refused.errors.contains("one of enforce, report"))
    }

    @Test func `is not blamed for a document whose line is too long for a file`() throws {
        let long = try folder.file("long.jsonl", Dump.jsonLines(Dump.texts(1, words: 15_000)))
        #expect(try Program.run("ingest", "--store", store, "--origin", "real", long).exitCode == 0)
        let small = try folder.file("small.yaml", "export:\n  file_bytes: 65536\n")
        let run = try Program.run("export", "--store", store, "--output", folder.path("out"), "--config", small)
        #expect(run.exitCode == 0 && run.errors.contains("too long for a file: 1 document;"), "\(run.errors)")
    }
}
