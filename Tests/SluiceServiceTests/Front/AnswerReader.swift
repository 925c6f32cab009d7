import Foundation

/// One answer of the front.
struct Answer: Sendable, Equatable {
    var status = 0
    var fields: [String: String] = [:]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The kind of the problem that the body tells of.
    var problem: String? {
        guard let start = text.range(of: "\"type\":\"urn:sluice:problem:") else { return nil }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }
}

/// Bytes to answers.
struct AnswerReader {
    private(set) var answers: [Answer] = []
    /// False where the bytes are not answers.
    private(set) var isSound = true
    private let headOnly: Bool
    private var bytes: [UInt8] = []

    init(headOnly: Bool = false) { self.headOnly = headOnly }

    mutating func append(_ more: [UInt8]) {
        bytes += more
        while let next = next() { answers.append(next) }
    }

    /// No more will come.
    mutating func end() { if !bytes.isEmpty { isSound = false } }

    private mutating func next() -> Answer? {
        guard isSound, let end = find([13, 10, 13, 10], from: 0) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        var answer = Answer()
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            isSound = false
            return nil
        }
        answer.status = status
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            answer.fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        var at = end + 4
        if status >= 200, status != 204, status != 304, !headOnly {
            if let length = answer.fields["content-length"].flatMap({ Int($0) }) {
                guard bytes.count - at >= length else { return nil }
                answer.body = Array(bytes[at..<(at + length)])
                at += length
            } else if answer.fields["transfer-encoding"] == "chunked" {
                while true {
                    guard let line = find([13, 10], from: at),
                        let size = Int(String(decoding: bytes[at..<line], as: UTF8.self), radix: 16),
                        bytes.count >= line + 2 + size + 2
                    else { return nil }
                    answer.body += bytes[(line + 2)..<(line + 2 + size)]
                    at = line + 2 + size + 2
                    if size == 0 { break }
                }
            }
        }
        bytes.removeFirst(at)
        return answer
    }

    private func find(_ needle: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= needle.count, start <= bytes.count - needle.count else { return nil }
        return (start...(bytes.count - needle.count)).first { bytes[$0..<($0 + needle.count)].elementsEqual(needle) }
    }
}
