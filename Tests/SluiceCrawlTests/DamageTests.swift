import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("A damaged WET")
struct DamageTests {
    private static let count = 30

    private func members() throws -> [[UInt8]] { try wetRecords(Self.count).map(gzip) }

    @Test(
        "A record that is framed amiss takes no other with it: one member a record reads as the file uncompressed",
        arguments: [0, 2, 5])
    func unevenMembers(at place: Int) throws {
        let amiss = [
            warcRecord("one line end more") + "\r\n", warcRecord("one byte more", length: 12),
            warcRecord("bytes that are not there", length: 1_000), warcRecord("nor these", length: 30_000_000),
        ]
        for record in amiss {
            var records = wetRecords(60)
            records[place] = record
            let plain = try read(Array(records.joined().utf8), name: "a.warc")
            #expect(plain.texts.count >= 59, "\(record)")
            for (name, pack) in [
                ("a.warc.gz", { try compressed(Array($0.utf8), .gzip(level: 6)) }),
                ("a.warc.zst", { try compressed(Array($0.utf8), .zstd) }),
            ] as [(String, (String) throws -> [UInt8])] {
                let packed = try read(try records.flatMap(pack), name: name)
                #expect(Set(packed.texts).isSuperset(of: (0..<60).filter { $0 + 1 != place }.map(wetText)), "\(record)")
                #expect(packed.records.count == plain.records.count, "\(name): \(record)")
            }
        }
    }

