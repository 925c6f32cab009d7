import Foundation
import SluiceCore
import SluiceExport
import SluiceStore
import Testing

@Suite struct `Packing` {
    @Test(arguments: 0..<12, [false, true])
    func `keeps every file under its cap and size and loses no document`(seed: UInt64, enforces: Bool) throws {
        var random = SeededGenerator(seed)
        let documents = (0..<Int.random(in: 1...400, using: &random)).map { _ in
            Fixture.Document(
                share: Bool.random(using: &random) ? 0 : Int64.random(in: 0...1000, using: &random),
                words: Int.random(in: 2...120, using: &random),
                ratio: enforces ? Double.random(in: -9...6, using: &random) : nil)
        }
        let cap = Int64.random(in: 0...300_000, using: &random)
        let shards = ShardSettings(
            capPPM: Int64.random(in: 1...400_000, using: &random),
            targetTokens: Int64.random(in: 200...9000, using: &random))
        let folder = try Folder()
        let store = try Fixture.store(in: folder, documents, shards: shards)
        let admitted = try store.read { try $0.shards() }.reduce(0) { $0 + $1.totals.documents }
        let settings = ExportSettings(
            capPPM: cap, prior: 0.1, enforcesBound: enforces, compression: .none,
            fileBytes: Int.random(in: 2_500...60_000, using: &random), toolVersion: "test",
            configuration: Digest.of([3]))
        do {
            let summary = try Exporter(store: store, settings: settings).export(to: folder.path("out"))
            let effective = min(cap, shards.capPPM)
            #expect(summary.capPPM == effective)
            #expect(summary.files.allSatisfy { $0.totals.obey(capPPM: effective) })
            #expect(summary.files.allSatisfy { $0.rawBytes <= Int64(settings.fileBytes) })
            #expect(summary.totals.documents + summary.leftOut == admitted)
            #expect(!enforces || summary.files.allSatisfy { $0.audited.obey(capPPM: effective) })
            #expect(try ExportVerifier.verify(directory: folder.path("out")).allSatisfy(\.passed))
            if !enforces { try expectOneMoreWouldNotFit(folder, documents, summary) }
        } catch let error as SluiceError where error.code == .noUsableData {
            #expect(enforces || documents.allSatisfy { $0.share > 0 } || admitted == 0)
        }
    }

    @Test func `of one document that no file has space for does not end a file each time it is due`() throws {
        let folder = try Folder()
        // A line of 39 KB that needs 120 words of real text beside it: some ten lines.
        let large = Fixture.Document(share: 1000, words: 12, padding: 38_000)
        let store = try Fixture.store(
            in: folder, [large] + (0..<400).map { _ in Fixture.Document(share: 0, words: 12) })
        let summary = try Exporter(store: store, settings: Self.settings(fileBytes: 40_000))
            .export(to: folder.path("out"))
        let bytes = summary.files.map(\.rawBytes).reduce(0, +)
        #expect(summary.leftOut == 1 && summary.totals.documents == 400)
        #expect(summary.files.count <= Int(bytes / 40_000) + 3, "\(summary.files.count) files of \(bytes) bytes")
    }

    @Test func `gives a document for which two files had no space what a later one has`() throws {
        let folder = try Folder()
        // A line of some 20 KB that needs 120 words of real text beside it.
        let large = Fixture.Document(share: 1000, words: 12, padding: 20_000)
        let bulky = Fixture.Document(share: 0, words: 12, padding: 2500)
        let short = Fixture.Document(share: 0, words: 12)
        let store = try Fixture.store(
            in: folder, [large] + Array(repeating: bulky, count: 34) + Array(repeating: short, count: 12))
        let summary = try Exporter(store: store, settings: Self.settings(fileBytes: 40_000))
            .export(to: folder.path("out"))
        #expect(summary.leftOut == 0 && summary.tooLong == 0)
        #expect(summary.files.map(\.totals.documents).reduce(0, +) == 47)
        #expect(try ExportVerifier.verify(directory: folder.path("out"), against: store).allSatisfy(\.passed))
    }

