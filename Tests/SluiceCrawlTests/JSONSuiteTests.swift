import Foundation
import SluiceCore
import SluiceCrawl
import Testing

@Suite("JSON")
struct JSONTests {
    private func decode(_ bytes: [UInt8], limits: Limits = Limits()) -> Record {
        RecordDecoder(limits: limits).decode(RawRecord(ordinal: 0, offset: 0, bytes: bytes, form: .jsonl))
    }

    private func decode(_ text: String) -> Record { decode(Array(text.utf8)) }

    private func isAccepted(_ record: Record) -> Bool {
        if case .rejected(let reason, _) = record.content {
            return reason != .invalidJSON && reason != .nestingTooDeep
        }
        return true
    }

    @Test("is judged as its test suite says", .enabled(if: jsonSuite != nil, "../shared/suites/json-nst is not there"))
    func suite() throws {
        let folder = try #require(jsonSuite).appendingPathComponent("test_parsing")
        var counts: [Character: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
            let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
            let accepted = isAccepted(decode(bytes))
            guard let kind = name.first else { continue }
            counts[kind, default: 0] += 1
            switch kind {
            case "y": #expect(accepted, "\(name)")
            case "n": #expect(!accepted, "\(name)")
            default: #expect(accepted == !Self.refused.contains(name), "\(name)")
            }
        }
        #expect(counts == ["y": 95, "n": 188, "i": 35])
    }

    /// Of the cases that the standard leaves open: UTF-16, a byte order mark inside a source, and nesting beyond the limit.
    private static let refused: Set<String> = [
        "i_string_UTF-16LE_with_BOM.json", "i_string_utf16BE_no_BOM.json", "i_string_utf16LE_no_BOM.json",
        "i_structure_500_nested_arrays.json", "i_structure_UTF-8_BOM_empty_object.json",
    ]