    @Test("Zeros behind the last member are no record, and are counted as skipped")
    func padding() throws {
        let bytes = try gzip(#"{"text":"a line"}"# + "\n") + [UInt8](repeating: 0, count: 1000)
        let reading = try read(bytes, name: "a.jsonl.gz")
        #expect(reading.outcomes == ["text"])
        #expect(reading.skipped == 1000)
    }

    @Test("gives up one record for a member with a flipped bit, and no other", arguments: 1...6)
    func flippedMember(seed: UInt64) throws {
        let members = try members()
        var random = Seeded(state: seed)
        for _ in 0..<60 {
            let victim = Int.random(in: 1..<members.count, using: &random)
            var damaged = members
            let at = Int.random(in: 0..<members[victim].count, using: &random)
            damaged[victim][at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let reading = try read(Array(damaged.joined()), name: "a.warc.wet.gz")
            let others = (0..<Self.count).filter { $0 != victim - 1 }.map(wetText)
            let whole = (0..<Self.count).map(wetText)
            // Some bits of a gzip header mean nothing to a reader.
            if reading.texts == whole, at < 10 { continue }
            #expect(reading.texts == others, "member \(victim), byte \(at)")
            #expect(reading.records.count == Self.count)
            let isLastHead = victim == members.count - 1 && at < 4
            #expect(reading.damage == [isLastHead ? .strayBytes : .damagedMember], "member \(victim), byte \(at)")
            #expect(reading.skipped == UInt64(members[victim].count))
            let offset = UInt64(members[..<victim].joined().count)
            #expect(
                reading.records.first { record in record.content != .text([]) && isRejected(record) }?.offset == offset)
        }
    }

    private func isRejected(_ record: Record) -> Bool {
        if case .rejected = record.content { true } else { false }
    }

    @Test("cut anywhere gives the records before the cut, and one for what was cut")
    func prefixes() throws {
        let members = try members()
        let bytes = Array(members.joined())
        var ends: [Int] = [0]
        for member in members { ends.append((ends.last ?? 0) + member.count) }
        for end in stride(from: 0, through: bytes.count, by: 7) {
            let reading = try read(Array(bytes[..<end]), name: "a.warc.wet.gz")
            let whole = max(0, ends.filter { $0 <= end && $0 > 0 }.count - 1)
            #expect(reading.texts == (0..<whole).map(wetText), "cut at \(end)")
            #expect(reading.damage.count == (ends.contains(end) ? 0 : 1), "cut at \(end)")
        }
    }

    @Test("uncompressed and cut anywhere gives the records before the cut")
    func plainPrefixes() throws {
        let bytes = Array(wetRecords(8).joined().utf8)
        for end in stride(from: 0, through: bytes.count, by: 3) {
            let reading = try read(Array(bytes[..<end]), name: "a.warc.wet")
            #expect(reading.damage.count <= 1, "cut at \(end)")
            let texts = reading.texts
            #expect(texts == (0..<texts.count).map(wetText), "cut at \(end)")
            #expect(reading.records.count - texts.count == reading.damage.count)
        }
    }

    @Test("of one member gives the records before a cut", arguments: ["gz", "zst"])
    func oneMember(suffix: String) throws {
        let records = wetRecords(400)
        let all = Array(records.joined().utf8)
        let bytes = try compressed(all, suffix == "gz" ? .gzip(level: 6) : .zstd)
        #expect(try read(bytes, name: "a.warc.\(suffix)").texts.count == 400)
        let cut = try read(Array(bytes[..<(bytes.count * 3 / 4)]), name: "a.warc.\(suffix)")
        #expect(cut.texts == (0..<cut.texts.count).map(wetText))
        #expect(suffix == "zst" || cut.texts.count > 200)
        #expect(cut.damage == [.damagedMember])
        var flipped = bytes
        flipped[bytes.count - 6] ^= 1
        if suffix == "gz" {
            let reading = try read(flipped, name: "a.warc.gz")
            #expect(reading.outcomes == ["damaged-member"])
            #expect(reading.skipped == UInt64(bytes.count))
        }
    }

    @Test("of several records a member keeps the other members' records")
    func severalRecordsAMember() throws {
        let records = wetRecords(20)
        var groups = try (0..<7).map { try gzip(records[($0 * 3)..<($0 * 3 + 3)].joined()) }
        #expect(try read(Array(groups.joined()), name: "a.wet.gz").texts == (0..<20).map(wetText))
        groups[2][groups[2].count - 5] ^= 0x40
        let reading = try read(Array(groups.joined()), name: "a.wet.gz")
        #expect(reading.texts == ((0..<5).map(wetText) + (8..<20).map(wetText)))
        #expect(reading.damage == [.damagedMember])
    }

    @Test("keeps its records whatever hangs on behind, and tells junk from padding")
    func tails() throws {
        let bytes = Array(try members().joined())
        let padded = try read(bytes + [UInt8](repeating: 0, count: 5000), name: "a.wet.gz")
        #expect(padded.texts.count == Self.count)
        #expect(padded.damage.isEmpty)
        #expect(padded.skipped == 5000)
        let junk = try read(bytes + Array("what is this".utf8), name: "a.wet.gz")
        #expect(junk.texts.count == Self.count)
        #expect(junk.damage == [.strayBytes])
        #expect(junk.skipped == 12)
        #expect(junk.records.last?.offset == UInt64(bytes.count))
    }

    @Test("is read as WARC by its name where its head is gone")
    func headGone() throws {
        var bytes = Array(try members().joined())
        bytes[0] = 0
        bytes[1] = 0xFF
        let reading = try read(bytes, name: "a.warc.wet.gz")
        #expect(reading.format == .warc)
        #expect(reading.texts.count == Self.count)
        #expect(reading.damage == [.damagedMember])
        bytes = Array(try members().joined())
        bytes[20] ^= 0xFF
        bytes[25] ^= 0xFF
        #expect(try read(bytes, name: "no-name").texts.count == Self.count)
    }

    @Test("survives any bytes changed, inserted or lost", arguments: [true, false])
    func randomDamage(isCompressed: Bool) throws {
        let members = try members()
        let bytes = isCompressed ? Array(members.joined()) : Array(wetRecords(Self.count).joined().utf8)
        var random = Seeded(state: isCompressed ? 11 : 12)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let at = Int.random(in: damaged.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[at] = UInt8.random(in: 0...255, using: &random)
                case 1: damaged.remove(at: at)
                default: damaged.insert(UInt8.random(in: 0...255, using: &random), at: at)
                }
            }
            let reading = try read(damaged, name: isCompressed ? "a.warc.wet.gz" : "a.warc.wet", format: .warc)
            // Four damaged places cost at most two records each: one they are in, one they run into.
            #expect(reading.texts.count >= Self.count - 8)
            #expect(reading.records.map(\.ordinal) == Array(reading.records.indices))
            #expect(reading.skipped <= UInt64(damaged.count))
            let known = Set((0..<Self.count).map(wetText))
            if isCompressed { #expect(reading.texts.allSatisfy(known.contains)) }
        }
    }
}

@Suite("A WARC with wrong lengths")
struct LengthTests {
    private func reading(_ middle: String, name: String = "a.warc") throws -> Reading {
        try read(Array((warcRecord("first") + middle + warcRecord("last")).utf8), name: name)
    }

