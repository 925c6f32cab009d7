import Foundation
import SluiceCore
import SluiceDetect
import Testing

@Suite struct `A byte-pair encoder` {
    private func pieces(_ text: String, _ pattern: TextSplitter.Pattern) -> [String] {
        let bytes = Array(text.utf8)
        var splitter = TextSplitter(bytes, pattern: pattern)
        var pieces: [String] = []
        while let range = splitter.next() { pieces.append(String(decoding: bytes[range], as: UTF8.self)) }
        return pieces
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]),
        (
            "It's 12345 o'clock,  isn't it?\n\n Yes",
            [
                "It", "'s", " 12345", " o", "'", "clock", ",", " ", " isn", "'t", " it", "?", "\n\n", " Yes",
            ]
        ),
        ("  x", [" ", " x"]), ("x  ", ["x", "  "]), ("\tx\n", ["\t", "x", "\n"]),
        ("'S 'll'", ["'", "S", " '", "ll", "'"]),
        ("Größe—3½ 東京!", ["Größe", "—", "3½", " 東京", "!"]), ("a\u{A0}b", ["a", "\u{A0}", "b"]),
    ])
    func `cuts text as GPT-2 does`(text: String, expected: [String]) { #expect(pieces(text, .gpt2) == expected) }

    @Test(arguments: [
        ("", []),
        (
            "It'S 12345 o'clock,  isn't it?\n\n Yes",
            [
                "It", "'S", " ", "123", "45", " o", "'clock", ",", " ", " isn", "'t", " it", "?\n\n", " Yes",
            ]
        ),
        (" \n \n  x", [" \n \n", " ", " x"]), ("x  ", ["x", "  "]), ("\tx\n", ["\tx", "\n"]),
        (
            "$x (y) --\r\nz",
            [
                "$x", " (", "y", ")", " --\r\n", "z",
            ]
        ),
    ])
    func `cuts text as cl100k does`(text: String, expected: [String]) { #expect(pieces(text, .cl100k) == expected) }

    @Test func `joins what has the lowest rank first`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bpe-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let joins = ["he", "in", "th", "the", " t", " the", "ing", "er"]
        let tokens = (0...255).map { Data([UInt8($0)]) } + joins.map { Data($0.utf8) }
        let lines = tokens.enumerated().map { "\($0.element.base64EncodedString()) \($0.offset)\r\n" }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path))
        let encoder = try BytePairEncoder(path: path, pattern: .gpt2)
        #expect(encoder.count == 264)
        func encode(_ text: String) -> [Int32] { encoder.encode(Array(text.utf8)) }
        // "he" comes before "th": so "then" is t + he, which is "the", and n.
        #expect(encode("the the") == [259, 261])
        #expect(encode("then") == [259, 110])
        #expect(encode("thing") == [258, 262])
        #expect(encode("é") == [0xC3, 0xA9])
        #expect(encode(" hither") == [32, 104, 105, 259, 114])
        #expect(encoder.encode(Array("the the the the".utf8), limit: 3) == [259, 261, 261])
        // What is no UTF-8 becomes U+FFFD.
        #expect(encoder.encode([0x74, 0xFF, 0xC3]) == [0x74, 0xEF, 0xBF, 0xBD, 0xEF, 0xBF, 0xBD])
        // However long a piece, nothing of it is lost.
        let long = encode(String(repeating: "x", count: 1000))
        #expect(long == [Int32](repeating: 120, count: 1000))
    }
}
