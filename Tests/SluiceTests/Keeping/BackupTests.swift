import Foundation
import Testing

/// A copy of the store, taken while it is written.
@Suite(.serialized) struct `A backup` {
    /// A store's content, but for the number that SQLite gives a schema and begins anew in a copy.
    private func image(of store: String, in folder: Folder) throws -> Data {
        var image = try DeterminismTests.image(of: store, in: folder)
        image.replaceSubrange(40..<44, with: [0, 0, 0, 0])
        return image
    }

    @Test func `taken while an ingest runs is a store, and the rest can be read into it`() throws {
        let folder = try Folder()
        let inputs = try DeterminismTests.inputs(in: folder, count: 3000)
        let arguments = try DeterminismTests.arguments(folder, store: "store", inputs)
        let ingest = Program.process(arguments)
        ingest.standardOutput = FileHandle.nullDevice
        ingest.standardError = FileHandle.nullDevice
        try ingest.run()
        var copies: [(path: String, records: Int)] = []
        while ingest.isRunning {
            let path = folder.path("copy-\(copies.count)")
            let backup = try Program.run("backup", "--store", folder.path("store"), "--output", path, "--json")
            // 66 and 74 before the store is there with its tables, 78 until these are all of this version.
            guard backup.exitCode == 0 else {
                #expect([66, 74, 78].contains(backup.exitCode) && copies.isEmpty, "\(backup.errors)")
                continue
            }
            copies.append((path, backup.json["records"] as? Int ?? -1))
        }
        ingest.waitUntilExit()
        #expect(ingest.terminationStatus == 0)
        let whole = try image(of: folder.path("store"), in: folder)
        let records =
            try Program.run("stats", "--store", folder.path("store"), "--json").json["records"] as? Int ?? -1
        let partial = copies.filter { $0.records > 0 && $0.records < records }
        #expect(!partial.isEmpty, "no copy was taken on the way: \(copies.map(\.records)) of \(records)")
        for copy in [partial.first, partial.last].compactMap(\.self) {
            let verified = try Program.run("verify", "--store", copy.path)
            #expect(verified.exitCode == 0, "\(verified.text)")
            let name = URL(fileURLWithPath: copy.path).lastPathComponent
            let rest = try Program.run(DeterminismTests.arguments(folder, store: name, inputs))
            #expect(rest.exitCode == 0, "\(rest.errors)")
            #expect(try image(of: copy.path, in: folder) == whole)
        }
    }

    @Test func `that is killed leaves no store behind, and does not stand in the way of the next`() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(4000, words: 300)))
        #expect(try Program.run("ingest", "--store", folder.path("store"), input).exitCode == 0)
        for delay in 0..<30 {
            let process = Program.process(["backup", "--store", folder.path("store"), "--output", folder.path("copy")])
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            usleep(UInt32(1000 * delay))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            guard FileManager.default.fileExists(atPath: folder.path("copy")) else { continue }
            #expect(try Program.run("verify", "--store", folder.path("copy")).exitCode == 0)
            try FileManager.default.removeItem(atPath: folder.path("copy"))
        }
        #expect(
            try Program.run("backup", "--store", folder.path("store"), "--output", folder.path("copy")).exitCode == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "a.jsonl", "copy", "store",
            ])
    }
}
