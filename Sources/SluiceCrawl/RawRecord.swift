import SluiceCore

/// Where reading a source goes on.
///
/// A point stands before a record (or a damaged stretch), and reading from it gives what reading on would have given.
public struct ResumePoint: Sendable, Equatable {
    /// The offset in the file of the compressed member to seek to; in an uncompressed file, of the byte.
    public var memberOffset: UInt64
    /// The decompressed bytes of that member to pass over; 0 where a record starts its member, and uncompressed.
    public var skipBytes: UInt64
    /// The ordinal of the next record.
    public var ordinal: Int

    /// A point of its parts.
    public init(memberOffset: UInt64, skipBytes: UInt64, ordinal: Int) {
        self.memberOffset = memberOffset
        self.skipBytes = skipBytes
        self.ordinal = ordinal
    }

    /// The beginning of a source.
    public static let start = ResumePoint(memberOffset: 0, skipBytes: 0, ordinal: 0)
}

/// One record of a source, framed and not yet decoded.
public struct RawRecord: Sendable, Equatable {
    /// What the bytes of a record are.
    public enum Form: Sendable, Equatable {
        /// The block of a WARC record.
        case warc
        /// One line of JSON, without its line feed.
        case jsonl
        /// A whole source.
        case text
        /// A damaged stretch, or a record beyond a limit, of which only the header is there, where one was read.
        case damaged(Reason, detail: String)
    }

    /// The place among the records of the source, from 0.
    public var ordinal: Int
    /// Where it starts: the offset in the file of its compressed member (the same for all records of one member), or
    /// of its first byte in an uncompressed file.
    public var offset: UInt64
    /// The WARC header block, its blank line included; empty where there is none.
    public var header: [UInt8]
    /// The bytes behind the header, as `form` says.
    public var bytes: [UInt8]
    /// What `bytes` is.
    public var form: Form

    /// A record of its parts.
    public init(ordinal: Int, offset: UInt64, header: [UInt8] = [], bytes: [UInt8] = [], form: Form) {
        self.ordinal = ordinal
        self.offset = offset
        self.bytes = bytes
        self.header = header
        self.form = form
    }

    /// The bytes that it holds in memory.
    public var heldBytes: Int { header.count + bytes.count }

    /// SHA-256 over all of it, given that of ``bytes``, which is long and may be wanted by itself: over the header and that
    /// digest, or that digest alone where there is no header. O(header).
    public func digest(bytes: Digest) -> Digest {
        if header.isEmpty { return bytes }
        var digester = Digester()
        digester.update(header)
        digester.update(bytes)
        return digester.finish()
    }
}

/// Records that are committed together.
public struct RawBatch: Sendable {
    /// The records, in the order of the source; never empty.
    public var records: [RawRecord]
    /// Where to go on once this batch is committed.
    public var resume: ResumePoint
    /// The bytes of the file read so far, for progress and not to be stored: within a member it is an estimate.
    public var position: UInt64
    /// The bytes that belong to no sound record, in this batch's damaged stretches.
    ///
    /// Where compressed data is damaged these are bytes of the file: from the start of the damaged member (or from the
    /// damage, where records of that member came out before it) to the member where reading goes on. Where
    /// decompressed data is damaged they are decompressed bytes: those passed over to the next `WARC/` line. Blank lines
    /// between records, zero padding at the end of a file and the bytes of a record that is too large are not skipped.
    public var skipped: UInt64
    /// True where no record follows.
    public var isLast: Bool

    /// A batch of its parts.
    public init(records: [RawRecord], resume: ResumePoint, position: UInt64, skipped: UInt64, isLast: Bool) {
        self.records = records
        self.resume = resume
        self.position = position
        self.skipped = skipped
        self.isLast = isLast
    }
}
