import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("A WARC record too large to hold", .timeLimit(.minutes(2)))
struct OversizeTests {
    private static let limits = Limits(recordBytes: 4000, headerBytes: 1000)
    private static let filler = String(repeating: "filling words ", count: 20_000)

    /// The records in every packing.
    private func packings(_ records: [String]) throws -> [(name: String, bytes: [UInt8])] {
        let all = Array(records.joined().utf8)
        return [
            ("a.warc", all), ("a.warc.gz", try compressed(all, .gzip(level: 6))),
            ("a.warc.zst", try compressed(all, .zstd)),
            ("b.warc.gz", Array(try records.map(gzip).joined())),
            ("b.warc.zst", try records.flatMap { try compressed(Array($0.utf8), .zstd) }),
        ]
    }

    private func expect(_ records: [String], _ outcomes: [String], _ texts: [String]) throws {
        for (name, bytes) in try packings(records) {
            let file = try TemporaryFile(bytes, name: name)
            let whole = try read(file.path, limits: Self.limits, maxRecords: 1)
            #expect(whole.outcomes == outcomes, "\(name)")
            #expect(whole.texts == texts, "\(name)")
            for point in whole.resumePoints {
                let rest = try read(file.path, limits: Self.limits, from: point)
                #expect(rest.raw == Array(whole.raw.dropFirst(point.ordinal)), "\(name) from \(point)")
            }
        }
    }

    @Test("has no say in what the records are", arguments: [1, 3])
    func injection(count: Int) throws {
        let forged = "\n" + warcRecord("forged", id: "<urn:uuid:forged>")
        let large = warcRecord(Self.filler + forged + Self.filler + forged)
        let middle = Array(repeating: large, count: count)
        let outcomes = Array(repeating: "record-too-large", count: count)
        try expect(
            [warcRecord("first")] + middle + [warcRecord("last")], ["text"] + outcomes + ["text"], ["first", "last"])
        try expect([warcRecord("first")] + middle, ["text"] + outcomes, ["first"])
    }

    @Test("has none either where more line ends than two close the records", arguments: [1, 5, 30_000])
    func lineEnds(count: Int) throws {
        let more = String(repeating: "\r\n", count: count)
        let large = warcRecord(Self.filler + "\n" + warcRecord("forged", id: "<urn:uuid:forged>") + Self.filler)
        let records = [warcRecord("first"), large, large, warcRecord("last")].map { $0 + more }
        try expect(records, ["text", "record-too-large", "record-too-large", "text"], ["first", "last"])
        try expect(Array(records.dropLast()), ["text", "record-too-large", "record-too-large"], ["first"])
    }

    @Test("has none however large it is, where each record is a member", arguments: ["a.warc.gz", "a.warc.zst"])
    func farEnd(name: String) throws {
        let mode = name.hasSuffix("gz") ? CompressedWriter.Mode.gzip(level: 1) : .zstd
        let forged = "\n" + warcRecord("forged", id: "<urn:uuid:forged>")
        var text = Array(forged.utf8)
        text += [UInt8](repeating: UInt8(ascii: "x"), count: 270 << 20) + Array(forged.utf8)
        let records = [
            Array(warcRecord("first").utf8), Array(warcRecord("", length: text.count).utf8.dropLast(4)) + text,
            Array(("\r\n\r\n\r\n" + warcRecord("last")).utf8),
        ]
        let bytes = try records.flatMap { try compressed($0, mode) }
        let reading = try read(bytes, name: name)
        #expect(reading.outcomes == ["text", "record-too-large", "text"])
        #expect(reading.texts == ["first", "last"])
        let short = try compressed(Array(warcRecord("first", length: text.count + 50).utf8), mode)
        #expect(try read(short + bytes, name: name).texts == ["first", "last"])
    }

    @Test("by a wrong length alone costs no neighbour", arguments: [5000, 300_000, 99_999_999_999, Int.max / 2 - 1])
    func bogus(length: Int) throws {
        let behind = (0..<60).map { warcRecord(wetText($0) + String(repeating: " and more", count: 200)) }
        let texts = (0..<60).map { wetText($0) + String(repeating: " and more", count: 200) }
        for lie in [length, length + 1] {
            try expect(
                [warcRecord("first"), warcRecord("liar", length: lie)] + behind,
                ["text", "damaged-record"] + behind.map { _ in "text" }, ["first"] + texts)
        }
    }

