import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("A compressed dump of nothing")
struct NothingTests {
    private let limits = Limits(recordBytes: 4096, lineBytes: 4096)

    @Test("but blank lines, or headers of files, ends where the limit is", arguments: ["jsonl", "warc"])
    func nothing(format: String) throws {
        let isLines = format == "jsonl"
        let text = isLines ? "{\"text\":\"a text\"}\n" : wetRecords(2)[1]
        let header = "WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
        func filled(_ bytes: Int) -> [UInt8] {
            let one = isLines ? " \r\n\n\t\n" : header
            return Array((text + String(repeating: one, count: bytes / one.utf8.count) + text).utf8)
        }
        for (name, bytes) in [
            ("a.\(format)", filled(600_000)), ("a.\(format)", filled(4_000_000)),
            ("a.\(format).gz", try compressed(filled(600_000), .gzip(level: 6))),
        ] {
            let reading = try read(bytes, name: name, limits: limits)
            #expect(reading.texts.count == 2 && reading.damage == [], "\(name)")
        }
        let endless = try compressed(filled(4_000_000), .gzip(level: 6))
        let reading = try read(endless, name: "a.\(format).gz", limits: limits)
        #expect(reading.texts.count == 1 && reading.damage == [.strayBytes] && reading.skipped > 0)
    }
}
