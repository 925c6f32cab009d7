import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("A source in many members", .timeLimit(.minutes(2)))
struct BlockTests {
    /// Reads to the end, and from every point on.
    private func readThroughout(_ bytes: [UInt8], _ name: String, by size: Int = 1) throws -> Reading {
        let file = try TemporaryFile(bytes, name: name)
        let whole = try read(file.path, maxRecords: size)
        for point in whole.resumePoints {
            let rest = try read(file.path, from: point)
            let isSame = rest.raw == Array(whole.raw.dropFirst(point.ordinal))
            #expect(isSame, "\(name) from \(point)")
        }
        return whole
    }

    private static func words(_ count: Int, _ random: inout Seeded) -> String {
        (0..<count).map { _ in String(random.next(), radix: 36) }.joined(separator: " ")
    }

    @Test(
        "that are blocks of a fixed size loses what a damaged block holds of a WARC, and nothing behind it",
        arguments: [("gz", 65_280), ("zst", 128 << 10), ("zst", 512 << 10)])
    func damagedBlock(suffix: String, size: Int) throws {
        var random = Seeded(state: 9)
        let texts = (0..<500).map { _ in Self.words(200 + Int.random(in: 0..<400, using: &random), &random) }
        let records = texts.map { warcRecord($0) }
        let all = Array(records.joined().utf8)
        var blocks = try stride(from: 0, to: all.count, by: size).map {
            try compressed(Array(all[$0..<min($0 + size, all.count)]), suffix == "gz" ? .gzip(level: 6) : .zstd)
        }
        #expect(try read(Array(blocks.joined()), name: "a.warc.\(suffix)").texts == texts)
        // The check itself: nothing of that block counts.
        blocks[2][blocks[2].count - (suffix == "gz" ? 6 : 2)] ^= 0x10
        var at = 0
        var expected: [String] = []
        for (text, record) in zip(texts, records) {
            let end = at + record.utf8.count
            if end - 4 <= 2 * size || at >= 3 * size { expected.append(text) }
            at = end
        }
        let reading = try readThroughout(Array(blocks.joined()), "a.warc.\(suffix)", by: 60)
        let isRight = reading.texts == expected
        #expect(isRight, "\(reading.texts.count) of \(expected.count)")
        #expect(reading.damage == [.damagedMember, .strayBytes])
    }

    @Test("of which a damaged one holds another as its content does not take that for a member")
    func nested() throws {
        let inner = try gzip("plain words, and no record")
        let head = "WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: \(inner.count)\r\n\r\n"
        var outer = storedMember(Array(head.utf8) + inner + Array("\r\n\r\n".utf8))
        outer[30] ^= 1
        let reading = try read(outer + gzip(warcRecord("last")), name: "a.warc.gz")
        #expect(reading.outcomes == ["damaged-member", "text"])
    }

    @Test("with a wrong length in front of one has them all", arguments: [30, 22, 10])
    func skippable(bit: Int) throws {
        let frames = try (0..<40).map { index in
            let frame = try compressed(Array("{\"text\":\"\(wetText(index))\"}\n".utf8), .zstd)
            return [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0] + (0..<4).map { UInt8(frame.count >> (8 * $0) & 255) } + frame
        }
        let texts = (0..<40).map(wetText)
        #expect(try read(Array(frames.joined()), name: "a.jsonl.zst").texts == texts)
        var damaged = frames
        damaged[3][4 + bit / 8] ^= 1 << (bit % 8)
        let reading = try readThroughout(Array(damaged.joined()), "a.jsonl.zst")
        #expect(reading.texts == texts)
        #expect(reading.damage == [.damagedMember] && reading.skipped == 12)
    }

    @Test(
        "of which very many hold one record has all of them, and knows where each starts", arguments: ["jsonl", "warc"])
    func manyMembers(format: String) throws {
        let long = String(repeating: "x", count: 70_000)
        let records = [long, "a", "b", long, "c", "d"].map { text in
            format == "warc" ? warcRecord(text) : "{\"text\":\"\(text)\"}\n"
        }
        var bytes: [UInt8] = []
        var offsets: [UInt64] = []
        for record in records {
            offsets.append(UInt64(bytes.count))
            for byte in record.utf8 { bytes += Self.single[Int(byte)] }
        }
        let reading = try readThroughout(bytes, "a.\(format).gz")
        #expect(reading.texts == [long, "a", "b", long, "c", "d"] && reading.damage.isEmpty)
        #expect(reading.records.map(\.offset) == offsets)
    }

    @Test("of which too many hold one record loses that one", arguments: ["jsonl", "warc"])
    func tooManyMembers(format: String) throws {
        let isWARC = format == "warc"
        let records = ["first", String(repeating: "x", count: 300_000), "last"].map { text in
            isWARC ? warcRecord(text) : "{\"text\":\"\(text)\"}\n"
        }
        var bytes: [UInt8] = []
        for byte in records.joined().utf8 { bytes += Self.single[Int(byte)] }
        let reading = try readThroughout(bytes, "a.\(format).gz")
        #expect(reading.texts == ["first", "last"])
        #expect(reading.damage == [.recordTooLarge, isWARC ? .strayBytes : .invalidJSON])
    }

    /// A member of each byte.
    private static let single = (0..<256).map { storedMember([UInt8($0)]) }
}