    @Test(
        "by wrong lengths alone costs time in proportion to the file",
        arguments: [CompressedWriter.Mode.none, .gzip(level: 1)])
    func manyLiars(mode: CompressedWriter.Mode) throws {
        let liars = (0..<20_000).map { warcRecord("liar", length: 20_000_000 - 997 * $0) }
        let bytes = Array((liars.joined() + warcRecord(Self.filler + Self.filler) + warcRecord("last")).utf8)
        let more = [UInt8](repeating: 0x78, count: 24 << 20)
        let file = try TemporaryFile(try compressed(bytes + more, mode), name: mode == .none ? "a.warc" : "a.warc.gz")
        let reading = try read(file.path, limits: Self.limits, maxRecords: 1000)
        #expect(reading.texts == ["last"])
        #expect(reading.damage.filter { $0 == .damagedRecord }.count == 20_000)
    }
}

@Suite("A line without an end", .timeLimit(.minutes(1)))
struct EndlessLineTests {
    private static let limits = Limits(lineBytes: 1000)

    @Test("ends a compressed source before it is unpacked, and says so", arguments: ["a.jsonl.gz", "a.jsonl.zst"])
    func endless(name: String) throws {
        let mode: CompressedWriter.Mode = name.hasSuffix("gz") ? .gzip(level: 6) : .zstd
        for (length, texts, damage) in [(200_000, ["one", "two"], 1), (2_000_000, ["one"], 1)] {
            let lines = "{\"text\":\"one\"}\n" + String(repeating: "x", count: length) + "\n{\"text\":\"two\"}\n"
            let file = try TemporaryFile(try compressed(Array(lines.utf8), mode), name: name)
            let whole = try read(file.path, limits: Self.limits, maxRecords: 1)
            #expect(whole.texts == texts)
            #expect(whole.damage.filter { $0 == .lineTooLong }.count == damage)
            for point in whole.resumePoints {
                let rest = try read(file.path, limits: Self.limits, from: point)
                #expect(rest.raw == Array(whole.raw.dropFirst(point.ordinal)))
            }
        }
    }

    @Test("is passed over where it is not compressed")
    func plain() throws {
        let lines = String(repeating: "x", count: 2_000_000) + "\n{\"text\":\"two\"}\n"
        let file = try TemporaryFile(Array(lines.utf8), name: "a.jsonl")
        #expect(try read(file.path, limits: Self.limits).texts == ["two"])
    }
}

@Suite("A WARC that unpacks to far more than its size", .timeLimit(.minutes(1)))
struct EndlessRecordTests {
    /// By zstd, since of a gzip member some megabytes are unpacked in one go, and looked through as one.
    @Test("ends where nothing is a record for long, and says so")
    func endless() throws {
        for (length, texts) in [(200_000, ["one", "two"]), (20_000_000, ["one"])] {
            let filler = String(repeating: "x", count: length)
            let blank = String(repeating: "\n", count: length)
            let large = "WARC/1.0\r\nContent-Length: \(length)\r\n\r\n" + filler + "\r\n\r\n"
            for (between, reason) in [(filler, Reason.strayBytes), (large, .recordTooLarge), (blank, .strayBytes)] {
                let bytes = Array((warcRecord("one") + between + "\r\n" + warcRecord("two")).utf8)
                let reading = try read(compressed(bytes, .zstd), name: "a.warc.zst", limits: Limits(recordBytes: 2000))
                #expect(reading.texts == texts, "\(reason)")
                #expect(reading.damage == (between == blank && length < 1 << 20 ? [] : [reason]))
            }
        }
    }

    @Test("is read to its end where it is not compressed")
    func plain() throws {
        let text = warcRecord("one") + String(repeating: "x", count: 5_000_000) + "\r\n" + warcRecord("two")
        let reading = try read(Array(text.utf8), name: "a.warc", limits: Limits(recordBytes: 2000))
        #expect(reading.texts == ["one", "two"])
    }
}
