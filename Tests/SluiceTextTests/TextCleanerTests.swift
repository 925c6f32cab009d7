import Foundation
import SluiceCore
import SluiceText
import Testing

/// The public suites, beside the checkout.
private let suites = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/suites")

private let suiteFile = suites.appendingPathComponent("utf8-flenniken/utf8tests.txt").path

private func bytes(hex: some StringProtocol) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// How often U+FFFD is written in `bytes`.
private func signs(_ bytes: [UInt8]) -> Int {
    bytes.indices.count { bytes[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
}

/// A C2PA wrapper around `payload` whose header states `length` (the payload's, unless told otherwise).
private func wrapper(_ payload: [UInt8], length: Int? = nil, version: UInt8 = 1, magic: String = "C2PATXT\0") -> String
{
    let length = UInt32(length ?? payload.count)
    var bytes = Array(magic.utf8) + [version]
    for shift: UInt32 in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    var text = "\u{FEFF}"
    for byte in bytes + payload {
        let value = byte < 16 ? 0xFE00 + UInt32(byte) : 0xE0100 + UInt32(byte) - 16
        if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    return text
}

@Suite("Cleaning a text")
struct TextCleanerTests {
    @Test(
        "repairs UTF-8 as the public suite states",
        .enabled(if: FileManager.default.fileExists(atPath: suiteFile), "the suite utf8-flenniken is not there"))
    func publicSuite() throws {
        var valid = 0
        var invalid = 0
        for line in try String(contentsOfFile: suiteFile, encoding: .utf8).split(separator: "\n") {
            guard line.first?.isNumber == true else { continue }
            let parts = line.split(separator: ":", omittingEmptySubsequences: false)
            if parts[1] == "valid" {
                let raw = Array(parts[2...].joined(separator: ":").utf8)
                let clean = TextCleaner.clean(raw)
                #expect(
                    clean == CleanText(bytes: raw.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(raw[3...]) : raw), "\(line)")
                valid += 1
            } else if parts[1] == "valid hex" {
                let raw = bytes(hex: parts[2])
                #expect(TextCleaner.clean(raw).bytes == raw, "\(line)")
                valid += 1
            } else if parts[1] == "invalid hex" {
                let raw = bytes(hex: parts[2])
                let clean = TextCleaner.clean(raw)
                #expect(clean.bytes == bytes(hex: parts[4]), "\(line)")
                #expect(clean.replacements == signs(clean.bytes) - signs(raw), "\(line)")
                invalid += 1
            }
        }
        #expect(valid == 76)
        #expect(invalid == 140)
    }

    @Test("repairs random bytes as the standard library does, and only once")
    func randomBytes() {
        var random = SplitMix64(seed: 7)
        let alphabet: [UInt8] = [
            0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xE2, 0xED, 0xEF, 0xBB, 0xF0, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<20_000 {
            let raw = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let clean = TextCleaner.clean(raw)
            var expected = Array(String(decoding: raw, as: UTF8.self).utf8)
            while expected.starts(with: [0xEF, 0xBB, 0xBF]) { expected.removeFirst(3) }
            #expect(clean.bytes == expected)
            #expect(TextCleaner.clean(clean.bytes) == CleanText(bytes: clean.bytes))
        }
    }

    @Test("leaves NUL, controls and inner byte order marks alone, and drops one at the start")
    func untouched() {
        let text = Array("a\u{0}b\u{7F}\u{85}c\u{FEFF}d\r\n".utf8)
        #expect(TextCleaner.clean(text) == CleanText(bytes: text))
        #expect(TextCleaner.clean([0xEF, 0xBB, 0xBF] + text) == CleanText(bytes: text))
        #expect(TextCleaner.clean([0xEF, 0xBB, 0xBF]) == CleanText(bytes: []))
        #expect(TextCleaner.clean([]) == CleanText(bytes: []))
    }

    @Test("notes a C2PA wrapper and strips it")
    func wholeWrapper() {
        let mark = wrapper(Array(0...255))
        let clean = TextCleaner.clean(Array("Before\(mark)after é".utf8))
        #expect(String(decoding: clean.bytes, as: UTF8.self) == "Beforeafter é")
        #expect(clean.replacements == 0)
        #expect(
            clean.marks == [ProvenanceMark(kind: .c2paText, offset: 6, length: mark.utf8.count, status: .ok)])
    }

    @Test("notes a wrapper of the wrong length or version as corrupted, and strips it all the same")
    func corruptedWrapper() {
        for mark in [
            wrapper([1, 2, 3], length: 4), wrapper([1, 2, 3], length: 2), wrapper([1], version: 2),
            wrapper([], length: Int(UInt32.max)),
        ] {
            let clean = TextCleaner.clean(Array("x\(mark)y".utf8))
            #expect(clean.bytes == Array("xy".utf8))
            #expect(clean.marks.map(\.status) == [.corrupted])
        }
    }

    @Test("takes selectors without the magic for text")
    func noWrapper() {
        for mark in [wrapper([1], magic: "C2PATXU\0"), "\u{FEFF}\u{FE0F}", "❤\u{FE0F}", "\u{FEFF}\u{E0133}"] {
            let text = Array("x\(mark)y".utf8)
            #expect(TextCleaner.clean(text) == CleanText(bytes: text))
        }
    }

    @Test("notes each of several wrappers, also in bytes that are not UTF-8")
    func severalWrappers() {
        let mark = Array(wrapper([9, 99]).utf8)
        let clean = TextCleaner.clean(mark + [0xE2] + mark + [0x82, 0xAC] + mark)
        #expect(clean.marks.map(\.offset) == [0, mark.count + 1, 2 * mark.count + 3])
        #expect(clean.bytes == Array("\u{FFFD}\u{FFFD}\u{FFFD}".utf8))
        #expect(clean.replacements == 3)
    }
}
