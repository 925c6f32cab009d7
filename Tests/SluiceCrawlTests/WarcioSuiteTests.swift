import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("warcio's own files", .enabled(if: warcSuite != nil, "../shared/suites/warc-warcio is not there"))
struct WarcioSuiteTests {
    private func reading(_ name: String) throws -> Reading {
        let folder = try #require(warcSuite)
        return try read(folder.appendingPathComponent(name).path)
    }

    private static let html = "html-not-extracted"
    private static let other = "unsupported-record-type"

    @Test(
        "give the records that warcio counts, without their warcinfo",
        arguments: [
            ("example.warc", [html, other, other, other]),
            ("example.warc.gz", [html, other, other, other]),
            ("example-iana.org-chunked.warc", [html, other]),
            ("example-digest.warc", [other, other, other, other]),
            ("example-resource.warc.gz", [html]),
            ("example-space-in-target-uri.warc.gz", ["not-text"]),
            ("example-bad-non-chunked.warc.gz", [html, other, other, other]),
            ("example-wrong-chunks.warc.gz", [html, other]),
            ("example-bad.warc.gz.bad", [html, other, other, other, html]),
            ("post-test.warc.gz", [html, other, html, other, html, other]),
            ("example-trunc.warc", [html, "stray-bytes", other]),
        ])
    func outcomes(name: String, expected: [String]) throws {
        let reading = try reading(name)
        #expect(reading.outcomes == expected)
        #expect(reading.format == .warc)
        #expect(reading.records.map(\.ordinal) == Array(expected.indices))
    }

    @Test("start where the members start")
    func offsets() throws {
        #expect(try reading("example.warc.gz").records.map(\.offset) == [784, 2012, 2621, 3207])
        #expect(try reading("example.warc").records.map(\.offset) == [1197, 2566, 3370, 4316])
    }

    @Test("lose angle brackets and spaces in their addresses")
    func addresses() throws {
        #expect(try reading("example-wget-bad-target-uri.warc.gz").records.count == 5)
        #expect(try reading("example-wget-bad-target-uri.warc.gz").records[1].url == "http://example.com/")
        let spaces = try reading("example-space-in-target-uri.warc.gz").records
        #expect(spaces.map(\.url) == ["file:///example%20with%20spaces.png"])
    }

    @Test("count the bytes that a wrong length leaves over, with the line ends behind them")
    func wrongLength() throws {
        #expect(try reading("example-trunc.warc").skipped == 6)
    }

    @Test(
        "in ARC format are refused with a reason",
        arguments: ["example.arc", "example.arc.gz", "example-space-in-url.arc", "bad.arc"])
    func arc(name: String) throws {
        let error = #expect(throws: SluiceError.self) { try reading(name) }
        #expect(error?.code == .noUsableData)
        #expect(error?.message.contains("ARC") == true)
    }

    @Test("read from the middle of a member say so, and go on at the next one")
    func offsetTen() throws {
        let folder = try #require(warcSuite)
        let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent("example.warc.gz")))
        let reading = try read(Array(bytes.dropFirst(10)), name: "example.warc.gz")
        #expect(reading.outcomes == ["damaged-member", Self.html, Self.other, Self.other, Self.other])
        #expect(reading.skipped == 343)
    }
}

@Suite("Common Crawl's own files", .enabled(if: realSample != nil, "../shared/crawl-sample is not there"))
struct CommonCrawlTests {
    @Test(
        "give the records they hold",
        arguments: [
            ("warcfile.warc.gz", 49, 0), ("whirlwind.warc.gz", 3, 0), ("whirlwind.warc.wat.gz", 1, 0),
            ("whirlwind.warc.wet.gz", 1, 1),
        ])
    func records(name: String, count: Int, texts: Int) throws {
        let folder = try #require(realSample)
        let reading = try read(folder.appendingPathComponent(name).path)
        #expect(reading.records.count == count)
        #expect(reading.texts.count == texts)
        #expect(reading.damage.isEmpty)
        #expect(reading.skipped == 0)
    }

    @Test("name a WET record as it names itself")
    func names() throws {
        let folder = try #require(realSample)
        let record = try #require(try read(folder.appendingPathComponent("whirlwind.warc.wet.gz").path).records.first)
        #expect(record.url == "https://an.wikipedia.org/wiki/Escopete")
        #expect(record.captured == "2024-05-18T01:58:10Z")
        #expect(record.id?.hasPrefix("<urn:uuid:") == true)
        #expect(record.offset == 466)
    }
}