    @Test func `ends a file where its mass would pass what the cap is reckoned with, and goes on in the next`() throws {
        let folder = try Folder()
        let million = 1_000_000
        // Nine of these are all that a file takes. The one that is half synthetic needs as many beside it, and so is in none.
        let large = Fixture.Document(share: 0, claimedWords: 1000 * million)
        let half = Fixture.Document(share: 500, claimedWords: 1000 * million)
        let small = Fixture.Document(share: 500, claimedWords: million)
        let store = try Fixture.store(
            in: folder, Array(repeating: large, count: 6) + [half] + Array(repeating: large, count: 14) + [small],
            shards: ShardSettings(capPPM: 100_000, targetTokens: Int64(8000 * million)))
        let settings = ExportSettings(
            capPPM: 55_000, prior: 0.1, enforcesBound: false, compression: .none, toolVersion: "test",
            configuration: Digest.of([3]))
        let summary = try Exporter(store: store, settings: settings).export(to: folder.path("out"))
        #expect(summary.files.map(\.totals.documents) == [9, 9, 3])
        #expect(summary.files.allSatisfy { $0.totals.obey(capPPM: 55_000) })
        #expect(summary.leftOut == 1 && summary.totals.synthetic == Int64(500 * million))
        #expect(try ExportVerifier.verify(directory: folder.path("out"), against: store).allSatisfy(\.passed))
    }

    private static func settings(cap: Int64? = nil, enforces: Bool = false, fileBytes: Int = 4500) -> ExportSettings {
        ExportSettings(
            capPPM: cap, prior: 0.1, enforcesBound: enforces, compression: .none, fileBytes: fileBytes,
            toolVersion: "test", configuration: Digest.of([3]))
    }

    @Test func `tells those that are too long for a file from those for which there is no room under the cap`() throws {
        let folder = try Folder()
        let long = Fixture.Document(share: 0, words: 12, padding: 5000)
        let synthetic = Fixture.Document(share: 90, words: 300)
        let store = try Fixture.store(
            in: folder, [Fixture.Document(share: 0, words: 12), long, long] + Array(repeating: synthetic, count: 3))
        let summary = try Exporter(store: store, settings: Self.settings(cap: 10_000)).export(to: folder.path("out"))
        #expect(summary.totals.documents == 1 && summary.leftOut == 5 && summary.tooLong == 2)
        let manifest = String(decoding: try folder.bytes("out/manifest.json"), as: UTF8.self)
        #expect(manifest.contains(#""left_out": {"documents":5,"too_long":2,"seqs":[2, 3, 4, 5, 6]}"#))
        #expect(try ExportVerifier.verify(directory: folder.path("out"), against: store).allSatisfy(\.passed))
        #expect(try ExportSummary(reading: folder.path("out"), as: folder.path("out"), askedCapPPM: 10_000) == summary)
    }

    @Test func `into no file at all says why, and gives no advice that cannot help`() throws {
        let folder = try Folder()
        // A ratio of .018 under a cap of .02, which its bound does not keep.
        let document = Fixture.Document(share: 0, ratio: -1.8)
        let store = try Fixture.store(
            in: folder, Array(repeating: document, count: 3),
            shards: ShardSettings(capPPM: 20_000, targetTokens: 1_000_000))
        func refusal(_ settings: ExportSettings) throws -> String {
            let error = #expect(throws: SluiceError.self) {
                try Exporter(store: store, settings: settings).export(to: folder.path("out"))
            }
            #expect(error?.code == .noUsableData)
            return "\(try #require(error))"
        }
        let long = try refusal(Self.settings(fileBytes: 10))
        #expect(
            long.contains("longer than export.file_bytes: 3") && long.contains("raise export.file_bytes"), "\(long)")
        #expect(!long.contains("cap") && !long.contains("human text"), "\(long)")
        let bound = try refusal(Self.settings(enforces: true))
        #expect(bound.contains("under the cap: 3") && bound.contains("export.bound"), "\(bound)")
        #expect(!bound.contains("--cap") && !bound.contains("file_bytes"), "\(bound)")
        let cap = try refusal(Self.settings(cap: 10_000))
        #expect(cap.contains("raise --cap") && !cap.contains("export.bound"), "\(cap)")
        #expect(try folder.names() == ["store"])
    }

    /// Whatever was left out asks for more than the last file could have given, or the file had no space.
    private func expectOneMoreWouldNotFit(
        _ folder: Folder, _ documents: [Fixture.Document], _ summary: ExportSummary
    ) throws {
        let last = try #require(summary.files.last)
        let manifest = try JSONSerialization.jsonObject(with: Data(folder.bytes("out/manifest.json"))) as? [String: Any]
        let seqs = try #require((manifest?["left_out"] as? [String: Any])?["seqs"] as? [Int])
        for seq in seqs {
            let document = documents[seq - 1]
            let mass = Int64(document.words) * 1000
            let synthetic = Int64(document.words) * document.share
            var totals = last.totals
            totals.synthetic += synthetic
            totals.real += mass - synthetic
            #expect(!totals.obey(capPPM: summary.capPPM), "row \(seq)")
        }
    }
}
