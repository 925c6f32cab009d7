import CSluiceKernels

/// Cuts texts into normalised words, one text after the other; keeps its scratch and its Unicode tables between them.
///
/// A word is a maximal run of letters, numbers (Unicode categories L and N) and underscores, with the marks (M) that
/// follow them. Apostrophes, hyphens and all other signs separate. A letter of a script that is written without spaces
/// (Han, kana, Thai, Lao, Khmer, Myanmar) is a word of its own with its marks. Words are compared in NFC and in lower
/// case (Unicode's default mapping; ς counts as σ); variation selectors and what else is invisible (soft hyphens, joiners,
/// spaces of no width, marks of direction) are passed over.
///
/// Linear in the length of the text whatever it holds, and safe on bytes that are not UTF-8, which separate words.
public struct Tokenizer: Sendable {
    private var regions: [UInt64] = []
    private var high: [UInt64] = []
    var table = ScalarTable()

    /// A tokeniser without scratch; the first texts make it.
    public init() {}

    /// The words of `text`, valid UTF-8. O(*n*); ASCII text goes at about 750 MB/s, German or French at 450.
    public mutating func tokenize(_ text: [UInt8]) -> Words {
        let counts = scan(text)
        var words: Words
        if let whole = read(text, counts, stops: ScalarEntry.suspect) {
            words = whole
        } else if UnicodeForm.passesQuickCheck(text), let whole = read(text, counts, stops: ScalarEntry.moving) {
            words = whole
        } else {
            let composed = UnicodeForm.composed(folded(text))
            words = read(composed, scan(composed), stops: 0) ?? Words()
        }
        words.shape.bytes = text.count
        words.shape.lines = counts.lines
        words.shape.upper = counts.upper
        words.shape.digits = counts.digits
        words.shape.punctuation = counts.punctuation
        // Markdown's sign for bold says nothing of whether a text is prose.
        words.shape.symbols = counts.symbols - 2 * counts.emphases
        words.shape.controls = counts.controls
        releaseExcess()
        return words
    }

    /// `text` in lower case and without what is invisible, which is more than reading does: what composes only then, as a
    /// small j with the caron of a capital does, has to before its words are read. O(*n*).
    private mutating func folded(_ text: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        func append(_ scalar: Unicode.Scalar) {
            folded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            let entry = table.entry(scalar.value)
            if entry.role == .invisible { continue }
            if entry.isExpanding {
                scalar.properties.lowercaseMapping.unicodeScalars.forEach(append)
            } else if let parts = UnicodeForm.parts(ofStarter: scalar) {
                parts.forEach(append)
            } else {
                append(Unicode.Scalar(entry.lower) ?? scalar)
            }
        }
        return folded
    }

    /// Marks the bytes of `text` in `regions` and `high`, and counts them.
    private mutating func scan(_ text: [UInt8]) -> sluice_text_counts {
        let blocks = (text.count + 63) / 64
        if regions.count < blocks {
            regions = [UInt64](repeating: 0, count: blocks)
            high = regions
        }
        var counts = sluice_text_counts()
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return }
            sluice_text_scan(base, text.count, &regions, &high, &counts)
        }
        return counts
    }

    /// The words of a scanned text, or nil at the first scalar with one of the flags `stops`.
    private mutating func read(_ text: [UInt8], _ counts: sluice_text_counts, stops: UInt32) -> Words? {
        // Every word starts at an ASCII run or at a scalar outside ASCII; a scalar grows by at most one byte.
        let mostWords = counts.word_starts + counts.leads
        let mostBytes = counts.word_bytes + counts.high + counts.leads + mostWords + 16
        var counted: WordReader.Counts? = WordReader.Counts()
        var normalized: [UInt8] = []
        var hashes = [UInt64](unsafeUninitializedCapacity: mostWords) { hashes, wordCount in
            guard let hashBase = hashes.baseAddress, mostWords > 0 else { return }
            normalized = [UInt8](unsafeUninitializedCapacity: mostBytes) { bytes, byteCount in
                guard let byteBase = bytes.baseAddress else { return }
                let writer = WordWriter(bytes: UnsafeMutableRawPointer(byteBase), hashes: hashBase)
                text.withUnsafeBytes { text in
                    regions.withUnsafeBufferPointer { regions in
                        high.withUnsafeBufferPointer { high in
                            var reader = WordReader(
                                text: text, regions: regions, high: high, writer: writer,
                                stops: stops)
                            counted = reader.read(isASCII: counts.high == 0, &table)
                            byteCount = reader.writer.joinedCount
                            wordCount = reader.writer.wordCount
                        }
                    }
                }
            }
        }
        guard let counted else { return nil }
        if mostWords > 2 * hashes.count + 64 { hashes = Array(hashes[...]) }
        var shape = TextShape()
        shape.unspacedWords = counted.unspacedWords
        shape.nonASCII = counts.high - counted.spacingBytes
        return Words(hashes: hashes, normalized: normalized, shape: shape)
    }

    /// A huge text must not keep a worker large for ever.
    private mutating func releaseExcess() {
        if regions.count > Tokenizer.keptBlocks {
            regions = []
            high = []
        }
    }

    /// Blocks of 64 bytes that the scratch keeps room for: 4 MB of text, 1 MB of scratch.
    private static let keptBlocks = 65_536
}
