import Glibc

/// A sign of origin found in the bytes of a text before they were cleaned.
///
/// That a mark is there says that somebody signed the text, not that a model wrote it.
public struct ProvenanceMark: Sendable, Equatable {
    /// Which convention the mark follows.
    public enum Kind: String, CaseIterable, Sendable {
        /// C2PA's wrapper for plain text: U+FEFF, then variation selectors that spell a manifest, a byte each.
        case c2paText = "c2pa-text"
    }

    /// Whether the mark is whole.
    public enum Status: String, CaseIterable, Sendable {
        /// Version and length are as the convention says; the manifest itself has not been read.
        case ok
        /// The magic is there, but the version is unknown or the length is not that of what follows.
        case corrupted
    }

    /// Which convention the mark follows.
    public var kind: Kind
    /// Where it starts in the raw text, in bytes.
    public var offset: Int
    /// How many bytes of the raw text it takes.
    public var length: Int
    /// Whether it is whole.
    public var status: Status

    /// A mark of its parts.
    public init(kind: Kind, offset: Int, length: Int, status: Status) {
        self.kind = kind
        self.offset = offset
        self.length = length
        self.status = status
    }
}

/// C2PA's wrapper for plain text (specification 2.3, "Embedding manifests into unstructured text").
///
/// U+FE00 to U+FE0F stand for the bytes 0 to 15, U+E0100 to U+E01EF for 16 to 255. The bytes are the magic `C2PATXT\0`,
/// the version 1, the manifest's length as a big-endian 32-bit number, and the manifest.
enum C2PAWrapper {
    private static let magic = Array("C2PATXT\0".utf8)
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let headerLength = 13

    /// The wrappers in `raw`, in order. O(*n*).
    static func all(in raw: [UInt8]) -> [ProvenanceMark] {
        raw.withUnsafeBytes { bytes in
            var marks: [ProvenanceMark] = []
            var at = 0
            while let start = nextByteOrderMark(bytes, from: at) {
                let mark = wrapper(bytes, at: start)
                at = start + (mark?.length ?? byteOrderMark.count)
                if let mark { marks.append(mark) }
            }
            return marks
        }
    }

    private static func nextByteOrderMark(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var at = start
        while bytes.count - at >= byteOrderMark.count {
            guard let found = memchr(base + at, Int32(byteOrderMark[0]), bytes.count - at - 2) else { return nil }
            at = UnsafeRawPointer(found) - base
            if bytes[at + 1] == byteOrderMark[1], bytes[at + 2] == byteOrderMark[2] { return at }
            at += 1
        }
        return nil
    }

    /// The wrapper whose U+FEFF is at `start`, or nil where what follows is none.
    private static func wrapper(_ bytes: UnsafeRawBufferPointer, at start: Int) -> ProvenanceMark? {
        var at = start + byteOrderMark.count
        var header: [UInt8] = []
        var count = 0
        while let (value, length) = selector(bytes, at: at) {
            if count < headerLength { header.append(value) }
            count += 1
            at += length
        }
        guard header.starts(with: magic) else { return nil }
        var isWhole = header.count == headerLength && header[magic.count] == 1
        if isWhole {
            let length = header[(magic.count + 1)...].reduce(0) { $0 << 8 | Int($1) }
            isWhole = count - headerLength == length
        }
        return ProvenanceMark(
            kind: .c2paText, offset: start, length: at - start, status: isWhole ? .ok : .corrupted)
    }

    /// The byte that the variation selector at `at` stands for, and the selector's length.
    private static func selector(_ bytes: UnsafeRawBufferPointer, at: Int) -> (value: UInt8, length: Int)? {
        let left = bytes.count - at
        if left >= 3, bytes[at] == 0xEF, bytes[at + 1] == 0xB8, bytes[at + 2] & 0xF0 == 0x80 {
            return (bytes[at + 2] & 0x0F, 3)
        }
        guard left >= 4, bytes[at] == 0xF3, bytes[at + 1] == 0xA0, bytes[at + 2] & 0xFC == 0x84,
            bytes[at + 3] & 0xC0 == 0x80
        else { return nil }
        let value = Int(bytes[at + 2] & 3) << 6 | Int(bytes[at + 3] & 0x3F)
        return value < 240 ? (UInt8(value + 16), 4) : nil
    }
}
