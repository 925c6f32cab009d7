import SluiceCore

/// A record as a framer found it, before it has its ordinal.
struct Framed {
    var record: RawRecord
    /// Bytes that belong to no sound record, in this damaged stretch.
    var skipped: UInt64 = 0
}

/// Cuts a stream into the records of one format.
enum Framer {
    case warc(WARCFramer)
    case jsonl(LineFramer)
    case text(TextFramer)

    init(_ format: SourceFormat, limits: Limits) {
        switch format {
        case .warc: self = .warc(WARCFramer(limits: limits))
        case .jsonl: self = .jsonl(LineFramer(limits: limits))
        case .text, .auto: self = .text(TextFramer(limits: limits))
        }
    }

    /// The next record; nil where the stream ends.
    func next(_ stream: MemberStream) throws(SluiceError) -> Framed? {
        switch self {
        case .warc(let framer): try framer.next(stream)
        case .jsonl(let framer): try framer.next(stream)
        case .text(let framer): try framer.next(stream)
        }
    }
}

extension MemberStream {
    /// The record that stands for the damage behind the waiting bytes, which are given up, and behind those passed over
    /// since position `since` of the stream.
    func damagedRecord(
        at location: Location, since: UInt64? = nil, header: [UInt8] = []
    ) throws(SluiceError) -> Framed {
        let damage = try takeDamage(since: since ?? position)
        return Framed(
            record: RawRecord(
                ordinal: 0, offset: location.memberOffset, header: header,
                form: .damaged(damage.reason, detail: damage.detail)),
            skipped: damage.skipped)
    }

    /// True where the member that holds the bytes before waiting byte `index` is damaged right behind what waits.
    func endsInDamage(before index: Int) -> Bool {
        guard case .damage(let damage) = barrier else { return false }
        return damage.streamStart < position + UInt64(index)
    }
}

/// Cuts a stream into lines; blank ones are none.
struct LineFramer {
    let limits: Limits

    func next(_ stream: MemberStream) throws(SluiceError) -> Framed? {
        let limit = stream.compression == .none ? .max : stream.position + UInt64(longest)
        while true {
            // Only once a byte waits is its member known for certain.
            _ = try stream.fill(1)
            if stream.position > limit { return blank(stream, at: stream.location) }
            passBlankLines(stream, upTo: limit)
            _ = try stream.fill(1)
            let start = stream.location
            let (length, terminator) = try lineLength(stream)
            if length > limits.lineBytes { return try tooLong(stream, at: start) }
            let end = length + terminator
            let isCut = try !stream.fill(end + 1) && (terminator == 0 || stream.endsInDamage(before: end))
            if isCut, case .damage = stream.barrier { return try stream.damagedRecord(at: start) }
            if end == 0 { return nil }
            let isBlank = stream.queue.bytes.prefix(length).allSatisfy(isJSONSpace)
            let bytes = isBlank ? [] : stream.queue.copy(length)
            stream.consume(end)
            if isBlank { continue }
            return Framed(record: RawRecord(ordinal: 0, offset: start.memberOffset, bytes: bytes, form: .jsonl))
        }
    }

    /// Passes over the blank lines among the waiting bytes, but for what may be the last of them, and not beyond the first
    /// line that ends behind position `limit` of the stream.
    private func passBlankLines(_ stream: MemberStream, upTo limit: UInt64) {
        let waiting = stream.queue.bytes
        guard let first = waiting.first, isJSONSpace(first) else { return }
        let room = Int(clamping: limit - stream.position)
        let blank = waiting.dropLast().prefix(room < Int.max ? room + 1 : room).prefix(while: isJSONSpace)
        if let feed = blank.lastIndex(of: UInt8(ascii: "\n")) { stream.consume(feed + 1) }
    }

    /// The record that stands for everything from here on.
    private func blank(_ stream: MemberStream, at start: Location) -> Framed {
        Framed(
            record: RawRecord(
                ordinal: 0, offset: start.memberOffset,
                form: .damaged(
                    .strayBytes, detail: "blank lines alone for \(longest) bytes; nothing behind was read")),
            skipped: stream.giveUp())
    }

    /// The length of the waiting line and of its line feed (0 at the end of the stream); more than the limit where it is longer.
    private func lineLength(_ stream: MemberStream) throws(SluiceError) -> (length: Int, terminator: Int) {
        var searched = 0
        while true {
            let bytes = stream.queue.bytes
            if let feed = find(UInt8(ascii: "\n"), in: bytes, from: searched) { return (feed, 1) }
            searched = bytes.count
            if searched > limits.lineBytes { return (searched, 0) }
            if try !stream.fill(searched + 1) { return (searched, 0) }
        }
    }

    /// How many times its limit a compressed line may be long and still be passed over: a few kilobytes can stand for a
    /// terabyte without an end of line, which would keep every other source waiting for as long as that takes to unpack.
    private static let patience = 256

    private var longest: Int { max(1 << 20, limits.lineBytes.multipliedClamped(by: LineFramer.patience)) }

    private func tooLong(_ stream: MemberStream, at start: Location) throws(SluiceError) -> Framed {
        var left = stream.compression == .none ? Int.max : longest
        while left > 0, try stream.fill(1) {
            let bytes = stream.queue.bytes.prefix(left)
            if let feed = find(UInt8(ascii: "\n"), in: UnsafeBufferPointer(rebasing: bytes)) {
                stream.consume(feed + 1)
                return framed("longer than \(limits.lineBytes) bytes", start)
            }
            left -= bytes.count
            stream.consume(bytes.count)
        }
        if left > 0 { return framed("longer than \(limits.lineBytes) bytes", start) }
        return framed(
            "no end within \(longest) bytes; nothing behind was read", start, stream.giveUp())
    }

    private func framed(_ detail: String, _ start: Location, _ skipped: UInt64 = 0) -> Framed {
        Framed(
            record: RawRecord(
                ordinal: 0, offset: start.memberOffset, form: .damaged(.lineTooLong, detail: detail)),
            skipped: skipped)
    }
}

/// Takes a whole stream for one record.
struct TextFramer {
    let limits: Limits

    func next(_ stream: MemberStream) throws(SluiceError) -> Framed? {
        _ = try stream.fill(1)
        let start = stream.location
        if try stream.fill(limits.recordBytes + 1) {
            _ = stream.finish()
            return Framed(
                record: RawRecord(
                    ordinal: 0, offset: start.memberOffset, bytes: [],
                    form: .damaged(.recordTooLarge, detail: "larger than \(limits.recordBytes) bytes")))
        }
        if case .damage = stream.barrier {
            var damaged = try stream.damagedRecord(at: start)
            // A text with a hole is not the text: what comes behind the damage goes with it.
            damaged.skipped += stream.finish()
            return damaged
        }
        if stream.queue.count == 0 { return nil }
        let bytes = stream.queue.copy(stream.queue.count)
        stream.consume(bytes.count)
        return Framed(record: RawRecord(ordinal: 0, offset: start.memberOffset, bytes: bytes, form: .text))
    }
}

/// True for the white space of RFC 8259.
func isJSONSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
}

extension Int {
    func multipliedClamped(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
