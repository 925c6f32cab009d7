import Foundation
import SluiceCore
import SluiceCrawl
import SluiceExport
import SluiceStore
import Testing

@Suite struct `An export` {
    private static let mixed = (0..<300).map { Fixture.Document(share: [0, 0, 20, 100, 1000][$0 % 5]) }

    private func settings(
        release: String? = nil, cap: Int64? = nil, _ compression: ExportCompression = .zstd, fileBytes: Int = 40_000
    ) -> ExportSettings {
        ExportSettings(
            release: release, capPPM: cap, prior: 0.1, enforcesBound: false, compression: compression,
            fileBytes: fileBytes,
            toolVersion: "test", configuration: Digest.of([3]))
    }

    private func failure(_ body: () throws -> Void) -> SluiceError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SluiceError)?.code
        }
    }

    @Test(arguments: ExportCompression.allCases)
    func `holds every admitted document once, under the cap, and verifies`(compression: ExportCompression) throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let admitted = try store.read { try $0.shards() }.reduce(0) { $0 + $1.totals.documents }
        let summary = try Exporter(store: store, settings: settings(compression)).export(to: folder.path("out"))
        #expect(admitted > 200 && summary.files.count > 2)
        #expect(summary.totals.documents + summary.leftOut == admitted)
        #expect(summary.files.allSatisfy { $0.totals.obey(capPPM: 100_000) && $0.rawBytes <= 40_000 })
        #expect(summary.files.allSatisfy { $0.name.hasSuffix(".jsonl" + compression.suffix) })
        let findings = try ExportVerifier.verify(directory: folder.path("out"))
        #expect(findings.count >= 4 + summary.files.count && findings.allSatisfy(\.passed), "\(findings)")
        #expect(try folder.names() == ["out", "store"], "nothing half-made stays behind")
    }

    @Test func `has lines that any JSON reader takes, all with the same keys and types`() throws {
        let folder = try Folder()
        var documents = Self.mixed
        documents[1].url = nil
        documents[1].recordID = nil
        documents[1].captured = nil
        let noTimes = [
            "last Tuesday", "0000-00-00 00:00:00", "2024-13-45T99:99:99Z", "2021-05-06T24:00:00Z", "2021-02-29",
            "2021-05-06T07:08:09+07:60",
        ]
        for (place, text) in noTimes.enumerated() { documents[place + 2].captured = text }
        let store = try Fixture.store(in: folder, documents)
        _ = try Exporter(store: store, settings: settings(.none)).export(to: folder.path("out"))
        var shapes: Set<String> = []
        var ids: Set<String> = []
        var withoutTime = 0
        for (name, bytes) in try folder.files("out") where name.hasPrefix("shard-") {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                let text = try #require(object?["text"] as? String)
                let id = try #require(object?["id"] as? String)
                #expect(Digest.of(Array(text.utf8)).hex == id)
                ids.insert(id)
                let sluice = try #require((object?["metadata"] as? [String: Any])?["sluice"] as? [String: Any])
                let seq = try #require(sluice["seq"] as? Int)
                #expect(Array(text.utf8) == Fixture.text(seq, words: 40))
                if (3..<3 + noTimes.count).contains(seq) {
                    withoutTime += 1
                    #expect(object?["created"] as? String == "" && object?["added"] as? String == "")
                }
                let keys = (object ?? [:]).keys.sorted() + sluice.keys.sorted()
                let strings = sluice.filter { $0.value is String }.keys.sorted()
                shapes.insert(
                    "\(keys) \(strings) \((object?["created"] as? String)?.hasSuffix("T07:08:09.000Z") ?? false)")
            }
        }
        #expect(ids.count > 200 && withoutTime == noTimes.count)
        #expect(shapes.count == 2, "with and without a time: \(shapes)")
    }

    @Test func `comes out the same, byte for byte, wherever and whenever it is made`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        _ = try Exporter(store: store, settings: settings()).export(to: folder.path("one"))
        _ = try Exporter(store: store, settings: settings()).export(to: folder.path("two"))
        #expect(try folder.files("one") == folder.files("two"))
        let other = try Folder()
        let again = try Fixture.store(in: other, Self.mixed)
        _ = try Exporter(store: again, settings: settings()).export(to: other.path("three/"))
        #expect(try folder.files("one") == other.files("three"))
    }

    @Test func `under a stricter cap leaves documents out and lists them`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let summary = try Exporter(store: store, settings: settings(cap: 20_000)).export(to: folder.path("out"))
        #expect(summary.leftOut > 0 && summary.capPPM == 20_000 && !summary.isCapFromShards)
        #expect(summary.files.allSatisfy { $0.totals.obey(capPPM: 20_000) })
        let manifest = try JSONSerialization.jsonObject(with: Data(folder.bytes("out/manifest.json"))) as? [String: Any]
        let leftOut = try #require(manifest?["left_out"] as? [String: Any])
        #expect(leftOut["documents"] as? Int64 == summary.leftOut)
        #expect((leftOut["seqs"] as? [Int])?.count == Int(summary.leftOut))
        #expect(try ExportVerifier.verify(directory: folder.path("out")).allSatisfy(\.passed))
    }

    @Test func `under a laxer cap keeps the shards' own, and says so`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let summary = try Exporter(store: store, settings: settings(cap: 900_000)).export(to: folder.path("out"))
        #expect(summary.capPPM == 100_000 && summary.isCapFromShards)
    }

    @Test func `with a name is a release that the store knows, and the name is never another's`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let summary = try Exporter(store: store, settings: settings(release: "r1")).export(to: folder.path("out"))
        let rows = try store.read { try $0.provenance(ProvenanceQuery(filter: .release("r1"), limit: 0)) }
        #expect(rows.count == Int(summary.totals.documents) && rows.allSatisfy { $0.releases == ["r1"] })
        for other in [settings(release: "r1", cap: 20_000), settings(release: "r1", .gzip)] {
            #expect(
                failure { _ = try Exporter(store: store, settings: other).export(to: folder.path("b")) }
                    == .cannotCreate)
        }
        #expect(try folder.names() == ["out", "store"])
    }

    @Test func `whose directory was lost with its process can be made again, the same`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let exporter = Exporter(store: store, settings: settings(release: "r1"))
        let first = try exporter.export(to: folder.path("out"))
        let files = try folder.files("out")
        try FileManager.default.removeItem(atPath: folder.path("out"))
        #expect(try exporter.export(to: folder.path("out")) == first)
        #expect(try folder.files("out") == files)
        #expect(try folder.names() == ["out", "store"])
        #expect(try store.read { try $0.releases() } == ["r1"])
        #expect(try store.verify().filter { !$0.passed } == [])
    }

    @Test func `that was finished and never got to its place is brought there later`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let exporter = Exporter(store: store, settings: settings(release: "r1"))
        let first = try exporter.export(to: folder.path("out"))
        let files = try folder.files("out")
        // As a crash leaves it between the store's commit and the directory's appearance.
        try FileManager.default.moveItem(atPath: folder.path("out"), toPath: folder.path(".out.finished-1"))
        try FileManager.default.createDirectory(
            atPath: folder.path(".out.finished-2"), withIntermediateDirectories: true)
        try Fixture.append(
            [Fixture.Document(share: 0)], after: Int64(Self.mixed.count), to: store)
        for other in [settings(), settings(release: "r2"), settings(release: "r1", cap: 20_000)] {
            #expect(
                failure { _ = try Exporter(store: store, settings: other).export(to: folder.path("out")) }
                    == .cannotCreate)
            #expect(try folder.files(".out.finished-1") == files, "what is asked for otherwise destroys nothing")
        }
        #expect(try exporter.export(to: folder.path("out")) == first)
        #expect(try folder.files("out") == files)
        #expect(try store.read { try $0.releases() } == ["r1"])
        _ = try Exporter(store: store, settings: settings()).export(to: folder.path("out2"))
    }

    @Test func `that was finished and is damaged by now stays where it is`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let exporter = Exporter(store: store, settings: settings(release: "r1"))
        _ = try exporter.export(to: folder.path("out"))
        try FileManager.default.moveItem(atPath: folder.path("out"), toPath: folder.path(".out.finished-1"))
        let name = ".out.finished-1/shard-00000.jsonl.zst"
        try folder.write(folder.bytes(name).dropLast(100), to: name)
        #expect(failure { _ = try exporter.export(to: folder.path("out")) } == .io)
        #expect(try folder.names() == [".out.finished-1", "store"])
    }

    @Test func `that was finished is brought to its place under other settings, and cleared away by no other store`()
        throws
    {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let first = try Exporter(store: store, settings: settings(release: "r1")).export(to: folder.path("out"))
        let files = try folder.files("out")
        try FileManager.default.moveItem(atPath: folder.path("out"), toPath: folder.path(".out.finished-1"))
        let elsewhere = try Folder()
        let other = try Fixture.store(in: elsewhere, Self.mixed)
        // A process of this one's number had made it, as in a container.
        let half = ".out.finished-\(getpid())"
        try FileManager.default.moveItem(atPath: folder.path(".out.finished-1"), toPath: folder.path(half))
        let summary = try Exporter(store: other, settings: settings(release: "r9")).export(to: folder.path("out"))
        #expect(try summary.spared == [folder.path(half)] && folder.files(half) == files)
        try FileManager.default.removeItem(atPath: folder.path("out"))
        var later = settings(release: "r1")
        later.configuration = Digest.of([4])
        later.toolVersion = "later"
        let reader = try Store.open(directory: folder.path("store"), mode: .read)
        #expect(try Exporter(store: reader, settings: later).finished(in: folder.path("out")) == first)
        #expect(try folder.files("out") == files)
    }

    @Test func `that nobody has noted down yet is cleared away like any other`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        _ = try Exporter(store: store, settings: settings()).export(to: folder.path("out"))
        let elsewhere = try Folder()
        let other = try Fixture.store(in: elsewhere, Self.mixed)
        _ = try Exporter(store: other, settings: settings(release: "r1")).export(to: elsewhere.path("out"))
        // As a kill leaves it while the files are read back.
        try FileManager.default.moveItem(atPath: elsewhere.path("out"), toPath: folder.path(".two.partial-1"))
        let summary = try Exporter(store: store, settings: settings(release: "r1")).export(to: folder.path("two"))
        #expect(summary.spared == [])
        #expect(try folder.names() == ["out", "store", "two"])
    }

    @Test(arguments: ["", "a\0b", "a\nb", String(repeating: "x", count: 2049)])
    func `of a name that cannot be looked for is refused`(name: String) throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        #expect(
            failure { _ = try Exporter(store: store, settings: settings(release: name)).export(to: folder.path("out")) }
                == .usage)
    }

    @Test func `of a name that was given at an earlier state of the store is refused before it is written`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        let early = ReleaseDescription(name: "r1", capPPM: 100_000, ledgerSize: 299, manifest: Digest.of([1]))
        try store.write { try $0.record(early, documents: [1]) }
        #expect(
            failure { _ = try Exporter(store: store, settings: settings(release: "r1")).export(to: folder.path("out")) }
                == .cannotCreate)
        #expect(try folder.names() == ["store"])
    }

    @Test func `never touches what is there already`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        try FileManager.default.createDirectory(atPath: folder.path("full"), withIntermediateDirectories: true)
        try folder.write([1], to: "full/keep")
        try folder.write([2], to: "file")
        for place in ["full", "file", "no/such/parent", ".", ".."] {
            #expect(
                failure { _ = try Exporter(store: store, settings: settings()).export(to: folder.path(place)) }
                    == .cannotCreate, "\(place)")
        }
        #expect(try folder.names() == ["file", "full", "store"])
        try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
        _ = try Exporter(store: store, settings: settings()).export(to: folder.path("empty"))
        #expect(try ExportVerifier.verify(directory: folder.path("empty")).allSatisfy(\.passed))
    }

    @Test func `of nothing is refused`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, [])
        #expect(
            failure { _ = try Exporter(store: store, settings: settings()).export(to: folder.path("out")) }
                == .noUsableData)
        let other = try Folder()
        let tainted = try Fixture.store(in: other, [Fixture.Document(share: 50), Fixture.Document(share: 50)])
        #expect(
            failure { _ = try Exporter(store: tainted, settings: settings(cap: 0)).export(to: other.path("out")) }
                == .noUsableData)
        #expect(try other.names() == ["store"])
    }

    @Test func `clears away what a killed export left, and nothing that lives`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixed)
        for name in [".out.partial-1", ".out.partial-2", ".other.partial-1"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
            try folder.write([1], to: name + "/shard-00000.jsonl")
        }
        // What no export writes: a link, a directory within.
        try FileManager.default.createDirectory(
            atPath: folder.path(".out.partial-3/shard-1.jsonl"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path(".out.partial-4"), withDestinationPath: folder.path(".other.partial-1"))
        let alive = open(folder.path(".out.partial-2"), O_RDONLY | O_DIRECTORY)
        #expect(flock(alive, LOCK_EX | LOCK_NB) == 0)
        defer { close(alive) }
        _ = try Exporter(store: store, settings: settings()).export(to: folder.path("out"))
        #expect(
            try folder.names()
                == [".other.partial-1", ".out.partial-2", ".out.partial-3", ".out.partial-4", "out", "store"])
        #expect(try folder.files(".other.partial-1").count == 1)
    }
}
