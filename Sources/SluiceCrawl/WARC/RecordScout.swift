import SluiceCore

/// Looks ahead in a compressed source for what stands at the stated end of a record too large to hold.
///
/// It reads the stream a second time, forward only, and keeps where a record may end in a bit per byte, so that any number
/// of wrong lengths costs one more pass over a member. Memory: one more stream, and at most a quarter of ``reach``.
final class RecordScout {
    /// How far behind a record's header it looks, in bytes; a longer record's length is believed only where the record is the
    /// first of its member, so that hostile lengths are no work.
    static let reach = 256 << 20

    private let stream: MemberStream
    /// The position of the scout's first byte, in the positions of the stream it scouts for.
    private let origin: UInt64
    private var ends: [UInt64] = []
    /// The position of bit 0 of ``ends``.
    private var base: UInt64
    /// From here to the front of the stream there are line ends alone.
    private var blankFrom: UInt64
    /// Everything before this position has been looked at.
    private var seen: UInt64
    /// The first member start that is a record's start; nothing behind it is looked at.
    private var cut: UInt64?
    private var barrier: (position: UInt64, isDamage: Bool)?

    /// A scout of what waits at the front of `stream`, for records that end at `base` or behind it.
    init(of stream: MemberStream, keepingFrom base: UInt64) throws(SluiceError) {
        self.stream = try MemberStream(
            window: FileWindow(path: stream.window.path, onRead: stream.window.onRead),
            compression: stream.compression, at: stream.location, expectsWARC: stream.expectsWARC, isToRead: false)
        origin = stream.position &- self.stream.position
        self.base = base
        blankFrom = stream.position
        seen = stream.position
    }

    /// True where what is known goes on from `position`.
    func serves(from position: UInt64) -> Bool {
        position >= base && cut.map { position < $0 } ?? true && barrier.map { position < $0.position } ?? true
    }

    /// True where a record from `start` to `end` is what the data shows: a record, a member or the end of the stream
    /// follows it, behind line ends alone, or damage keeps that from being known.
    func endsRecord(from start: UInt64, to end: UInt64) throws(SluiceError) -> Bool {
        forget(before: start)
        while seen <= end + UInt64(WARCLines.foresight), cut == nil, barrier == nil { try look() }
        if let cut, cut < end { return false }
        if let barrier, barrier.isDamage, barrier.position <= end { return true }
        return isEnd(end)
    }

    private func look() throws(SluiceError) {
        let ahead = WARCLines.lookahead
        let isMore = try stream.fill(32 * ahead)
        let bytes = stream.queue.bytes
        let front = stream.position &+ origin
        // A start is told with all its lookahead, or with all that there is.
        let told = isMore ? bytes.count - ahead : bytes.count
        var line = WARCLines.recordStart(bytes, from: 0)
        func noteLines(before end: Int) {
            while let start = line, start < end {
                note(start, in: bytes, at: front)
                line = WARCLines.recordStart(bytes, from: start)
            }
        }
        var at = -1
        while cut == nil, let start = stream.memberStart(after: at, before: told) {
            noteLines(before: start)
            note(start, in: bytes, at: front)
            if WARCLines.isRecordStart(bytes, at: start) { cut = front + UInt64(start) }
            at = start
        }
        if cut == nil { noteLines(before: told) }
        if !isMore, cut == nil {
            note(told, in: bytes, at: front)
            let isDamage = if case .damage = stream.barrier { true } else { false }
            barrier = (front + UInt64(told), isDamage)
        }
        // The line feed before a start that is not told yet stays.
        let passed = isMore ? told - 1 : told
        let blank = bytes.prefix(passed).reversed().prefix(while: WARCLines.isLineEnd).count
        if blank < passed { blankFrom = front + UInt64(passed - blank) }
        stream.consume(passed)
        seen = front + UInt64(passed)
    }

    /// Notes that a record may end at `index`, or before the line ends in front of it. In ascending order: what was noted
    /// before reaches back at least as far.
    private func note(_ index: Int, in bytes: UnsafeBufferPointer<UInt8>, at front: UInt64) {
        var position = front + UInt64(index)
        let least = max(base, position - min(position, UInt64(WARCLines.foresight)))
        while position >= least, !isEnd(position) {
            mark(position)
            guard position > least else { break }
            position -= 1
            let isBlank = position >= front ? WARCLines.isLineEnd(bytes[Int(position - front)]) : position >= blankFrom
            guard isBlank else { break }
        }
    }

    private func mark(_ position: UInt64) {
        let index = Int(position - base)
        while ends.count <= index / 64 { ends.append(0) }
        ends[index / 64] |= 1 << UInt64(index % 64)
    }

    private func isEnd(_ position: UInt64) -> Bool {
        guard position >= base else { return false }
        let index = Int(position - base)
        return index / 64 < ends.count && ends[index / 64] >> UInt64(index % 64) & 1 == 1
    }

    private func forget(before position: UInt64) {
        // In large strides: each moves what stays.
        guard position >= base, position - base > UInt64(RecordScout.reach) else { return }
        let words = Int((position - base) / 64)
        ends.removeFirst(min(words, ends.count))
        base += UInt64(words) * 64
    }
}

extension MemberStream {
    /// True where a record whose content of `length` bytes starts with the first waiting byte is what the data shows:
    /// at its stated end, or behind line ends there, a record or a member starts, or the source ends.
    ///
    /// Costs a look at the file where it is uncompressed, a second decompression of the record where not; `farthest` is the
    /// position behind which that is not worth it.
    func showsRecord(length: Int, isFirstOfMember: Bool, farthest: UInt64) throws(SluiceError) -> Bool {
        let size = UInt64(max(0, length))
        if compression == .none {
            let (end, isBeyond) = location.memberOffset.addingReportingOverflow(size)
            guard !isBeyond, end <= window.size else { return false }
            // Mostly there are no more line ends than those that close a record.
            for reach in [4, WARCLines.foresight] {
                let behind = try window.peek(at: end, reach + WARCLines.lookahead)
                let blank = behind.prefix(while: WARCLines.isLineEnd).count
                guard blank > reach else {
                    return blank == behind.count
                        || behind.withUnsafeBufferPointer { WARCLines.isRecordStart($0, at: blank) }
                }
            }
            return false
        }
        let (start, end) = (position, position + size)
        guard length <= RecordScout.reach else {
            // Such a look ends at the next member that starts with a record, so all of them together are one pass.
            guard isFirstOfMember, end <= farthest else { return false }
            return try RecordScout(of: self, keepingFrom: end).endsRecord(from: start, to: end)
        }
        if let scout, scout.serves(from: start) { return try scout.endsRecord(from: start, to: end) }
        let fresh = try RecordScout(of: self, keepingFrom: start)
        scout = fresh
        return try fresh.endsRecord(from: start, to: end)
    }
}
