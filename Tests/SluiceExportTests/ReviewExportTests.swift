import Foundation
import SluiceCore
import SluiceExport
import SluiceLedger
import SluiceStore
import Testing

@Suite struct `After a review` {
    private static let mixed = (0..<300).map { Fixture.Document(share: [0, 0, 20, 100, 1000][$0 % 5]) }
    private static let shards = ShardSettings(capPPM: 100_000, targetTokens: 100_000_000)

    private func settings(release: String? = nil, fileBytes: Int = 40_000) -> ExportSettings {
        ExportSettings(
            release: release, prior: 0.1, enforcesBound: false, compression: .none, fileBytes: fileBytes,
            toolVersion: "test",
            configuration: Digest.of([3]))
    }

    private func review(_ store: Store, _ seqs: some Sequence<Int64>, _ verdict: Verdict) throws {
        try store.write { writer in
            for seq in seqs {
                let review = ReviewDescription(document: seq, verdict: verdict, reviewer: "ada \"l\"")
                _ = try writer.review(review, timeMicroseconds: 9)
            }
        }
    }

    /// `metadata.sluice` of every line, by seq.
    private func details(_ folder: Folder, _ name: String) throws -> [Int64: [String: Any]] {
        var details: [Int64: [String: Any]] = [:]
        for (file, bytes) in try folder.files(name) where file.hasPrefix("shard-") {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                let sluice = try #require((object?["metadata"] as? [String: Any])?["sluice"] as? [String: Any])
                details[try #require(sluice["seq"] as? Int64)] = sluice
            }
        }
        return details
    }

    @Test func `of sealed documents an export shows the verdicts in force, and stays under its cap with them`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed, shards: Self.shards)
        _ = try store.write { try $0.sealShard() }
        let first = try Exporter(store: store, settings: settings(release: "r1")).export(to: folder.path("before"))
        let before = try details(folder, "before")
        // A third of the human text turns out to be a machine's; what is left cannot carry all of it.
        let turned = before.keys.sorted().filter { $0 % 5 == 1 }
        try review(store, turned, .synthetic)
        let summary = try Exporter(store: store, settings: settings(release: "r2")).export(to: folder.path("after"))
        let after = try details(folder, "after")
        #expect(summary.leftOut > 0 && after.count + Int(summary.leftOut) == before.count + Int(first.leftOut))
        #expect(summary.files.allSatisfy { $0.totals.obey(capPPM: 100_000) })
        let shown = turned.compactMap { after[$0] }
        #expect(!shown.isEmpty && shown.count < turned.count)
        for line in shown {
            #expect(line["verdict"] as? String == "synthetic" && line["origin"] as? String == "reviewed")
            #expect(line["probability"] as? Double == 1 && line["real"] as? Double == 0)
            #expect(line["synthetic"] as? Double == 40)
            #expect((line["evidence"] as? [[String: Any]])?.first?["kind"] as? String == "reviewed")
        }
        #expect(after.filter { $0.key % 5 != 1 }.allSatisfy { $0.value["origin"] as? String == "detected" })
        for name in ["before", "after"] {
            let findings = try ExportVerifier.verify(directory: folder.path(name), against: store)
            #expect(findings.filter { !$0.passed } == [], "\(name)")
        }
        #expect(try !store.verifyTexts { _ in [] }.passed)
    }

    @Test func `an export under the same name is another one, and is refused`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed, shards: Self.shards)
        _ = try Exporter(store: store, settings: settings(release: "r1")).export(to: folder.path("out"))
        try review(store, [1], .real)
        #expect {
            _ = try Exporter(store: store, settings: settings(release: "r1")).export(to: folder.path("again"))
        } throws: {
            ($0 as? SluiceError)?.code == .cannotCreate
        }
        #expect(try folder.names() == ["out", "store"])
    }

    @Test func `the texts come out labelled, the latest verdict of each, and none that stayed uncertain`() throws {
        let folder = try Folder()
        var documents = Self.mixed
        documents[9].url = nil
        let store = try Fixture.store(in: folder, documents, shards: Self.shards)
        try review(store, 1...200, .synthetic)
        try review(store, 101...200, .real)
        try review(store, 50...149, .uncertain)
        var pieces: [[UInt8]] = []
        let count = try ReviewExport(store: store).write { bytes in
            #expect(bytes.last == UInt8(ascii: "\n"))
            pieces.append(bytes)
            // What is said meanwhile belongs to the next export.
            try review(store, 1...200, .uncertain)
        }
        let lines = try pieces.joined().split(separator: UInt8(ascii: "\n")).map {
            try #require(JSONSerialization.jsonObject(with: Data($0)) as? [String: String])
        }
        #expect(count == 100 && lines.count == 100 && pieces.count > 1)
        #expect(lines.map { $0["label"] } == (1...49).map { _ in "synthetic" } + (150...200).map { _ in "human" })
        for line in lines { #expect(Digest.of(Array((line["text"] ?? "").utf8)).hex == line["id"]) }
        #expect(lines[9]["domain"] == "dump \"a\".jsonl" && lines[10]["domain"] == "a.example")
        #expect(lines.allSatisfy { $0["reviewer"] == "ada \"l\"" && $0["generator"] == "unknown" })
        #expect(try ReviewExport(store: store).write { _ in Issue.record("there is nothing to write") } == 0)
    }
}
