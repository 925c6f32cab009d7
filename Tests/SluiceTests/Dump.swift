import Foundation

/// Small dumps, made where a test needs one.
enum Dump {
    /// `count` documents of sentences that do not repeat each other; the same for the same seed.
    static func texts(_ count: Int, seed: UInt64 = 1, words: Int = 80) -> [String] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { number in
            var text = "Report \(number)."
            for position in 0..<words {
                text += position % 11 == 0 ? ". " : " "
                // The detector judges English only: enough of its function words make these texts pass for it.
                let list = position % 3 == 0 ? functionWords : vocabulary
                text += list[Int(random.next() % UInt64(list.count))]
            }
            return text
        }
    }

    /// JSON lines, one a text.
    static func jsonLines(_ texts: [String], metadata: [String: Any] = [:]) throws -> Data {
        var data = Data()
        for (number, text) in texts.enumerated() {
            let object: [String: Any] = ["id": "doc-\(number)", "text": text, "metadata": metadata]
            data += try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
            data.append(UInt8(ascii: "\n"))
        }
        return data
    }

    /// A WET file, not compressed.
    static func wet(_ texts: [String], host: String = "example.org") -> Data {
        var data = Data()
        for record in wetRecords(texts, host: host) { data += record }
        return data
    }

    /// The records of a WET file, the `warcinfo` first.
    static func wetRecords(_ texts: [String], host: String = "example.org") -> [Data] {
        let about = "software: test\r\n"
        var records = [
            Data(
                """
                WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000ffff>\r
                Content-Type: application/warc-fields\r\nContent-Length: \(about.utf8.count)\r\n\r\n\(about)\r\n\r\n
                """.utf8)
        ]
        for (number, text) in texts.enumerated() {
            let id = String(format: "00000000-0000-0000-0000-%012d", number)
            records.append(
                Data(
                    ("WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://\(host)/page/\(number)\r\n"
                        + "WARC-Date: 2024-05-18T01:58:10Z\r\nWARC-Record-ID: <urn:uuid:\(id)>\r\n"
                        + "Content-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)\r\n\r\n").utf8)
            )
        }
        return records
    }

    /// `data` as one gzip member.
    static func gzip(_ data: Data) throws -> Data {
        try Program.tool("/bin/gzip", "-n", "-c", input: data).output
    }

    private static let functionWords = [
        "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "was", "with", "on", "as", "by", "this",
    ]

    private static let vocabulary = (0..<2000).map { number in
        let parts = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "za"]
        return parts[number % 10] + parts[number / 10 % 10] + parts[number / 100 % 10] + (number >= 1000 ? "s" : "")
    }
}

/// SplitMix64: the same numbers on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
