import Foundation
import SluiceCore
import SluiceText
import Testing

/// The definition of words, written plainly: whole strings in lower case, Foundation's NFC, a scalar at a time.
private enum Reference {
    private static let invisible: [Unicode.Scalar] = ["\u{FE0F}", "\u{200B}", "\u{AD}"]

    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isSpaced = false
        func end() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        var small = ""
        for scalar in text.unicodeScalars where !invisible.contains(scalar) {
            small += scalar == "ς" || scalar == "Σ" ? "σ" : scalar.properties.lowercaseMapping
        }
        for scalar in small.precomposedStringWithCanonicalMapping.unicodeScalars {
            let properties = scalar.properties
            switch properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark:
                if !word.isEmpty { word.unicodeScalars.append(scalar) }
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .otherNumber:
                let isUnspaced = "我ขーカ".unicodeScalars.contains(scalar)
                if isUnspaced || !isSpaced { end() }
                word.unicodeScalars.append(scalar)
                isSpaced = !isUnspaced
            default:
                if scalar == "_" {
                    if !isSpaced { end() }
                    word += "_"
                    isSpaced = true
                } else {
                    end()
                }
            }
        }
        end()
        return words
    }
}

@Suite("The tokenizer agrees")
struct ReferenceTests {
    private static let alphabet = Array(
        ("aZ09_ .\n'-éÉßẞİıΣςЖж\u{301}\u{323}\u{308}e\u{FE0F}\u{212A}\u{212B}\u{1100}\u{1161}\u{11A8}한한"
            + "我ขーカ\u{E49}हि\u{94D}नЁё½²Ⅷ“”…\u{A0}\u{200B}\u{AD}J\u{30C}😀\u{23A}\u{958}ﬁ\u{345}𝒜𐐀").unicodeScalars)

    // U+0F73 is left to a test of its own: Foundation does not compose over it.
    @Test("with the plain definition on random texts")
    func randomTexts() {
        var random = SplitMix64(seed: 11)
        var tokenizer = Tokenizer()
        for round in 0..<6000 {
            // Mostly ASCII, so that words and regions lie across the scan's blocks of 64 bytes.
            let share = [0.02, 0.3, 1][round % 3]
            var text = ""
            for _ in 0..<Int.random(in: 0...150, using: &random) {
                let isAny = Double.random(in: 0..<1, using: &random) < share
                let letters = isAny ? ReferenceTests.alphabet : Array("abcdEFGH    ,".unicodeScalars)
                text.unicodeScalars.append(letters[Int.random(in: 0..<letters.count, using: &random)])
            }
            let words = tokenizer.tokenize(Array(text.utf8))
            let expected = Reference.words(text)
            #expect(words.normalized == Array(expected.joined(separator: " ").utf8), "\(text.debugDescription)")
            #expect(words.hashes == expected.map { WordHash.of($0) })
        }
    }

    @Test("with the standard on a mark that decomposes into two and yields its place")
    func composesOverMarks() {
        var tokenizer = Tokenizer()
        let words = tokenizer.tokenize(Array("k\u{301}\u{F73}".utf8))
        #expect(words.normalized == Array("\u{1E31}\u{F71}\u{F72}".utf8))
    }

    @Test("with itself on longer words, wherever they lie")
    func longWords() {
        var tokenizer = Tokenizer()
        for length in [1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000] {
            let word = String(repeating: "aB3_", count: 250).prefix(length)
            for gap in [0, 1, 30, 63, 64, 65] {
                for tail in ["", " ", " é"] {
                    let text = String(repeating: ".", count: gap) + word + tail
                    let hashes = tokenizer.tokenize(Array(text.utf8)).hashes
                    #expect(hashes.first == WordHash.of(word.lowercased()))
                    #expect(hashes.count == (tail == " é" ? 2 : 1))
                }
            }
        }
    }

    @Test("to survive bytes that are not UTF-8, and takes them for separators")
    func randomBytes() {
        var random = SplitMix64(seed: 12)
        var tokenizer = Tokenizer()
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...80, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0x80...0xFF, using: &random) : UInt8.random(in: 0...0x7F, using: &random)
            }
            let words = tokenizer.tokenize(text)
            #expect(words.count <= text.count)
            #expect(TextCleaner.clean(words.normalized).replacements == 0)
        }
        #expect(tokenizer.tokenize(Array("ab".utf8) + [0xC3] + Array("cd".utf8)).count == 2)
    }

    @Test(
        "to take linear time",
        arguments: [
            "\u{301}\u{323}", "a\u{323}\u{301}", "\u{F73}", "\u{1161}", "a我", "\u{FEFF}\u{FE00}", "İ", "<\u{338}",
        ])
    func hostile(unit: String) {
        let text = Array(String(repeating: unit, count: (2 << 20) / unit.utf8.count).utf8)
        // Quadratic work on one of these took minutes; linear work takes a tenth of a second, of this thread's own time,
        // which other tests on the machine do not lengthen.
        let began = nanoseconds(of: CLOCK_THREAD_CPUTIME_ID)
        var tokenizer = Tokenizer()
        #expect(tokenizer.tokenize(TextCleaner.clean([0x61] + text).bytes).count > 0)
        #expect(nanoseconds(of: CLOCK_THREAD_CPUTIME_ID) - began < 10_000_000_000)
    }
}

/// What a clock shows, in nanoseconds.
private func nanoseconds(of clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