    @Test("loses the one record, whichever way its length is wrong")
    func lengths() throws {
        let long = try reading(warcRecord("too long", length: 40))
        #expect(long.outcomes == ["text", "damaged-record", "text"])
        #expect(long.texts == ["first", "last"])
        #expect(long.skipped == 0)
        #expect(long.records[1].id == "<urn:uuid:1>")
        let endless = try reading(warcRecord("too long", length: 99_999_999_999))
        #expect(endless.outcomes == ["text", "damaged-record", "text"])
        let beyond = try reading(warcRecord("too long", length: 1_000_000))
        #expect(beyond.outcomes == ["text", "damaged-record", "text"])
        let short = try reading(warcRecord("too short", length: 3))
        #expect(short.outcomes == ["text", "text", "stray-bytes", "text"])
        #expect(short.texts == ["first", "too", "last"])
        #expect(short.skipped == 10)
    }

    @Test("loses the one record where its content is missing whole", arguments: [40, 1_000_000, 99_999_999_999])
    func bodiless(length: Int) throws {
        let record = warcRecord("", length: length)
        let reading = try reading(String(record.dropLast(2)))
        #expect(reading.outcomes == ["text", "damaged-record", "text"])
        #expect(reading.texts == ["first", "last"])
        #expect(reading.skipped == 0)
    }

    @Test("in members of their own ends at its member", arguments: [40, 1_000_000, 99_999_999_999])
    func members(length: Int) throws {
        let parts = [warcRecord("first"), warcRecord("middle", length: length), warcRecord("last")]
        let reading = try read(Array(try parts.map(gzip).joined()), name: "a.warc.gz")
        #expect(reading.texts == ["first", "last"])
        #expect(reading.damage.count == 1)
    }

    @Test(
        "or without one, or without a version that is known, loses that record",
        arguments: [
            "WARC/1.0\r\nWARC-Type: conversion\r\n\r\nbody\r\n\r\n",
            "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: -5\r\n\r\nbody\r\n\r\n",
            "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 99999999999999999999\r\n\r\nbody\r\n\r\n",
            "WARC/2.0\r\nWARC-Type: conversion\r\nContent-Length: 4\r\n\r\nbody\r\n\r\n",
        ])
    func broken(record: String) throws {
        let reading = try reading(record)
        #expect(reading.outcomes == ["text", "damaged-record", "text"])
        #expect(reading.texts == ["first", "last"])
    }

    @Test("that breaks off in its header is cut there")
    func brokenHeader() throws {
        let reading = try reading("WARC/1.0\r\nWARC-Type: conversion\r\nContent-Len")
        #expect(reading.texts == ["first", "last"])
        let lines = try self.reading("WARC/1.0\r\nWARC-Type: conversion\r\n")
        #expect(lines.outcomes == ["text", "truncated-record", "text"])
    }

    @Test("or line feeds alone, folded lines and odd cases is read")
    func lenient() throws {
        let record =
            "WARC/0.18\nwarc-type : Conversion\nWARC-TARGET-URI: <http://a.example/\n a b>\nno colon here\n"
            + "content-length:4\nWARC-Record-ID:\t<urn:x>\n\nbody\n\n"
        let reading = try reading(record)
        #expect(reading.texts == ["first", "body", "last"])
        #expect(reading.records[1].url == "http://a.example/%20a%20b")
        #expect(reading.records[1].id == "<urn:x>")
        #expect(try self.reading(warcRecord("x", extra: "")).texts == ["first", "x", "last"])
        let image = warcRecord("x", type: "resource", extra: "Content-Type: image/png\r\n")
        #expect(try self.reading(image).outcomes == ["text", "not-text", "text"])
    }

    @Test(
        "or in a charset that is ASCII to the eye is no text that is read",
        arguments: [
            ("charset=ISO-2022-JP", "not-text"), ("format=flowed; Charset = \"iso-2022-kr\"", "not-text"),
            ("charset=hz-gb-2312", "not-text"), ("charset=UTF-7", "not-text"), ("charset=utf-8", "text"),
            ("charset=iso-8859-1", "text"), ("title=utf-7", "text"), ("charset=", "text"),
        ])
    func charsets(parameters: String, outcome: String) throws {
        for type in ["resource", "conversion"] {
            let record = warcRecord("x", type: type, extra: "Content-Type: text/plain; \(parameters)\r\n")
            #expect(try reading(record).outcomes == ["text", outcome, "text"])
        }
    }

    @Test("or beyond the limits is passed over, and what follows is read")
    func limits() throws {
        let limits = Limits(recordBytes: 4000, headerBytes: 1000)
        let big = warcRecord(String(repeating: "x", count: 300_000))
        let header = warcRecord("x", extra: "X: " + String(repeating: "y", count: 300_000) + "\r\n")
        let bytes = Array((warcRecord("first") + big + warcRecord("second") + header + warcRecord("third")).utf8)
        for (data, name) in [
            (bytes, "a.warc"), (try compressed(bytes, .gzip(level: 6)), "a.warc.gz"),
            (try compressed(bytes, .zstd), "a.warc.zst"),
        ] {
            let reading = try read(data, name: name, limits: limits)
            #expect(reading.outcomes == ["text", "record-too-large", "text", "header-too-large", "text"])
            #expect(reading.texts == ["first", "second", "third"])
        }
    }

