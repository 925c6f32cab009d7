/// How a source's bytes are packed.
public enum Compression: String, CaseIterable, Sendable {
    /// Not at all.
    case none
    /// gzip members (RFC 1952), one or many.
    case gzip
    /// Zstandard frames (RFC 8878), one or many.
    case zstd
}

/// One compression's ways, for the stream that reads its members.
enum MemberDecoder {
    case none
    case gzip(GzipStream)
    case zstd(ZstdStream)

    init(_ compression: Compression) {
        switch compression {
        case .none: self = .none
        case .gzip: self = .gzip(GzipStream())
        case .zstd: self = .zstd(ZstdStream())
        }
    }

    func reset() {
        switch self {
        case .none: break
        case .gzip(let stream): stream.reset()
        case .zstd(let stream): stream.reset()
        }
    }

    func step(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodeStep {
        switch self {
        case .none: DecodeStep(consumed: 0, produced: 0, status: .end)
        case .gzip(let stream): stream.step(input, into: output)
        case .zstd(let stream): stream.step(input, into: output)
        }
    }
}

extension Compression {
    /// The bytes that a member of this compression needs to be told by.
    static let magicBytes = 4

    /// True where `bytes` start with a member: a gzip header without reserved flags, or a Zstandard or skippable frame.
    func isMemberStart(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= Compression.magicBytes else { return false }
        switch self {
        case .none: return false
        case .gzip: return bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8 && bytes[3] & 0xE0 == 0
        case .zstd:
            let frame = bytes[0] == 0x28 && bytes[1] == 0xB5 && bytes[2] == 0x2F && bytes[3] == 0xFD
            let skippable = bytes[0] & 0xF0 == 0x50 && bytes[1] == 0x2A && bytes[2] == 0x4D && bytes[3] == 0x18
            return frame || skippable
        }
    }

    /// The bytes that tell whether a member has a check.
    static let headBytes = 5

    /// True where the member that `bytes` start with ends with a check of its content, as every one of gzip does.
    func hasCheck(_ bytes: UnsafeRawBufferPointer) -> Bool {
        self == .gzip || bytes.count >= Compression.headBytes && bytes[4] & 4 != 0
    }

    /// The byte to look for when looking for a member.
    var firstMagicByte: UInt8 { self == .zstd ? 0x28 : 0x1F }
}
