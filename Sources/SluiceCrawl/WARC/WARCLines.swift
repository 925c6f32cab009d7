import Glibc

/// What the lines of a WARC file look like, for finding where headers end and records start.
enum WARCLines {
    /// The bytes behind a `WARC/` by which a record's start is told: a version line, a field's name and its colon.
    static let lookahead = 128

    /// How far behind a record, in bytes, line ends are passed over to see what follows it, and damage to its member makes it
    /// doubtful.
    static let foresight = 64 << 10

    /// What a record starts with.
    static let magic = "WARC/".utf8

    enum HeaderEnd {
        /// The header block is this long, its blank line included.
        case end(Int)
        /// The next record starts here, before a blank line came.
        case cut(Int)
        case none
    }

    static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") }

    /// Where the header block at the start of `bytes` ends. `searched` keeps the work linear while bytes are added;
    /// `memberStart` is where a compressed member starts in them.
    static func headerEnd(
        _ bytes: UnsafeBufferPointer<UInt8>, from searched: inout Int, memberStart: Int?
    ) -> HeaderEnd {
        // Members may be waiting far behind the header, which then ends before the first of them.
        let cut = memberStart.flatMap { isRecordStart(bytes, at: $0) ? $0 : nil }
        while let feed = find(UInt8(ascii: "\n"), in: bytes, from: searched), feed < cut ?? .max {
            let next = feed + 1
            if next == cut { break }
            let isReturn = next < bytes.count && bytes[next] == UInt8(ascii: "\r")
            let blank = isReturn ? next + 1 : next
            // What follows the line feed is not there yet.
            if blank >= bytes.count { return .none }
            if bytes[blank] == UInt8(ascii: "\n") { return .end(blank + 1) }
            let line = bytes[next...].prefix(lookahead)
            if line.starts(with: magic) {
                if line.count < lookahead { return .none }
                if isRecordStart(bytes, at: next) { return .cut(next) }
            }
            searched = next
        }
        if let cut { return .cut(cut) }
        searched = bytes.count
        return .none
    }

    /// The first record start at a line's start behind `from`, or nil.
    static func recordStart(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, from: Int) -> Int? {
        recordStart(UnsafeBufferPointer(rebasing: bytes), from: from)
    }

    /// The first record start at a line's start behind `from`, or nil.
    static func recordStart(_ bytes: UnsafeBufferPointer<UInt8>, from: Int) -> Int? {
        var at = from
        while let feed = find(UInt8(ascii: "\n"), in: bytes, from: at) {
            at = feed + 1
            if isRecordStart(bytes, at: at) { return at }
        }
        return nil
    }

    /// True where a version line and the name of a field stand at `at`.
    static func isRecordStart(_ bytes: UnsafeBufferPointer<UInt8>, at: Int) -> Bool {
        let rest = bytes.dropFirst(at).prefix(lookahead)
        guard rest.starts(with: magic) else { return false }
        guard let feed = rest.firstIndex(of: UInt8(ascii: "\n")), feed - at <= 16 else { return false }
        guard let colon = rest[feed...].firstIndex(of: UInt8(ascii: ":")), colon > feed + 1 else { return false }
        var name = rest[(feed + 1)..<colon]
        // A header is read with them, so it has to be found with them.
        while let last = name.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { name.removeLast() }
        return !name.isEmpty && name.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

/// The index of the first `byte` in `bytes` from `from` on, or nil.
func find(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from: Int = 0) -> Int? {
    guard from < bytes.count, let base = bytes.baseAddress else { return nil }
    guard let hit = memchr(base + from, Int32(byte), bytes.count - from) else { return nil }
    return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
}
