import Foundation
import SluiceCore
import SluiceExport
import SluiceStore
import Testing

@Suite struct `Verifying an export` {
    private func export(_ compression: ExportCompression, in folder: Folder) throws {
        let store = try Fixture.store(
            in: folder, (0..<9).map { Fixture.Document(share: [0, 60, 0][$0 % 3], words: 12) })
        _ = try Exporter(
            store: store,
            settings: ExportSettings(
                prior: 0.1, enforcesBound: false, compression: compression, fileBytes: 4_000, toolVersion: "test",
                configuration: Digest.of([3]))
        ).export(to: folder.path("out"))
    }

    private func fails(_ folder: Folder) throws -> Bool {
        try ExportVerifier.verify(directory: folder.path("out")).contains { !$0.passed }
    }

    @Test(arguments: ExportCompression.allCases)
    func `notices a flipped bit in any byte of any file`(compression: ExportCompression) throws {
        let folder = try Folder()
        try export(compression, in: folder)
        #expect(try !fails(folder))
        let files = try folder.files("out")
        #expect(files.count > 3)
        for (name, bytes) in files {
            for index in stride(from: 0, to: bytes.count, by: bytes.count > 600 ? 17 : 2) {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(index % 8)
                try folder.write(damaged, to: "out/\(name)")
                #expect(try fails(folder), "\(name), byte \(index)")
            }
            try folder.write(bytes, to: "out/\(name)")
        }
        #expect(try !fails(folder))
    }