    @Test("of a document gives its names and its text")
    func document() {
        let record = decode(
            #"{"id":"a/1","source":"s","text":"Gr\u00fc\u00dfe\n\"you\" \ud83d\ude00","created":"2020-01-01T00:00:00Z","#
                + #""added":"2024-01-01","url":"http://top.example/","metadata":{"url":"http://a.example/"}}"#)
        #expect(record.id == "a/1")
        #expect(record.url == "http://a.example/")
        #expect(record.captured == "2020-01-01T00:00:00Z")
        #expect(record.declared == nil)
        #expect(record.content == .text(Array("Grüße\n\"you\" 😀".utf8)))
    }

    @Test(
        "escapes of lone surrogates become replacement characters",
        arguments: [
            (#"\ud83d"#, "\u{FFFD}"), (#"\ude00"#, "\u{FFFD}"), (#"\ud83d\u0041"#, "\u{FFFD}A"),
            (#"\ud83d\ud83d\ude00"#, "\u{FFFD}😀"), (#"\u0000\/\b\f\n\r\t\\"#, "\0/\u{8}\u{C}\n\r\t\\"),
        ])
    func escapes(json: String, text: String) {
        #expect(decode(#"{"text":"\#(json)"}"#).content == .text(Array(text.utf8)))
    }

    @Test("counts the escapes in its text that stand for no character")
    func loneSurrogates() {
        #expect(decode(#"{"text":"\ud83d \ude00 \ud83d\ude00 \ufffd"}"#).loneSurrogates == 2)
        #expect(decode(#"{"text":"a","id":"\ud83d"}"#).loneSurrogates == 0)
    }

    @Test("with a key twice takes the last")
    func duplicateKeys() {
        let record = decode(
            #"{"text":"a","id":"x","metadata":{"synthetic":true},"\u0074ext":"b","id":7,"metadata":{}}"#)
        #expect(record.content == .text(Array("b".utf8)))
        #expect(record.id == "7")
        #expect(record.declared == nil)
    }

    @Test(
        "declares who wrote it",
        arguments: [
            (#"{"synthetic":true}"#, DeclaredLabel(isSynthetic: true)),
            (#"{"synthetic":false,"verified":true}"#, DeclaredLabel(isSynthetic: false, isVerified: true)),
            (#"{"synthetic":"true"}"#, DeclaredLabel(isSynthetic: true)),
            (
                #"{"synthetic":"False","generator":"","verified":"1"}"#,
                DeclaredLabel(isSynthetic: false, isVerified: true)
            ),
            (#"{"synthetic":1}"#, DeclaredLabel(isSynthetic: true)),
            (#"{"synthetic":1.0}"#, DeclaredLabel(isSynthetic: true)),
            (#"{"synthetic":0.0,"verified":"1.0"}"#, DeclaredLabel(isSynthetic: false, isVerified: true)),
            (#"{"synthetic":1.5}"#, nil),
            (#"{"synthetic":0,"verified":0}"#, DeclaredLabel(isSynthetic: false)),
            (#"{"synthetic":"perhaps"}"#, nil), (#"{"synthetic":2}"#, nil), (#"{"synthetic":null}"#, nil),
            (#"{"generator":"gpt-x"}"#, DeclaredLabel(isSynthetic: true, generator: "gpt-x")),
            (#"{"generator":"","label":"human"}"#, nil), (#"{"generator":"  "}"#, nil),
            (#"{"synthetic":"yes","verified":true}"#, nil),
            (#"{"generator":"\n"}"#, nil), (#"{"generator":" \t\u0020"}"#, nil), (#"{"generator":"\u00a0"}"#, nil),
            (#"{"synthetic":true,"generator":"\n"}"#, DeclaredLabel(isSynthetic: true)),
            (#"{"generator":"\u0067pt"}"#, DeclaredLabel(isSynthetic: true, generator: "gpt")),
            (#""synthetic""#, nil),
        ] as [(String, DeclaredLabel?)])
    func labels(metadata: String, label: DeclaredLabel?) {
        #expect(decode(#"{"text":"a","metadata":\#(metadata)}"#).declared == label)
    }

    @Test("has the name that is written there, be it a number", arguments: ["7", "-1.5", "1e3", "\"1.50\""])
    func numbers(id: String) {
        #expect(decode("{\"text\":\"a\",\"id\":\(id)}").id == id.filter { $0 != "\"" })
    }

    @Test(
        "says what stands where a label ought to and is none",
        arguments: [
            (#"{"synthetic":"yes"}"#, "“synthetic” is neither true nor false, and counts for none: yes"),
            (#"{"synthetic":2,"generator":"gpt-x"}"#, "“synthetic” is neither true nor false, and counts for none: 2"),
            (#"{"synthetic":1.5,"generator":[]}"#, "“synthetic” is neither true nor false, and counts for none: 1.5"),
            (
                #"{"synthetic":["true"]}"#,
                "“synthetic” is neither true nor false, and counts for none: a list or an object"
            ),
            (
                #"{"synthetic":"\#(String(repeating: "x", count: 100_000))"}"#,
                "“synthetic” is neither true nor false, and counts for none: a long text"
            ),
            (
                #"{"synthetic":1\#(String(repeating: "0", count: 100_000))}"#,
                "“synthetic” is neither true nor false, and counts for none: a long number"
            ),
            (#"{"synthetic":"a\u0007b"}"#, "“synthetic” is neither true nor false, and counts for none: a\u{FFFD}b"),
            (#"{"generator":["gpt-4"]}"#, "“generator” is no text, and counts for none: a list or an object"),
            (#"{"synthetic":true,"generator":5}"#, "“generator” is no text, and counts for none: 5"),
            (#"{"generator":true}"#, "“generator” is no text, and counts for none: true"),
            (#"{"synthetic":true,"generator":"gpt-x"}"#, nil), (#"{"synthetic":"false","generator":null}"#, nil),
            (#"{"synthetic":null,"generator":""}"#, nil), (#"{"synthetic":""}"#, nil), (#"{"label":"human"}"#, nil),
            (
                #"{"synthetic":true,"verified":"ja"}"#,
                "“verified” is neither true nor false, and counts for false: ja"
            ),
            (#"{"synthetic":true,"verified":"1"}"#, nil), (#"{"verified":"ja"}"#, nil),
            (#"{"synthetic":"\n"}"#, nil), (#"{"generator":"\n"}"#, nil), (#"{"synthetic":"\u00a0"}"#, nil),
            (#"{"synthetic":true,"verified":"\t"}"#, nil),
            ("7", "“metadata” is no object, and counts for none: 7"),
            (
                #""{\"synthetic\":true}""#,
                "“metadata” is no object, and counts for none: {\"synthetic\":true}"
            ),
            (#"[{"synthetic":true}]"#, "“metadata” is no object, and counts for none: a list or an object"),
            (#"7,"metadata":{}"#, nil), ("null", nil), ("{}", nil),
        ] as [(String, String?)])
    func unreadLabels(metadata: String, unread: String?) {
        #expect(decode(#"{"text":"a","metadata":\#(metadata)}"#).notes.map(\.detail) == (unread.map { [$0] } ?? []))
    }

    @Test(
        "without a text says what is missing",
        arguments: [
            ("[1]", Reason.notAnObject), ("\"text\"", .notAnObject), (#"{"id":"a"}"#, .missingText),
            (#"{"text":null}"#, .missingText), (#"{"text":["a"]}"#, .missingText), (#"{"text":"a"} x"#, .invalidJSON),
            (#"{"text":"a""#, .invalidJSON), ("", .invalidJSON), (#"{"a":1,}"#, .invalidJSON),
        ])
    func missing(json: String, reason: Reason) {
        guard case .rejected(let found, _) = decode(json).content else {
            Issue.record("\(json) was accepted")
            return
        }
        #expect(found == reason)
    }

    @Test("nested to the limit is read, and one deeper is not, however deep")
    func nesting() {
        func nested(_ depth: Int) -> Record {
            decode(
                Array(#"{"text":"a","b":"#.utf8) + [UInt8](repeating: UInt8(ascii: "["), count: depth - 1)
                    + [UInt8](repeating: UInt8(ascii: "]"), count: depth - 1) + Array("}".utf8))
        }
        #expect(nested(64).content == .text(Array("a".utf8)))
        for depth in [65, 66, 129, 100_000] {
            guard case .rejected(.nestingTooDeep, _) = nested(depth).content else {
                Issue.record("depth \(depth) gave \(nested(depth).content)")
                continue
            }
        }
        let deep = decode(
            Array(#"{"a":"#.utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 100_000),
            limits: Limits(jsonDepth: 300_000))
        guard case .rejected(.invalidJSON, _) = deep.content else {
            Issue.record("an open nest gave \(deep.content)")
            return
        }
        let mixed = String(repeating: #"{"k":["#, count: 5000) + "0" + String(repeating: "]}", count: 5000)
        let sound = decode(Array(#"{"text":"a","b":\#(mixed)}"#.utf8), limits: Limits(jsonDepth: 20_000))
        #expect(sound.content == .text(Array("a".utf8)))
    }

    @Test("ids and addresses beyond the limit are dropped")
    func longNames() {
        let long = String(repeating: "a", count: 4097)
        let record = decode(#"{"text":"a","id":"\#(long)","url":"\#(long)"}"#)
        #expect(record.id == nil)
        #expect(record.url == nil)
        #expect(
            record.notes.map(\.detail) == ["id", "url"].map { "“\($0)” is longer than 4096 bytes, and is left out" })
        // Escapes count for what they stand for; the other address takes the place of one that is left out.
        let escaped = String(repeating: "\\u0061", count: 4096)
        let kept = decode(#"{"text":"a","id":"\#(escaped)","url":"http://a","metadata":{"url":"\#(long)"}}"#)
        #expect(kept.id?.count == 4096 && kept.url == "http://a")
        #expect(kept.notes.map(\.detail) == ["“metadata.url” is longer than 4096 bytes, and is left out"])
    }

    @Test("has a string for its address, or none")
    func addresses() {
        #expect(decode(#"{"text":"a","url":"http://a","metadata":{"url":5}}"#).url == "http://a")
        #expect(decode(#"{"text":"a","url":7,"metadata":{"url":5}}"#).url == nil)
    }

    @Test("cut anywhere, or with any byte changed, never ends in a crash")
    func fuzz() {
        let line = Array(
            #"{"id":"é\u00e9","text":"a \"b\" \ud83d\ude00 c","n":[-0.5e+7,{"x":null}],"metadata":{"synthetic":true}}"#
                .utf8)
        for end in 0..<line.count { #expect(!isAccepted(decode(Array(line[..<end])))) }
        var random = Seeded(state: 1)
        for _ in 0..<20_000 {
            var changed = line
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let spaced = [UInt8(ascii: " ")] + changed + [UInt8(ascii: "\n")]
            if isAccepted(decode(changed)) != isAccepted(decode(spaced)) {
                Issue.record("\(changed) is judged otherwise between spaces")
            }
        }
    }
}
