import SluiceCore

/// Reads the records of one source in order, in batches, from its start or from where an earlier reader stopped.
///
/// What it yields from a resume point on depends on the file and that point alone. Memory: the batch, one record more,
/// and about 10 MiB; up to 80 MiB where one gzip member is the last 16 MiB of the file or less; 64 MiB more once a
/// compressed source holds a record beyond `limits.recordBytes`; up to 8 MiB more for a record in very many members.
public final class SourceReader {
    /// What the source is made of, as found.
    public let format: SourceFormat
    /// How the source is packed, as found.
    public let compression: Compression
    /// The size of the file in bytes.
    public var size: UInt64 { stream.window.size }
    /// The bytes passed so far, unpacked: those of the records and whatever stood between them.
    public var passedBytes: UInt64 { stream.position }

    private let stream: MemberStream
    private let framer: Framer
    private var ordinal: Int
    /// How far in the file the last batch came.
    private var reached: UInt64 = 0
    /// The record behind the last batch, read ahead, and where it was found.
    private var ahead: Framed?
    private var aheadLocation: Location

    /// Opens the regular file at `path` and tells what it is.
    ///
    /// - Parameters:
    ///   - name: What the file is called, where its path does not end in its name: endings such as `.warc.gz` say what
    ///     damaged or empty bytes do not.
    ///   - checksAhead: Whether a compressed member is checked before any record of it is given out, whatever its size;
    ///     false for whoever makes nothing of the records before the last of them.
    ///   - onRead: Called whenever bytes of the file were read, which go on for long before a record where it is large.
    /// - throws: `.inputMissing` where the file is missing, unreadable, not a regular file or not as long as it says,
    ///   `.noUsableData` for ARC files and for what begins as another format than `format`, `.io` where reading fails.
    public init(
        path: String, name: String? = nil, format: SourceFormat = .auto, limits: Limits, resume: ResumePoint? = nil,
        checksAhead: Bool = true, onRead: @escaping @Sendable () -> Void = {}
    ) throws(SluiceError) {
        let window = try FileWindow(path: path, onRead: onRead)
        try window.requireLength()
        let sniffer = Sniffer(path: path, name: name ?? path)
        compression = try sniffer.compression(window)
        let from = resume ?? .start
        let isFromStart = from.memberOffset == 0 && from.skipBytes == 0
        let found: (format: SourceFormat, stream: MemberStream?) =
            format == .text
            ? (.text, nil)
            : try sniffer.format(
                window, compression, asked: format, isToRead: isFromStart, checksAhead: checksAhead)
        self.format = found.format
        framer = Framer(self.format, limits: limits)
        ordinal = from.ordinal
        let expectsWARC = self.format == .warc
        if let sniffed = found.stream, !expectsWARC {
            stream = sniffed
        } else {
            stream = try MemberStream(
                window: window, compression: compression,
                at: Location(memberOffset: from.memberOffset, skipBytes: from.skipBytes), expectsWARC: expectsWARC,
                checksAhead: checksAhead)
        }
        aheadLocation = stream.location
        if isFromStart, try stream.fill(3),
            stream.queue.bytes.starts(with: [0xEF, 0xBB, 0xBF])
        {
            stream.consume(3)
        }
        try readAhead()
    }

    /// The bytes of the stream at which a batch ends, whatever was kept of them.
    private static let span: UInt64 = 256 << 20

    /// The next batch: `maxRecords` records (at least one), fewer where their bytes reach `maxBytes` before or the
    /// source ends; nil after the last.
    ///
    /// - throws: `.io` where reading fails.
    public func nextBatch(maxRecords: Int, maxBytes: Int) throws(SluiceError) -> RawBatch? {
        guard ahead != nil else { return nil }
        var batch = RawBatch(
            records: [], resume: .start, position: 0, skipped: 0, isLast: false)
        var held = 0
        let start = stream.position
        while var next = ahead {
            next.record.ordinal = ordinal
            ordinal += 1
            held += next.record.heldBytes
            batch.skipped += next.skipped
            batch.records.append(next.record)
            try readAhead()
            if batch.records.count >= maxRecords || held >= maxBytes { break }
            // What was passed over took its time too, and what was found so far should be written down.
            if stream.position - start >= SourceReader.span { break }
        }
        batch.resume = ResumePoint(
            memberOffset: aheadLocation.memberOffset, skipBytes: aheadLocation.skipBytes, ordinal: ordinal)
        // A member that was streamed had run ahead of what it gave out.
        reached = max(reached, stream.passedPosition)
        batch.position = reached
        batch.isLast = ahead == nil
        if batch.isLast { batch.skipped += stream.padding }
        return batch
    }

    private func readAhead() throws(SluiceError) {
        aheadLocation = stream.location
        ahead = try framer.next(stream)
    }
}
