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
