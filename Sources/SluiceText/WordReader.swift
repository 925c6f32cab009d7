/// Walks over a scanned text and writes its words.
///
/// The scan has cut the text into regions: runs of ASCII word bytes and bytes outside ASCII. What lies between separates
/// words; a region without bytes outside ASCII is one word; the others are read scalar by scalar.
///
/// Invariant: `regions` and `high` hold a bit for each byte of `text`, clear from its end on.
struct WordReader {
    let text: UnsafeRawBufferPointer
    let regions: UnsafeBufferPointer<UInt64>
    let high: UnsafeBufferPointer<UInt64>
    var writer: WordWriter
    /// The flags of scalars at which it stops: for ``ScalarEntry/suspect`` the text around may not be in NFC.
    let stops: UInt32
    private var counts = Counts()
    private var isStopped = false

    /// What is counted on the way.
    struct Counts {
        /// Words of one character of a script that is written without spaces.
        var unspacedWords = 0
        /// Bytes of spaces, dashes, quotation marks and invisible characters outside ASCII.
        var spacingBytes = 0
    }

    init(
        text: UnsafeRawBufferPointer, regions: UnsafeBufferPointer<UInt64>, high: UnsafeBufferPointer<UInt64>,
        writer: WordWriter, stops: UInt32
    ) {
        self.text = text
        self.regions = regions
        self.high = high
        self.writer = writer
        self.stops = stops
    }

    /// Writes all words; what it counted, or nil where it stopped at a scalar.
    mutating func read(isASCII: Bool, _ table: inout ScalarTable) -> Counts? {
        guard let base = text.baseAddress else { return counts }
        var start = 0
        var isInside = false
        var carry: UInt64 = 0
        for block in 0..<((text.count &+ 63) / 64) {
            let bits = regions[block]
            // A bit is an edge where it differs from the one before it: the start of a region, or the byte after it.
            var edges = bits ^ ((bits &<< 1) | carry)
            carry = bits &>> 63
            while edges != 0 {
                let edge = block &* 64 &+ edges.trailingZeroBitCount
                edges &= edges &- 1
                if isInside {
                    region(base, start, edge, isASCII, &table)
                    if isStopped { return nil }
                } else {
                    start = edge
                }
                isInside.toggle()
            }
        }
        if isInside { region(base, start, text.count, isASCII, &table) }
        return isStopped ? nil : counts
    }

    @inline(__always)
    private mutating func region(
        _ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ isASCII: Bool, _ table: inout ScalarTable
    ) {
        if isASCII || !hasHigh(start, end) {
            writer.write(asciiWord: base + start, count: end &- start, readable: text.count &- start)
        } else {
            mixed(base, start, end, &table)
        }
    }

    /// True where a byte of the region, which is not empty, lies outside ASCII.
    @inline(__always)
    private func hasHigh(_ start: Int, _ end: Int) -> Bool {
        let first = start &>> 6
        let last = (end &- 1) &>> 6
        let fromStart = UInt64.max &<< UInt64(truncatingIfNeeded: start & 63)
        let toEnd = UInt64.max &>> UInt64(truncatingIfNeeded: 63 &- ((end &- 1) & 63))
        if first == last { return high[first] & fromStart & toEnd != 0 }
        var any = (high[first] & fromStart) | (high[last] & toEnd)
        for block in (first &+ 1)..<last { any |= high[block] }
        return any != 0
    }

    /// Reads a region that holds bytes outside ASCII.
    @inline(never)
    private mutating func mixed(
        _ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ table: inout ScalarTable
    ) {
        var at = start
        var isOpen = false  // A word is being written …
        var isSpaced = false  // … and letters continue it.
        while at < end {
            let byte = base.load(fromByteOffset: at, as: UInt8.self)
            if byte < 0x80 {
                if isOpen && !isSpaced { writer.endWord() }
                writer.append(byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte)
                isOpen = true
                isSpaced = true
                at &+= 1
                continue
            }
            let (value, length) = WordReader.decode(base + at, end &- at)
            at &+= length
            let entry = table.entry(value)
            if entry.bits & stops != 0 {
                isStopped = true
                return
            }
            switch entry.role {
            case .none:
                if isOpen { writer.endWord() }
                isOpen = false
                if WordReader.isSpacing(value) { counts.spacingBytes &+= length }
            case .word:
                if isOpen && !isSpaced { writer.endWord() }
                append(value, entry)
                isOpen = true
                isSpaced = true
            case .unspaced:
                if isOpen { writer.endWord() }
                append(value, entry)
                counts.unspacedWords &+= 1
                isOpen = true
                isSpaced = false
            case .mark:
                if isOpen { append(value, entry) }
            case .invisible:
                counts.spacingBytes &+= length
            }
        }
        if isOpen { writer.endWord() }
    }

    @inline(__always)
    private mutating func append(_ value: UInt32, _ entry: ScalarEntry) {
        if entry.isExpanding, let scalar = Unicode.Scalar(value) {
            for lower in scalar.properties.lowercaseMapping.unicodeScalars { writer.append(scalar: lower.value) }
        } else {
            writer.append(scalar: entry.lower)
        }
    }

    /// Spaces outside ASCII and the block General Punctuation, which English has as any language has.
    @inline(__always)
    private static func isSpacing(_ value: UInt32) -> Bool {
        value == 0xA0 || value &- 0x2000 < 0x70 || value == 0x3000
    }

    /// The scalar at `bytes`, of which `count` can be read, and its length; U+FFFD of length 1 where there is none.
    @inline(__always)
    static func decode(_ bytes: UnsafeRawPointer, _ count: Int) -> (value: UInt32, length: Int) {
        func byte(_ index: Int) -> UInt32 { UInt32(bytes.load(fromByteOffset: index, as: UInt8.self)) }
        func isTail(_ value: UInt32) -> Bool { value & 0xC0 == 0x80 }
        let head = byte(0)
        if head >= 0xC2, head < 0xE0, count >= 2, isTail(byte(1)) {
            return ((head & 0x1F) &<< 6 | byte(1) & 0x3F, 2)
        }
        if head & 0xF0 == 0xE0, count >= 3, isTail(byte(1)), isTail(byte(2)) {
            let value = (head & 0xF) &<< 12 | (byte(1) & 0x3F) &<< 6 | byte(2) & 0x3F
            if value >= 0x800, value & 0xF800 != 0xD800 { return (value, 3) }
        }
        if head >= 0xF0, head < 0xF5, count >= 4, isTail(byte(1)), isTail(byte(2)), isTail(byte(3)) {
            let top = (head & 7) &<< 18 | (byte(1) & 0x3F) &<< 12
            let value = top | (byte(2) & 0x3F) &<< 6 | byte(3) & 0x3F
            if value >= 0x1_0000, value < 0x11_0000 { return (value, 4) }
        }
        return (0xFFFD, 1)
    }
}
