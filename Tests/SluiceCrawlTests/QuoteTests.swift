import SluiceCore
import SluiceCrawl
import Testing

@Suite("A WARC record whose text quotes another record")
struct QuoteTests {
    private static let text =
        "What a record looks like:\n\n" + warcRecord("forged words", id: "<urn:uuid:forged>") + "That is all.\n"
    private static let quoting = warcRecord(text, id: "<urn:uuid:quoting>")

    private func expect(_ bytes: [UInt8], _ name: String, _ texts: [String], _ damage: [Reason] = []) throws {
        let file = try TemporaryFile(bytes, name: name)
        let whole = try read(file.path, maxRecords: 1)
        #expect(whole.texts == texts && whole.damage == damage, "\(name): \(whole.outcomes)")
        for point in whole.resumePoints {
            #expect(try read(file.path, from: point).raw == Array(whole.raw.dropFirst(point.ordinal)), "\(name)")
        }
    }

    @Test("is one record and no more, wherever it stands and however many line ends close it")
    func sound() throws {
        let (first, last) = (warcRecord("first"), warcRecord("last"))
        for (records, texts) in [
            ([Self.quoting], [Self.text]), ([String(Self.quoting.dropLast(2))], [Self.text]),
            ([first, Self.quoting], ["first", Self.text]),
            ([first, Self.quoting + "\r\n\r\n\r\n"], ["first", Self.text]),
            ([first, Self.quoting, last], ["first", Self.text, "last"]),
            ([first, Self.quoting + "\r\n", last], ["first", Self.text, "last"]),
        ] {
            let all = Array(records.joined().utf8)
            try expect(all, "a.warc", texts)
            try expect(try compressed(all, .gzip(level: 6)), "a.warc.gz", texts)
            try expect(try records.flatMap(gzip), "b.warc.gz", texts)
            try expect(try records.flatMap { try compressed(Array($0.utf8), .zstd) }, "b.warc.zst", texts)
        }
    }

    @Test("is one record before a member that is damaged, and before what is none")
    func beforeDamage() throws {
        var damaged = try gzip(warcRecord("gone"))
        damaged[damaged.count - 6] ^= 1
        let before = try gzip(warcRecord("first")) + gzip(Self.quoting)
        try expect(
            before + damaged + gzip(warcRecord("last")), "a.warc.gz", ["first", Self.text, "last"], [.damagedMember])
        try expect(before + Array("stray".utf8), "b.warc.gz", ["first", Self.text], [.strayBytes])
    }

    @Test("gives way to what it quotes where its length is wrong, for then that may be the next record")
    func wrongLength() throws {
        let wrong = warcRecord(Self.text, length: Self.text.utf8.count + 50)
        let reading = try read(Array((wrong + warcRecord("last")).utf8), name: "a.warc")
        #expect(reading.outcomes == ["damaged-record", "text", "stray-bytes", "text"])
    }

    @Test("or one that has white space before its first colon, starts where a wrong length has led away")
    func spacedColon() throws {
        for space in [" ", "\t", " \t "] {
            let spaced = "WARC/1.0\r\nWARC-Type\(space): conversion\r\nContent-Length: 4\r\n\r\nbody\r\n\r\n"
            let reading = try read(Array((warcRecord("too long", length: 40) + spaced).utf8), name: "a.warc")
            #expect(reading.outcomes == ["damaged-record", "text"])
        }
    }
}
