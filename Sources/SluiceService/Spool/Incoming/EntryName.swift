/// The name of a file in the spool: valid UTF-8 without signs that steer a terminal or a reader's eye.
///
/// Two names are equal where their bytes are, as the kernel sees it: `String` would take two spellings of one accent
/// for the same.
package struct EntryName: Hashable, Comparable, Sendable {
    /// The name.
    package let text: String

    /// What speaks against a name.
    package enum Refusal: Error, Equatable, Sendable {
        /// It is hidden, or ends as names end that are given to files while they are written.
        case unfinished
        /// It is not UTF-8, holds control characters, or ends as a report's does.
        case unusable
    }

    /// Endings of files that somebody is still writing.
    private static let unfinishedEndings = [".part", ".partial", ".tmp"]
    /// What a report's name ends in.
    package static let reportEnding = ".report.json"

    /// The name with these bytes.
    package init(_ bytes: [UInt8]) throws(Refusal) {
        guard bytes.first != UInt8(ascii: ".") else { throw .unfinished }
        let lowercased = bytes.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        for ending in EntryName.unfinishedEndings where lowercased.ends(with: ending.utf8) { throw .unfinished }
        guard !bytes.isEmpty, !lowercased.ends(with: EntryName.reportEnding.utf8), !bytes.contains(UInt8(ascii: "/")),
            let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: EntryName.misleads)
        else { throw .unusable }
        self.text = text
    }

    /// True for control characters, for line and paragraph separators, and for marks that turn the direction of writing
    /// and so make a name look like another.
    private static func misleads(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// True where both have the same bytes.
    package static func == (left: EntryName, right: EntryName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    /// By their bytes.
    package static func < (left: EntryName, right: EntryName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    /// Feeds the bytes to a hash.
    package func hash(into hasher: inout Hasher) {
        var copy = text
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension Array where Element == UInt8 {
    fileprivate func ends(with ending: String.UTF8View) -> Bool {
        count >= ending.count && suffix(ending.count).elementsEqual(ending)
    }
}
