import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("Reading that goes on")
struct ResumeTests {
    /// Sources of every format and packing, some of them damaged.
    static func sources() throws -> [(name: String, bytes: [UInt8])] {
        let records = wetRecords(23)
        let wet = Array(records.joined().utf8)
        let members = try records.map(gzip)
        var damaged = members
        damaged[5][damaged[5].count / 2] ^= 0x10
        damaged[9][1] = 0
        damaged[17] = Array(damaged[17].dropLast(30))
        let groups = try stride(from: 0, to: 24, by: 4).map { try gzip(records[$0..<($0 + 4)].joined()) }
        var lines = "\u{FEFF}"
        for index in 0..<40 {
            lines += #"{"id":"\#(index)","text":"\#(wetText(index))"}"# + (index % 3 == 0 ? "\r\n\n  \n" : "\n")
            if index % 7 == 0 { lines += "{broken\n" }
        }
        let jsonl = Array(lines.utf8)
        let wrong = wet + Array((warcRecord("abc", length: 1) + warcRecord("def", length: 70) + warcRecord("g")).utf8)
        var uneven = records
        uneven[3] += "\r\n"
        uneven[6] = warcRecord("one byte more", length: 12)
        uneven[12] = warcRecord("far fewer bytes", length: 5_000_000)
        let unevenMembers = try uneven.map(gzip)
        return [
            ("i.warc.gz", Array(unevenMembers.joined()) + [UInt8](repeating: 0, count: 700)),
            ("i.warc.zst", try uneven.flatMap { try compressed(Array($0.utf8), .zstd) }),
            ("a.warc", wet), ("a.warc.gz", try compressed(wet, .gzip(level: 6))),
            ("a.warc.zst", try compressed(wet, .zstd)), ("b.warc.gz", Array(members.joined())),
            ("c.warc.gz", Array(groups.joined())), ("d.warc.gz", Array(damaged.joined()) + Array("tail".utf8)),
            ("e.warc.gz", Array(members.joined().dropLast(40))),
            ("f.warc.gz", Array(members.map { storedMember([UInt8](repeating: 10, count: 3)) + $0 }.joined())),
            ("g.warc", wrong), ("g.warc.gz", try compressed(wrong, .gzip(level: 6))),
            ("h.warc.zst", try records.flatMap { try compressed(Array($0.utf8), .zstd) }),
            ("a.jsonl", jsonl), ("a.jsonl.gz", try compressed(jsonl, .gzip(level: 6))),
            ("b.jsonl.zst", try compressed(jsonl, .zstd)),
            ("c.jsonl.gz", try gzip(String(lines.prefix(500))) + gzip(String(lines.dropFirst(500)))),
            ("d.jsonl.gz", try compressed(jsonl, .gzip(level: 6)).dropLast(100)),
            ("a.txt", Array("\u{FEFF}one text\nof two lines".utf8)),
            ("a.txt.gz", try gzip("one text\n") + gzip("of two members")),
        ]
    }

    @Test("at any batch gives what one reading gives")
    func everyBoundary() throws {
        for (name, bytes) in try Self.sources() {
            let file = try TemporaryFile(bytes, name: name)
            let whole = try read(file.path, maxRecords: 1000)
            #expect(!whole.records.isEmpty, "\(name)")
            for size in [1, 2, 5] {
                let batched = try read(file.path, maxRecords: size)
                #expect(batched.raw == whole.raw, "\(name) by \(size)")
                #expect(batched.skipped == whole.skipped, "\(name) by \(size)")
                for point in batched.resumePoints {
                    let rest = try read(file.path, from: point, maxRecords: size)
                    #expect(rest.raw == Array(whole.raw.dropFirst(point.ordinal)), "\(name) from \(point)")
                }
            }
        }
    }

    @Test("at any batch skips what one reading skips")
    func skippedAdds() throws {
        for (name, bytes) in try Self.sources() {
            let file = try TemporaryFile(bytes, name: name)
            let whole = try read(file.path, maxRecords: 1000)
            let reader = try SourceReader(path: file.path, limits: Limits())
            guard let first = try reader.nextBatch(maxRecords: 3, maxBytes: 1 << 20) else { continue }
            #expect(first.isLast == (whole.records.count <= 3), "\(name)")
            let rest = try read(file.path, from: first.resume)
            #expect(first.skipped + rest.skipped == whole.skipped, "\(name)")
        }
    }

