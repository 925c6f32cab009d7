@_spi(_Unicode) import Swift

/// Normalisation form C of UTF-8 text.
enum UnicodeForm {
    /// False where `text` may not be in NFC, or is not UTF-8. O(*n*), about 500 MB/s.
    static func passesQuickCheck(_ text: [UInt8]) -> Bool {
        do {
            var utf8 = try UTF8Span(validating: text.span)
            return utf8.checkForNFC(quickCheck: true)
        } catch {
            return false
        }
    }

    /// `text` in NFC. O(*n*), about 50 MB/s: only for what fails the quick check.
    ///
    /// Ordering marks costs the square of how many there are in a row, so a row is cut after ``longestRow``, as in
    /// Unicode's stream-safe format (UAX #15); no language has words of that kind.
    static func composed(_ text: [UInt8]) -> [UInt8] {
        var composed: [UInt8] = []
        composed.reserveCapacity(text.count)
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
        var start = scalars.startIndex
        var row = 0
        for index in scalars.indices {
            row = isMark(scalars[index]) ? row + 1 : 0
            if row > longestRow {
                append(String(scalars[start..<index]), to: &composed)
                start = index
                row = 1
            }
        }
        append(String(scalars[start...]), to: &composed)
        return composed
    }

    /// The marks that a Tibetan vowel sign stands for which is no mark by its class and begins with one when decomposed:
    /// the standard library does not order such among other marks. Nil for all other scalars.
    static func parts(ofStarter scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        switch scalar.value {
        case 0xF73: ["\u{F71}", "\u{F72}"]
        case 0xF75: ["\u{F71}", "\u{F74}"]
        case 0xF81: ["\u{F71}", "\u{F80}"]
        default: nil
        }
    }

    private static let longestRow = 30

    private static func append(_ piece: String, to composed: inout [UInt8]) {
        for scalar in piece._nfc {
            composed.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x300 { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return scalar.properties.canonicalCombiningClass != .notReordered
        }
    }
}
