import Foundation
import SluiceCore
import SluiceExport
import SluiceStore
import Testing

@Suite struct `What a release before had and this one has not` {
    /// Ten documents by people, one by a machine, one that is nearly certain to be by a person.
    private static let documents = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000, 20].map { Fixture.Document(share: $0) }

    private func export(_ store: Store, _ name: String?, to folder: Folder, cap: Int64? = nil) throws -> ExportSummary {
        let settings = ExportSettings(
            release: name, capPPM: cap, prior: 0.1, enforcesBound: false, compression: .none, toolVersion: "test",
            configuration: Digest.of([3]))
        return try Exporter(store: store, settings: settings).export(to: folder.path(name ?? "unnamed"))
    }

    private func left(_ folder: Folder, _ name: String) throws -> [String: Any]? {
        let manifest = try JSONSerialization.jsonObject(with: Data(folder.bytes("\(name)/manifest.json")))
        return (manifest as? [String: Any])?["left_since"] as? [String: Any]
    }

    private func seqs(_ left: [String: Any]?, _ part: String) -> [Int]? {
        (left?[part] as? [String: Any])?["seqs"] as? [Int]
    }

    @Test func `is listed with the reason, and counted`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.documents)
        #expect(try export(store, "r1", to: folder).leftSince == nil)
        #expect(try left(folder, "r1") == nil)
        _ = try store.write { writer in
            try writer.review(
                ReviewDescription(document: 1, verdict: .synthetic, reviewer: "ada"), timeMicroseconds: 9)
        }
        let summary = try export(store, "r2", to: folder, cap: 0)
        let left = try left(folder, "r2")
        #expect(left?["release"] as? String == "r1" && left?["documents"] as? Int == 3 && left?["real"] as? Int == 1)
        #expect(seqs(left, "reviewed") == [1], "a person found it to be a machine's")
        #expect(seqs(left, "held") == [11], "its shard had no room for it any more")
        #expect(seqs(left, "no_room") == [12], "the export's own cap keeps it out")
        #expect(summary.leftSince?.documents == 3 && summary.leftSince?.real == 1)
        #expect(summary.json.contains(#""leftSince":{"release":"r1","documents":3,"real":1}"#))
        #expect(try ExportVerifier.verify(directory: folder.path("r2"), against: store).allSatisfy(\.passed))
    }

    @Test func `is held where another's verdict took it out, whatever was said of it before`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.documents)
        func review(_ document: Int64) throws {
            _ = try store.write { writer in
                try writer.review(
                    ReviewDescription(document: document, verdict: .synthetic, reviewer: "ada"), timeMicroseconds: 9)
            }
        }
        try review(11)
        _ = try export(store, "r1", to: folder)
        try review(1)
        _ = try export(store, "r2", to: folder)
        let left = try left(folder, "r2")
        #expect(seqs(left, "reviewed") == [1] && seqs(left, "held") == [11], "\(left ?? [:])")
    }

    @Test func `is nothing where all of it is there, and is not asked of an export without a name`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.documents)
        _ = try export(store, "r1", to: folder)
        #expect(try export(store, "r2", to: folder).leftSince?.documents == 0)
        #expect(try export(store, nil, to: folder).leftSince == nil)
        // The one before is the one that was made before, whatever was made since.
        _ = try export(store, "r3", to: folder)
        let files = try folder.files("r2")
        try FileManager.default.removeItem(atPath: folder.path("r2"))
        _ = try export(store, "r2", to: folder)
        #expect(try folder.files("r2") == files)
    }

    @Test(arguments: [
        (#""held": {"documents":1,"seqs":[11]}"#, #""held": {"documents":0,"seqs":[]}"#),
        (#""held": {"documents":1,"seqs":[11]}"#, #""held": {"documents":1,"seqs":[1]}"#),
        (#""held": {"documents":1,"seqs":[11]}"#, #""held": {"documents":1,"seqs":[2]}"#),
        (#""held": {"documents":1,"seqs":[11]}"#, #""held": {"documents":1,"seqs":[11,12]}"#),
        (#""real": 1, "no_room""#, #""real": 4, "no_room""#),
    ])
    func `cannot be said to be what the files hold, or more than it is`(true: String, false: String) throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.documents)
        _ = try export(store, "r1", to: folder)
        _ = try store.write { writer in
            try writer.review(
                ReviewDescription(document: 1, verdict: .synthetic, reviewer: "ada"), timeMicroseconds: 9)
        }
        _ = try export(store, "r2", to: folder, cap: 0)
        let manifest = String(decoding: try folder.bytes("r2/manifest.json"), as: UTF8.self)
        let forged = manifest.replacingOccurrences(of: `true`, with: `false`)
        #expect(forged != manifest)
        try folder.write(Array(forged.utf8), to: "r2/manifest.json")
        let failed = try ExportVerifier.verify(directory: folder.path("r2")).filter { !$0.passed }.map(\.check)
        #expect(failed.contains("export-left-since"), "\(failed)")
    }
}
