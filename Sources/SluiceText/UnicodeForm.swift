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
