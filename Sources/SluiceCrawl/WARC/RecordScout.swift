import SluiceCore

/// Looks ahead in a compressed source for what stands at the stated end of a record too large to hold.
///
/// It reads the stream a second time, forward only, and keeps where records start in a bit per byte, so that any number
/// of wrong lengths costs one more pass over a member. Memory: one more stream, and at most a quarter of ``reach``.
final class RecordScout {
    /// How far behind a record's header it looks, in bytes; a longer record's length is not believed, so that hostile
    /// lengths are no work.
    static let reach = 256 << 20

    private let stream: MemberStream
    /// The position of the scout's first byte, in the positions of the stream it scouts for.
    private let origin: UInt64
    private var starts: [UInt64] = []
    /// The position of bit 0 of ``starts``.
    private var base: UInt64
    /// Everything before this position has been looked at.
    private var seen: UInt64
    /// The first member start that is a record's start; nothing behind it is looked at.
    private var cut: UInt64?
    private var barrier: (position: UInt64, isDamage: Bool)?

    /// A scout of what waits at the front of `stream`.
    init(of stream: MemberStream) throws(SluiceError) {
        self.stream = try MemberStream(
            window: FileWindow(path: stream.window.path), compression: stream.compression, at: stream.location,
            expectsWARC: stream.expectsWARC, isToRead: false)
        origin = stream.position &- self.stream.position
        base = stream.position
        seen = stream.position
    }

    /// True where what is known goes on from `position`.
    func serves(from position: UInt64) -> Bool {
        position >= base && cut.map { position < $0 } ?? true && barrier.map { position < $0.position } ?? true
    }

    /// True where a record from `start` to `end` is what the data shows: a record's start or the end of the stream
    /// follows it at once, or damage keeps that from being known.
    func endsRecord(from start: UInt64, to end: UInt64) throws(SluiceError) -> Bool {
        forget(before: start)
        // Two line ends close a record.
        let last = end + 4
        while seen <= last, cut == nil, barrier == nil { try look() }
        if let cut, cut < end { return false }
        if (end...last).contains(where: isStart) { return true }
        guard let barrier else { return false }
        return barrier.isDamage ? barrier.position <= last : (end...last).contains(barrier.position)
    }

    private func look() throws(SluiceError) {
        let ahead = WARCLines.lookahead
        let isMore = try stream.fill(32 * ahead)
        let bytes = stream.queue.bytes
        let front = stream.position &+ origin
        // A start is told with all its lookahead, or with all that there is.
        let told = isMore ? bytes.count - ahead : bytes.count
        var limit = told
        var at = -1
        while let start = stream.memberStart(after: at, before: told) {
            if WARCLines.isRecordStart(bytes, at: start) {
                cut = front + UInt64(start)
                limit = start + 1
                break
            }
            at = start
        }
        var feed = 0
        while let start = WARCLines.recordStart(bytes, from: feed), start < limit {
            note(front + UInt64(start))
            feed = start
        }
        if let cut { note(cut) }
        // The line feed before a start that is not told yet stays.
        let passed = isMore ? told - 1 : told
        stream.consume(passed)
        seen = front + UInt64(passed)
        guard !isMore, cut == nil else { return }
        if case .damage = stream.barrier { barrier = (seen, true) } else { barrier = (seen, false) }
    }

    private func note(_ position: UInt64) {
        guard position >= base else { return }
        let index = Int(position - base)
        while starts.count <= index / 64 { starts.append(0) }
        starts[index / 64] |= 1 << UInt64(index % 64)
    }

    private func isStart(_ position: UInt64) -> Bool {
        guard position >= base else { return false }
        let index = Int(position - base)
        return index / 64 < starts.count && starts[index / 64] >> UInt64(index % 64) & 1 == 1
    }

    private func forget(before position: UInt64) {
        // In large strides: each moves what stays.
        guard position >= base, position - base > UInt64(RecordScout.reach) else { return }
        let words = Int((position - base) / 64)
        starts.removeFirst(min(words, starts.count))
        base += UInt64(words) * 64
    }
}

extension MemberStream {
    /// True where a record whose content of `length` bytes starts with the first waiting byte is what the data shows:
    /// at its stated end a record starts, or the source ends.
    ///
    /// Costs a look at the file where it is uncompressed, a second decompression of the record where not.
    func showsRecord(length: Int) throws(SluiceError) -> Bool {
        let size = UInt64(max(0, length))
        if compression == .none {
            let (end, isBeyond) = location.memberOffset.addingReportingOverflow(size)
            guard !isBeyond, end <= window.size else { return false }
            let behind = try window.peek(at: end, 4 + WARCLines.lookahead)
            let blank = behind.prefix(4).prefix(while: WARCLines.isLineEnd).count
            return blank == behind.count || behind.withUnsafeBufferPointer { WARCLines.isRecordStart($0, at: blank) }
        }
        guard length <= RecordScout.reach else { return false }
        let start = position
        if let scout, scout.serves(from: start) { return try scout.endsRecord(from: start, to: start + size) }
        let fresh = try RecordScout(of: self)
        scout = fresh
        return try fresh.endsRecord(from: start, to: start + size)
    }
}
