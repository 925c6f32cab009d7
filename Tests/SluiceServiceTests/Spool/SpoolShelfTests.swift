import Foundation
import Glibc
import SluiceCore
import SluiceCrawl
import SluicePipeline
import SluiceService
import Testing

@Suite struct `The spool moves files with their reports` {
    @Test func `a file that was taken in lies in done with its report`() async throws {
        let fixture = try SpoolFixture()
        try await fixture.running {
            try fixture.drop("page.jsonl", "{}")
            try await eventually("it is moved") { fixture.spool.status.done == 1 }
        }
        #expect(try fixture.names(in: "done") == ["page.jsonl", "page.jsonl.report.json"])
        let report = try fixture.text("done/page.jsonl.report.json")
        #expect(
            report.hasPrefix(#"{"source":"\#(Digest.of(Array("{}".utf8)).hex)","name":"page.jsonl","repeat":false"#))
        #expect(report.hasSuffix("}\n"))
    }

    @Test(arguments: [SluiceError.Code.noUsableData, .inputMissing, .usage])
    func `a file that cannot be read at all lies in failed, and its report names it`(code: SluiceError.Code)
        async throws
    {
        let fixture = try SpoolFixture { source, _ in throw SluiceError(code, "\(source.path) is an ARC file") }
        try await fixture.running {
            try fixture.drop("old.arc", "filedesc://")
            try await eventually("it is moved") { fixture.spool.status.failed == 1 }
        }
        #expect(try fixture.names(in: "failed") == ["old.arc", "old.arc.report.json"])
        let report = try fixture.text("failed/old.arc.report.json")
        #expect(report.contains("\"message\":\"old.arc is an ARC file\""))
        #expect(!report.contains("/proc/"))
    }

    @Test func `files of one name stand side by side, numbered before the endings that say what they are`() async throws
    {
        let fixture = try SpoolFixture(timing: .impatient)
        try await fixture.running {
            try await eventually("the kernel is asked") { fixture.spool.status.isWatched }
            for number in 1...5 {
                try fixture.drop("a.b.wet.gz", "\(number)")
                try await eventually("it is moved") { fixture.spool.status.done == number }
            }
        }
        let expected = ["a.b-2.wet.gz", "a.b-3.wet.gz", "a.b-4.wet.gz", "a.b-5.wet.gz", "a.b.wet.gz"]
        #expect(try fixture.names(in: "done").filter { !$0.hasSuffix(".report.json") } == expected)
        #expect(try fixture.names(in: "done").count == 10)
        #expect(try fixture.text("done/a.b.wet.gz") == "1")
    }

    @Test func `killed after COMMIT and before the move, the next start finishes what was begun`() async throws {
        let fixture = try SpoolFixture()
        _ = try await fixture.sink.ingest(.init(path: fixture.folder.file("same", "text"), name: "page"))
        try fixture.lay("page", "text")
        // What the crash left: a report on its own, and the half of another.
        try Data("old".utf8).write(to: URL(fileURLWithPath: "\(fixture.root)/done/page.report.json"))
        try Data("ha".utf8).write(to: URL(fileURLWithPath: "\(fixture.root)/done/.report.tmp"))
        try await fixture.running {
            try await eventually("it is moved") { fixture.spool.status.done == 1 }
        }
        #expect(try fixture.names(in: "incoming") == [])
        #expect(try fixture.names(in: "done") == ["page", "page.report.json"])
        #expect(try fixture.text("done/page.report.json").contains("\"repeat\":true"))
        #expect(fixture.spool.status.repeats == 1)
    }

    @Test func `a file replaced while it is read stays, and is taken in too`() async throws {
        let gate = Gate()
        let fixture = try SpoolFixture { _, attempt in if attempt == 1 { await gate.wait() } }
        try await fixture.running {
            try fixture.drop("page", "old")
            try await eventually("it is at hand") { fixture.sink.attempts(at: "page") == 1 }
            try fixture.drop("page", "new")
            await gate.open()
            try await eventually("the other is moved") { fixture.spool.status.done == 1 }
        }
        #expect(fixture.sink.taken.map(\.text) == ["old", "new"])
        #expect(try fixture.text("done/page") == "new")
        #expect(fixture.spool.status.changed == 1)
    }

    @Test func `a report that cannot be written leaves the file for another attempt`() async throws {
        let fixture = try SpoolFixture()
        let blocked = "\(fixture.root)/done/.report.tmp"
        try FileManager.default.createDirectory(atPath: blocked, withIntermediateDirectories: false)
        try await fixture.running {
            try fixture.drop("page", "text")
            try await eventually("it is tried again") { fixture.sink.attempts(at: "page") >= 2 }
            #expect(try fixture.names(in: "incoming") == ["page"])
            try FileManager.default.removeItem(atPath: blocked)
            try await eventually("it is moved") { fixture.spool.status.done == 1 }
        }
        #expect(try fixture.names(in: "done") == ["page", "page.report.json"])
    }

    @Test func `the engine reads through the path it is handed, whatever has become of the name`() throws {
        let fixture = try SpoolFixture()
        try fixture.lay("page.txt.gz", "no archive, but a page of plain text")
        let directories = try SpoolDirectories(fixture.root)
        let entry = try #require(try directories.take(try EntryName(Array("page.txt.gz".utf8))))
        try fixture.drop("page.txt.gz", "{\"text\":\"another\"}")
        let reader = try SourceReader(path: entry.path, name: entry.name.text, limits: Limits())
        #expect(reader.format == .text)
        let batch = try #require(try reader.nextBatch(maxRecords: 10, maxBytes: 1 << 20))
        #expect(String(decoding: batch.records[0].bytes, as: UTF8.self) == "no archive, but a page of plain text")
    }
}

@Suite struct `A file's name on the shelf` {
    private func shelfName(_ text: String) throws -> ShelfName { ShelfName(try EntryName(Array(text.utf8))) }

    @Test(arguments: [
        ("a", "a", "a-2"), ("a.jsonl.gz", "a.jsonl.gz", "a-2.jsonl.gz"), ("a.b", "a.b", "a.b-2"),
        ("2024.01.wet", "2024.01.wet", "2024.01-2.wet"), ("a.", "a.", "a.-2"), ("gz.gz", "gz.gz", "gz-2.gz"),
    ])
    func `is its own, or has a number before the endings`(name: String, first: String, second: String) throws {
        #expect(try shelfName(name).name(1) == first)
        #expect(try shelfName(name).name(2) == second)
    }

    @Test func `leaves room for the report's ending however long it was, and stays apart from others`() throws {
        let names = ["x", "y"].map { String(repeating: "é", count: 123) + $0 + ".gz" }
        let cut = try names.map { try shelfName($0).name(1) }
        #expect(Set(cut).count == 2)
        for name in cut + [try shelfName(names[0]).name(1 << 40)] {
            #expect(name.utf8.count <= 243)
            #expect(name.hasSuffix(".gz"))
        }
        let just = String(repeating: "a", count: 243)
        #expect(try shelfName(just).name(1) == just)
        #expect(try shelfName(just).name(2).utf8.count == 243)
    }

    @Test func `is found in few steps however many are taken`() throws {
        var asked = 0
        let taken = Set(try (1...10_000).map { try shelfName("a").name($0) })
        let free = try shelfName("a").freeNumber { name throws(SluiceError) in
            asked += 1
            return taken.contains(name)
        }
        #expect(free == 10_001)
        #expect(asked < 40)
    }
}
