extension Tokenizer {
    /// Where in `text` its words stand: for each word of ``tokenize(_:)``, in the same order, a range of bytes.
    ///
    /// For showing a text to people: scalar by scalar and therefore some ten times slower than ``tokenize(_:)``. The text
    /// is walked as it is written and not in NFC, which moves no border of a word: what composes is a letter with its
    /// marks, and no sign composes to a letter. O(*n*).
    ///
    /// - Parameter limit: the words after which to stop; one more may come.
    public mutating func places(in text: [UInt8], limit: Int = .max) -> [Range<Int>] {
        text.withUnsafeBytes { text in
            var walk = PlaceWalk()
            var at = 0
            while let base = text.baseAddress, at < text.count, walk.places.count < limit {
                let byte = text[at]
                if byte < 0x80 {
                    let start = at
                    at += 1
                    if PlaceWalk.isWordByte(byte) {
                        while at < text.count, PlaceWalk.isWordByte(text[at]) { at += 1 }
                        walk.step(.word, start..<at)
                    } else {
                        walk.step(.none, start..<at)
                    }
                } else {
                    let (value, length) = WordReader.decode(base + at, text.count - at)
                    walk.step(table.entry(value).role, at..<(at + length))
                    at += length
                }
            }
            walk.end()
            return walk.places
        }
    }
}

/// The words of a text while it is walked, one scalar a step.
private struct PlaceWalk {
    private(set) var places: [Range<Int>] = []
    private var open: Range<Int>?
    /// True where letters continue the open word.
    private var isSpaced = false

    mutating func step(_ role: ScalarEntry.Role, _ place: Range<Int>) {
        switch role {
        case .none: end()
        case .word:
            if !isSpaced { end() }
            open = (open?.lowerBound ?? place.lowerBound)..<place.upperBound
            isSpaced = true
        case .unspaced:
            end()
            open = place
            isSpaced = false
        case .mark: open = open.map { $0.lowerBound..<place.upperBound }
        case .invisible: break
        }
    }

    mutating func end() {
        if let open { places.append(open) }
        open = nil
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
    }
}