    @Test(
        "inside a large damaged member gives what one reading gives, and skips as much",
        arguments: ["a.jsonl.zst", "a.jsonl.gz", "a.warc.zst", "a.warc.gz"], [0.35, 0.5, 0.83])
    func largeDamaged(name: String, place: Double) throws {
        var random = Seeded(state: 5)
        var all: [UInt8] = []
        // Words that hardly repeat: the compressed member is larger than the reader's window.
        for index in 0..<2400 {
            let text = (0..<90).map { _ in String(random.next(), radix: 36) }.joined(separator: " ")
            let line = #"{"id":"\#(index)","text":"\#(text)"}"# + "\n"
            all += name.contains("warc") ? warcRecord(text, id: "<urn:uuid:\(index)>").utf8 : line.utf8
        }
        // Damage that is noticed on the way, as bytes that are missing are where a block's head ought to stand.
        var bytes = name.hasSuffix("gz") ? storedMember(all) : try compressed(all, .zstd)
        let hole = Int(Double(bytes.count) * place)
        bytes.removeSubrange(hole..<hole + 1000)
        let file = try TemporaryFile(bytes, name: name)
        let whole = try read(file.path, maxRecords: 10_000)
        #expect(whole.raw.count > 300)
        #expect(whole.damage.contains(.damagedMember))
        for size in [150, 211] {
            let reader = try SourceReader(path: file.path, limits: Limits())
            var skipped: UInt64 = 0
            while let batch = try reader.nextBatch(maxRecords: size, maxBytes: 1 << 20) {
                skipped += batch.skipped
                let rest = try read(file.path, from: batch.resume, maxRecords: 10_000)
                let isSame = rest.raw == Array(whole.raw.dropFirst(batch.resume.ordinal))
                #expect(isSame, "\(name) from \(batch.resume): \(rest.raw.count) records")
                #expect(skipped + rest.skipped == whole.skipped, "\(name) from \(batch.resume)")
            }
        }
    }

    @Test("finds each line where it is, however many blank ones stand before it", arguments: [true, false])
    func blankLines(isPacked: Bool) throws {
        var bytes: [UInt8] = []
        var offsets: [UInt64] = []
        for index in 0..<60 {
            let blank = String(repeating: " \n", count: [0, 1, 15_000, 65_536, 30_001][index % 5])
            let line = "{\"text\":\"\(wetText(index))\"}\n"
            if isPacked {
                bytes += try gzip(blank)
                offsets.append(UInt64(bytes.count))
                bytes += try gzip(line)
            } else {
                offsets.append(UInt64(bytes.count + blank.utf8.count))
                bytes += Array((blank + line).utf8)
            }
        }
        let file = try TemporaryFile(bytes, name: isPacked ? "a.jsonl.gz" : "a.jsonl")
        let whole = try read(file.path, maxRecords: 1)
        #expect(whole.records.map(\.offset) == offsets)
        for point in whole.resumePoints {
            #expect(try read(file.path, from: point).raw == Array(whole.raw.dropFirst(point.ordinal)))
        }
    }

    @Test("holds no more than it was asked to")
    func batchBytes() throws {
        let bytes = Array(wetRecords(100).joined().utf8)
        let file = try TemporaryFile(bytes, name: "a.warc")
        let reader = try SourceReader(path: file.path, limits: Limits())
        var total = 0
        while let batch = try reader.nextBatch(maxRecords: 1000, maxBytes: 2000) {
            let held = batch.records.dropLast().map(\.bytes.count).reduce(0, +)
            #expect(held < 2000)
            total += batch.records.count
        }
        #expect(total == 100)
    }
}

@Suite("A source's form")
struct FormTests {
    @Test(
        "is told from its first bytes and its name",
        arguments: [
            ("WARC/1.0\r\n", "x", SourceFormat.warc), ("\r\n{\"a\":1}", "x", .jsonl), ("[1]", "x.ndjson", .jsonl),
            ("[1]", "x.txt", .text), ("hello", "x", .text), ("hello", "x.jsonl", .jsonl),
            ("hello", "x.warc.wet", .warc),
            ("hello", "x.txt.gz", .text), ("\u{FEFF}{}", "x", .jsonl), ("{ \"a\":1}", "x.txt", .jsonl),
            ("{{Infobox}}", "x.txt", .text), ("{\\rtf1}", "x", .text), ("{oops", "x.jsonl", .jsonl),
            ("{\"a\":1}", "x.warc", .jsonl), ("{\"a\":1}", "x.wet", .jsonl), ("{\"a\":1}", "x.warc.zst", .jsonl),
            ("{}", "x.wat.gz", .jsonl), ("[1]", "x.wat.gz", .warc),
        ])
    func formats(content: String, name: String, format: SourceFormat) throws {
        #expect(try read(Array(content.utf8), name: name).format == format)
        let packed = try read(try gzip(content), name: name)
        #expect(packed.format == format)
    }