    @Test("has stray bytes before its first record")
    func leading() throws {
        let reading = try read(Array(("junk\r\n" + warcRecord("a")).utf8), name: "a.warc")
        #expect(reading.outcomes == ["stray-bytes", "text"])
        #expect(reading.skipped == 6)
    }
}

@Suite("A hostile archive", .timeLimit(.minutes(2)))
struct HostileTests {
    @Test("of very many members costs time in proportion to its size")
    func manyMembers() throws {
        let letter = storedMember([UInt8(ascii: "x")])
        let head = storedMember(Array("WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 90000\r\n\r\n".utf8))
        let bytes = head + (0..<90_000).flatMap { _ in letter } + storedMember(Array("\r\n\r\n".utf8))
        #expect(try read(bytes, name: "a.warc.gz").texts.map(\.utf8.count) == [90_000])
        let empty = (0..<100_000).flatMap { _ in storedMember([]) }
        #expect(try read(empty + head, name: "a.warc.gz").damage == [.truncatedRecord])
    }

    @Test("of heads without bodies is passed over")
    func manyHeads() throws {
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let heads = (0..<20_000).flatMap { _ in head }
        let bytes = heads + (try gzip(warcRecord("a text")))
        let reading = try read(bytes, name: "a.warc.gz")
        #expect(reading.texts == ["a text"])
        #expect(reading.damage == [.damagedMember])
        #expect(reading.skipped == UInt64(heads.count))
    }

    @Test("of names without an end behind damage costs no minutes, and what follows is found")
    func endlessNames() throws {
        let junk = Array("junk".utf8) + (0..<400_000).flatMap { _ in [0x1F, 0x8B, 8, 8] as [UInt8] }
        let bytes = try gzip(warcRecord("first")) + junk + [0] + gzip(warcRecord("last"))
        // The test's own time, so that others beside it do not count; trying each name in full takes half a minute.
        let began = threadSeconds()
        let reading = try read(bytes, name: "a.warc.gz")
        #expect(threadSeconds() - began < 10)
        #expect(reading.texts == ["first", "last"])
        #expect(reading.damage.count == 1)
    }

    @Test("of lengths that span very many members costs time in proportion to its size")
    func longLengths() throws {
        let head = "WARC/1.0\r\nContent-Length: 60000000\r\n\r\n"
        let heads = Array(String(repeating: head, count: 5).utf8)
        let shifted = storedMember(Array(heads.dropFirst(7).prefix(4 * head.utf8.count)))
        let bytes = try gzip(head + String(head.prefix(7))) + (0..<20_000).flatMap { _ in shifted }
        #expect(try read(bytes, name: "a.warc.gz").damage.count > 70_000)
    }

    @Test("inside a member is content, not records")
    func nested() throws {
        let inner = try gzip(warcRecord("inner"))
        let record =
            "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: application/gzip\r\nContent-Length: \(inner.count)\r\n\r\n"
        let outer = storedMember(Array(record.utf8) + inner + Array("\r\n\r\n".utf8))
        #expect(try read(outer + gzip(warcRecord("last")), name: "a.warc.gz").outcomes == ["not-text", "text"])
    }

    @Test("that is made shorter while it is read ends where it is cut")
    func shortened() throws {
        let line = "{\"text\":\"" + String(repeating: "many words ", count: 180) + "\"}\n"
        let member = storedMember(Array(line.utf8))
        let bytes = [UInt8]((0..<3000).map { _ in member }.joined())
        let file = try TemporaryFile(bytes, name: "a.jsonl.gz")
        let reader = try SourceReader(path: file.path, format: .jsonl, limits: Limits())
        var forms = try #require(try reader.nextBatch(maxRecords: 10, maxBytes: 1 << 20)).records.map(\.form)
        let left = 2100 * member.count + 700
        try FileHandle(forWritingTo: URL(fileURLWithPath: file.path)).truncate(atOffset: UInt64(left))
        while let batch = try reader.nextBatch(maxRecords: 100, maxBytes: 1 << 20) {
            forms += batch.records.map(\.form)
        }
        #expect(forms.count == 2101)
        guard case .damaged(.damagedMember, _)? = forms.last else {
            Issue.record("\(String(describing: forms.last))")
            return
        }
    }
}
