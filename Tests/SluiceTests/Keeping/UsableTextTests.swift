import Foundation
import Testing

/// What is no text does not become a training document, whatever it is wrapped in.
@Suite("A text that is none")
struct UsableTextTests {
    private static let prose = "It rained on the day the market came back, and nobody in the square minded very much. "

    private static let texts: [(String, Data, String?)] = [
        ("noise", Data((0..<4000).map { UInt8(truncatingIfNeeded: 128 + ($0 &* 37 + $0 / 7) % 128) }), "not-text"),
        ("controls", Data((prose + String(repeating: "\u{1}", count: 40)).utf8), "not-text"),
        ("pdf", Data("%PDF-1.7\n1 0 obj << /Length 300 >> stream of words\n".utf8), "not-text"),
        ("page", Data("\n<!DOCTYPE HTML>\n<title>Market</title><p>\(prose)".utf8), "html-not-extracted"),
        ("old page", Data("<HTML lang=en><Head></Head><p>\(prose)".utf8), "html-not-extracted"),
        ("marks", Data("... --- ... !!!".utf8), "no-words"),
        // Readable all the same, or about such things.
        (
            "latin",
            Data(
                "D\u{E9}j\u{E0} l'\u{E9}t\u{E9} finit, et le march\u{E9} reste ouvert le dimanche sur la place."
                    .unicodeScalars.map { UInt8($0.value) }), nil
        ),
        ("tag", Data("<html> is the element in which all others stand, and so it comes first. \(prose)".utf8), nil),
        ("escape", Data("\u{1B}[1m\(prose)\u{1B}[0m".utf8), nil),
    ]

    @Test("is rejected as a file and as a record, by ingest and by detect alike", arguments: texts.indices)
    func pages(index: Int) throws {
        let (name, bytes, reason) = UsableTextTests.texts[index]
        let folder = try Folder()
        var inputs = [try folder.file("\(index).txt", bytes)]
        var record = Data(
            "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: \(bytes.count)\r\n\r\n"
                .utf8)
        record += bytes + Data("\r\n\r\n".utf8)
        inputs.append(try folder.file("\(index).warc", record))
        if let text = String(data: bytes, encoding: .utf8) {
            inputs.append(try folder.file("\(index).jsonl", Dump.jsonLines([text])))
        }
        for (number, input) in inputs.enumerated() {
            let run = try Program.run("ingest", "--json", "--store", folder.path("store-\(number)"), input)
            let rejected = run.json["rejected"] as? [String: Int]
            #expect(rejected == (reason.map { [$0: 1] } ?? [:]), "\(name): \(input)")
            let detected = try Program.run("detect", "--json", input)
            #expect(detected.rows.count == 1 && detected.rows[0]["rejected"] as? String == reason, "\(name): \(input)")
        }
    }
}