    @Test("is told from its name where its first bytes are damaged, for a brace may be inside a record")
    func damagedHead() throws {
        var first = try gzip(warcRecord("first"))
        first[first.count - 6] ^= 1
        let bytes = try first + gzip("{\"inside\":\"a record\"}\r\n\r\n") + gzip(warcRecord("last"))
        let reading = try read(bytes, name: "a.warc.gz")
        #expect(reading.format == .warc && reading.texts == ["last"])
    }

    @Test("is not taken for another one that it plainly is not, which would make damage of all of it")
    func contradicted() throws {
        let (warc, json) = ("WARC/1.0\r\n", "{\"text\":\"a\"}\n")
        for (content, asked) in [(warc, SourceFormat.jsonl), (json, .warc)] {
            for bytes in [Array(content.utf8), try gzip(content)] {
                let error = #expect(throws: SluiceError.self) { try read(bytes, name: "a", format: asked) }
                #expect(error?.code == .noUsableData && error?.advice == "leave --format out")
            }
        }
        #expect(try read(Array(json.utf8), name: "a", format: .text).texts == [json])
        #expect(try read(Array("junk\n".utf8) + Array(json.utf8), name: "a", format: .warc).format == .warc)
    }

    @Test("of nothing holds no records", arguments: ["a.jsonl", "a.warc", "a.txt", "a.gz", "a.warc.gz"])
    func empty(name: String) throws {
        #expect(try read([], name: name).records.isEmpty)
        #expect(try read(try gzip(""), name: name).records.isEmpty)
        #expect(try read(try compressed([], .zstd), name: name).records.isEmpty)
    }

    @Test("of text is one record, and of binary data or UTF-16 none that is read")
    func texts() throws {
        #expect(try read(Array("\u{FEFF}a\nb".utf8), name: "a.txt").texts == ["a\nb"])
        #expect(try read([0x7F, 0x45, 0x00, 0x01], name: "a.txt").outcomes == ["not-text"])
        #expect(try read([0xFF, 0xFE, 0x41, 0x00], name: "a.txt").outcomes == ["not-text"])
        #expect(
            try read(Array("abcdef".utf8), name: "a.txt", limits: Limits(recordBytes: 5)).outcomes
                == ["record-too-large"])
        let broken = try gzip("a text\n") + [UInt8](try gzip("its end").dropLast(9))
        #expect(try read(broken, name: "a.txt.gz").outcomes == ["damaged-member"])
    }

    @Test("that is missing, a folder, or closed to us is refused")
    func missing() throws {
        for path in ["/nowhere/at/all", "/tmp", "/dev/null"] {
            let error = #expect(throws: SluiceError.self) { try read(path) }
            #expect(error?.code == .inputMissing)
            #expect(#expect(throws: SluiceError.self) { try SourceFile.digest(of: path) }?.code == .inputMissing)
        }
        let file = try TemporaryFile(Array("abc".utf8), name: "a")
        let found = try SourceFile.digest(of: file.path)
        #expect(found.digest == Digest.of(Array("abc".utf8)))
        #expect(found.bytes == 3)
    }

    @Test("of lines passes over blank ones and those that are too long")
    func lines() throws {
        let long = "{\"text\":\"" + String(repeating: "x", count: 300_000) + "\"}"
        let bytes = Array("{\"text\":\"a\"}\n\n \t\r\n\(long)\n{\"text\":\"b\"}".utf8)
        for (data, name) in [(bytes, "a.jsonl"), (try compressed(bytes, .gzip(level: 1)), "a.jsonl.gz")] {
            let reading = try read(data, name: name, limits: Limits(lineBytes: 100))
            #expect(reading.outcomes == ["text", "line-too-long", "text"])
        }
    }
}
