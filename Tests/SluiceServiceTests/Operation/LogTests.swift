import Foundation
import Logging
import SluiceService
import Testing

@Suite struct `A line of the log` {
    @Test func `is one JSON object with its time, level, message and metadata`() throws {
        let log = try LogFile()
        var logger = log.logger
        logger[metadataKey: "run_id"] = "018f3c2e"
        logger.info(
            "committed", metadata: ["seq": .stringConvertible(17), "source": "a.warc.wet.gz", "isLast": "\(true)"])
        #expect(
            log.lines == [
                #"{"ts":"2023-11-14T22:13:20.123Z","level":"info","msg":"committed","isLast":"true","run_id":"018f3c2e","#
                    + #""seq":17,"source":"a.warc.wet.gz"}"#
            ])
    }

    @Test func `stays one line, and steers no terminal`() throws {
        let log = try LogFile()
        log.logger.warning("two\nlines", metadata: ["name": "a\u{1B}[2Jb\u{9B}31m\u{202E}c\"\\"])
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.utf8.contains(0x1B) == false)
        #expect(log.objects.first?["msg"] as? String == "two\nlines")
        #expect(log.objects.first?["name"] as? String == "a\u{1B}[2Jb\u{FFFD}31m\u{FFFD}c\"\\")
    }

    @Test func `is of bounded length, and cut between characters`() throws {
        let log = try LogFile()
        let long = String(repeating: "é", count: 100_000)
        var metadata: Logger.Metadata = [:]
        for number in 0..<100 { metadata["key\(number)"] = "\(long)" }
        log.logger.error("\(long)", metadata: metadata)
        let line = try #require(log.lines.first)
        #expect(line.utf8.count < 200_000)
        #expect(log.objects.first?["msg"] as? String == String(repeating: "é", count: 2048) + "…")
        #expect(log.objects.first?.count == 3 + JSONLogHandler.keyLimit)
    }

    @Test func `never holds what goes under the name of a text, a token or a query`() throws {
        let log = try LogFile()
        log.logger.info("request", metadata: ["token": "secret", "text": "secret", "query": "secret", "status": "200"])
        #expect(log.lines.first?.contains("secret") == false)
        #expect(log.objects.first?["status"] as? String == "200")
    }

    @Test func `does not name a member twice`() throws {
        let log = try LogFile()
        log.logger.info("message", metadata: ["msg": "another", "level": ["a", "b"]])
        #expect(log.objects.first?["msg"] as? String == "message")
        #expect(log.objects.first?["msg_"] as? String == "another")
        #expect(log.objects.first?["level"] as? String == "info")
    }

    @Test func `is written from the level on that is set while the program runs`() throws {
        let log = try LogFile(level: .warning)
        let logger = log.logger
        logger.info("one")
        log.destination.level = .debug
        logger.debug("two")
        var own = logger
        own.logLevel = .error
        own.info("three")
        logger.info("four")
        #expect(log.objects.map { $0["msg"] as? String } == ["two", "four"])
    }

    @Test func `is whole, however many write at once`() async throws {
        let log = try LogFile()
        let long = String(repeating: "x", count: 4000)
        await withTaskGroup { group in
            for number in 0..<8 {
                let logger = log.logger
                group.addTask {
                    for _ in 0..<50 { logger.info("\(long)", metadata: ["a": "\(long)", "n": "\(number)"]) }
                }
            }
        }
        #expect(log.objects.count == 400)
    }
}