    @Test func `of no release holds every document against the store, where one is named`() throws {
        let folder = try Folder()
        try export(.none, in: folder)
        let store = try Store.open(directory: folder.path("store"), mode: .read)
        func failed() throws -> [String] {
            try ExportVerifier.verify(directory: folder.path("out"), against: store).filter { !$0.passed }.map(\.check)
        }
        #expect(try failed() == [])
        let elsewhere = try Folder()
        let texts = (0..<9).map { Fixture.Document(share: [0, 60, 0][$0 % 3], words: 12, padding: $0 == 4 ? 1 : 0) }
        let other = try Fixture.store(in: elsewhere, texts)
        store.close()
        #expect(
            try ExportVerifier.verify(directory: folder.path("out"), against: other).filter { !$0.passed }.map(\.check)
                .contains("export-lines"))
    }

    @Test func `of no release holds what is said of every author against the store, its reviews included`() throws {
        let folder = try Folder()
        try export(.none, in: folder)
        let shards = ShardSettings(capPPM: 100_000, targetTokens: 100_000_000)
        let store = try Store.open(
            directory: folder.path("store"), mode: .write, settings: StoreSettings(shards: shards))
        defer { store.close() }
        func failed() throws -> [Finding] {
            try ExportVerifier.verify(directory: folder.path("out"), against: store).filter { !$0.passed }
        }
        let name = "out/shard-00000.jsonl"
        let bytes = try folder.bytes(name)
        let line = String(decoding: bytes, as: UTF8.self)
        // All of it consistent: a person called it real.
        let forged = line.replacing(
            /"verdict":"uncertain","origin":"detected","probability":0.060000,"tokens":12,"real":11.280,"synthetic":0.720,"evidence":\[[^\]]*\]/,
            with: "\"verdict\":\"real\",\"origin\":\"reviewed\",\"probability\":0.000000,\"tokens\":12,"
                + "\"real\":12.000,\"synthetic\":0.000,\"evidence\":[{\"kind\":\"reviewed\",\"weight\":-60,\"detail\":\"\"}]",
            maxReplacements: 1)
        #expect(forged != line)
        try folder.forge(name, Array(forged.utf8))
        let findings = try failed()
        #expect(
            findings.contains { $0.check == "export-lines" && $0.detail.contains("of row 2 the store") }, "\(findings)")
        let review = ReviewDescription(document: 2, verdict: .real, reviewer: "a")
        _ = try store.write { try $0.review(review, timeMicroseconds: 3) }
        #expect(try !failed().contains { $0.check == "export-lines" })
        // What was true before the review still was.
        try folder.forge(name, bytes)
        #expect(try failed() == [])
    }

    @Test func `notices a missing file, a surplus one and a shortened one`() throws {
        let folder = try Folder()
        try export(.gzip, in: folder)
        for (name, bytes) in try folder.files("out") {
            try FileManager.default.removeItem(atPath: folder.path("out/\(name)"))
            #expect(try fails(folder), "\(name) is gone")
            try folder.write(bytes.dropLast(), to: "out/\(name)")
            #expect(try fails(folder), "\(name) is shorter")
            try folder.write(bytes, to: "out/\(name)")
        }
        try folder.write([], to: "out/shard-99999.jsonl.gz")
        #expect(try fails(folder))
    }

    @Test(
        arguments: [
            ("\"synthetic\":0.720", "\"synthetic\":0.000", "add up to the tokens"),
            ("\"real\":11.280,\"synthetic\":0.720", "\"real\":12.000,\"synthetic\":0.000", "the mass that"),
            ("\"verdict\":\"uncertain\"", "\"verdict\":\"real\"", "the verdict that"),
            (
                "\"origin\":\"detected\",\"probability\":0.060", "\"origin\":\"declared\",\"probability\":0.060",
                "the verdict that"
            ),
            ("\"probability\":0.060000", "\"probability\":0.060009", "evidence that adds up"),
            ("\"weight\":3,", "\"weight\":2.9,", "evidence that adds up"),
            ("\"weight\":3,", "\"weight\":-3,", "evidence that adds up"),
        ])
    func `counts again, so that digests over a false line do not help`(
        true: String, false: String, expected: String
    ) throws {
        let folder = try Folder()
        try export(.none, in: folder)
        let name = "out/shard-00000.jsonl"
        let line = String(decoding: try folder.bytes(name), as: UTF8.self)
        let forged = line.replacingOccurrences(of: `true`, with: `false`)
        #expect(forged != line)
        try folder.forge(name, Array(forged.utf8))
        let failed = try ExportVerifier.verify(directory: folder.path("out")).filter { !$0.passed }
        #expect(failed.contains { $0.check == "export-lines" && $0.detail.contains(expected) }, "\(failed)")
        // A file that was read up to its third line does not hold three.
        #expect(failed.allSatisfy { !$0.detail.contains("the files hold") }, "\(failed)")
    }

    @Test(arguments: ["a blank line", "a byte order mark", "carriage returns", "another packing"])
    func `notices what is no line, digests and all`(what: String) throws {
        let folder = try Folder()
        try export(.none, in: folder)
        let name = "out/shard-00000.jsonl"
        let bytes = try folder.bytes(name)
        let text = String(decoding: bytes, as: UTF8.self)
        switch what {
        case "a blank line": try folder.forge(name, Array(text.replacing("\n{", with: "\n \n{").utf8))
        case "a byte order mark": try folder.forge(name, [0xEF, 0xBB, 0xBF] + bytes)
        case "carriage returns": try folder.forge(name, Array(text.replacing("\n", with: "\r\n").utf8))
        default:
            let packed = try Folder()
            try export(.gzip, in: packed)
            try folder.forge(name, packed.bytes(name + ".gz"))
        }
        #expect(try folder.bytes(name) != bytes)
        let failed = try ExportVerifier.verify(directory: folder.path("out")).filter { !$0.passed }
        #expect(failed.map(\.check).contains("export-lines"), "\(failed)")
    }

    @Test(arguments: ["+1", "-0", " 1", "1F", "20", "7f"])
    func `takes no escape that the writer does not write`(digits: String) throws {
        let folder = try Folder()
        try export(.none, in: folder)
        let names = try folder.files("out").filter { String(decoding: $1, as: UTF8.self).contains("\\u0001") }.keys
        let name = "out/\(try #require(names.first))"
        let line = String(decoding: try folder.bytes(name), as: UTF8.self)
        try folder.forge(name, Array(line.replacing("\\u0001", with: "\\u00\(digits)").utf8))
        let failed = try ExportVerifier.verify(directory: folder.path("out")).filter { !$0.passed }
        #expect(failed.contains { $0.detail.contains("the escape of a control character") }, "\(failed)")
    }

    @Test func `reads no manifest and no sums that are larger than any export's`() throws {
        for (name, check) in [("manifest.json", "export-manifest"), ("SHA256SUMS", "export-sums")] {
            let folder = try Folder()
            try export(.none, in: folder)
            #expect(truncate(folder.path("out/\(name)"), (64 << 20) + 1) == 0)
            let failed = try ExportVerifier.verify(directory: folder.path("out")).filter { !$0.passed }
            #expect(failed.map(\.check) == [check], "\(failed)")
            #expect(name != "manifest.json" || failed[0].detail.contains("larger than 67108864 bytes"))
        }
    }

    @Test func `reads no line that is longer than its file was announced to be`() throws {
        let folder = try Folder()
        try export(.none, in: folder)
        let manifest = String(decoding: try folder.bytes("out/manifest.json"), as: UTF8.self)
        let bytes = try folder.bytes("out/shard-00000.jsonl").count
        let line = try #require(try folder.bytes("out/shard-00000.jsonl").split(separator: UInt8(ascii: "\n")).first)
        for size in [Int64(line.count - 1), 0, -1, .min] {
            let forged = manifest.replacingOccurrences(of: "\"raw_bytes\": \(bytes)", with: "\"raw_bytes\": \(size)")
            #expect(forged != manifest)
            try folder.write(Array(forged.utf8), to: "out/manifest.json")
            let failed = try ExportVerifier.verify(directory: folder.path("out")).filter { !$0.passed }
            #expect(failed.contains { $0.check == "export-lines" }, "\(size): \(failed)")
        }
    }

    /// Takes about 2 GB of memory and as much disk; runs where `SLUICE_TEST_LARGE` is set.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SLUICE_TEST_LARGE"] != nil))
    func `of files larger than usual passes, longer lines than a usual file among theirs`() throws {
        let folder = try Folder()
        var documents = [Fixture.Document(share: 0), Fixture.Document(share: 0)]
        documents[1].padding = ExportSettings.defaultFileBytes
        let store = try Fixture.store(in: folder, documents)
        let settings = ExportSettings(
            prior: 0.1, fileBytes: 1 << 40, toolVersion: "test", configuration: Digest.of([3]))
        let summary = try Exporter(store: store, settings: settings).export(to: folder.path("out"))
        #expect(summary.totals.documents == 2 && summary.leftOut == 0)
        #expect(try !fails(folder))
    }

    @Test func `of no directory says that it is missing`() throws {
        let folder = try Folder()
        #expect(throws: SluiceError.self) { try ExportVerifier.verify(directory: folder.path("nowhere")) }
    }
}
