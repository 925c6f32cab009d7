import Glibc
import SluiceCore

/// A place in a source: a member, and the decompressed bytes behind its start.
struct Location: Equatable {
    var memberOffset: UInt64
    var skipBytes: UInt64
}

/// Compressed data that cannot be read.
struct Damage {
    /// What is wrong.
    var detail: String
    /// The offset in the file of the damaged member, or of what stands where one was expected.
    var memberOffset: UInt64
    /// The position in the stream at which the member's bytes start.
    var streamStart: UInt64
    /// The offset in the file where the damage was noticed.
    var noticedAt: UInt64
    /// True where no member starts at all.
    var isStray = false
    /// True where the member is sound, but one more than may be waiting.
    var isCrowd = false
}

/// Why a stream gives no more bytes for now.
enum Barrier {
    case end
    /// Damaged data follows the bytes that wait; ``MemberStream/takeDamage(since:)`` passes over it.
    case damage(Damage)
}

/// The decompressed bytes of a source, the members they came from, and the damage between them.
///
/// What comes out from a location on is a function of the file and that location alone, whoever asks and however the
/// windows fall; that is what makes reading resumable. Memory: the file window, a member's output
/// (``wholeOutput``; 64 MiB where the file's last 16 MiB or fewer are one gzip member, which are in memory too until it is
/// decompressed), 8 MiB at most for the marks of members, and whatever the caller asks to have waiting at once.
final class MemberStream {
    let window: FileWindow
    let compression: Compression
    let queue = ByteQueue()
    /// What keeps the stream from giving more bytes than wait in ``queue``.
    private(set) var barrier: Barrier?
    /// True where members are known to start WARC records, which keeps false starts out when looking for one.
    let expectsWARC: Bool
    /// How often it is still tried to decompress a member in one go that is large, but not very large. A try that fails has
    /// read all that is left of the file, so there are few of them, however many members that may be.
    var largeTries: Int
    /// Whether members too large to hold are checked before any of them is given out.
    private let checksAhead: Bool
    /// What looks ahead for the ends of records too large to hold; nothing that comes out depends on its past.
    var scout: RecordScout?

    /// The position in the stream of the first waiting byte.
    private(set) var position: UInt64 = 0
    /// The zeros behind the last member, in bytes of the file, once they have been met.
    private(set) var padding: UInt64 = 0
    /// The members that start up to here in the stream start no record, as who frames it has found.
    var plainUntil: UInt64 = 0
    /// The member of the first waiting byte, and those that start behind it.
    private var marks: MemberMarks
    /// The offset in the file of what is decompressed next.
    private(set) var nextInput: UInt64
    private var isInside = false
    private let decoder: MemberDecoder
    let member = GzipMember()

    /// The most output, in bytes, of a member that is checked as a whole before any of it is given out.
    static let wholeOutput = 8 << 20
    /// What the decoder is given and asked for at a time, in bytes: the same steps from a member's start on, so that
    /// how far a damaged member decompresses, and where that is noticed, depend on the file alone.
    private static let chunk = 128 << 10

    /// A stream of the members from `location` on.
    ///
    /// - Parameters:
    ///   - isToRead: False where what comes out is only looked at, so that no more of it is decompressed than is asked for.
    ///   - checksAhead: False for whoever makes nothing of the bytes before the last of them has come.
    init(
        window: FileWindow, compression: Compression, at location: Location, expectsWARC: Bool,
        isToRead: Bool = true, checksAhead: Bool = true
    ) throws(SluiceError) {
        self.window = window
        self.checksAhead = checksAhead && isToRead
        largeTries = isToRead ? MemberStream.mostLargeTries : 0
        self.expectsWARC = expectsWARC
        self.compression = compression
        decoder = MemberDecoder(compression)
        nextInput = location.memberOffset
        marks = MemberMarks(MemberMark(streamStart: 0, offset: location.memberOffset))
        var rest = location.skipBytes
        while rest > 0, try fill(1) {
            let step = min(rest, UInt64(queue.count))
            consume(Int(step))
            rest -= step
        }
    }

    /// The offset in the file up to which it has been read; it runs ahead of the bytes given out.
    var inputPosition: UInt64 { min(nextInput, window.size) }

    /// The offset in the file up to which it has been given out; within a member, in proportion to what is decompressed.
    var passedPosition: UInt64 {
        let end = MemberMark(streamStart: position + UInt64(queue.count), offset: inputPosition)
        let (from, to) = (marks.first, marks.second ?? end)
        guard to.streamStart > from.streamStart, to.offset > from.offset else { return to.offset }
        let share = Double(position - from.streamStart) / Double(to.streamStart - from.streamStart)
        return from.offset + UInt64(Double(to.offset - from.offset) * share)
    }

    /// Where the first waiting byte is; at the end of a member, where the next one starts.
    var location: Location {
        guard compression != .none else {
            return Location(memberOffset: nextInput - UInt64(queue.count), skipBytes: 0)
        }
        return Location(memberOffset: marks.first.offset, skipBytes: position - marks.first.streamStart)
    }

    /// Waits for `count` bytes; false where an end or damage comes before them.
    func fill(_ count: Int) throws(SluiceError) -> Bool {
        while queue.count < count {
            guard barrier == nil else { return false }
            try produce()
        }
        return true
    }

    /// Takes away the first `length` waiting bytes.
    func consume(_ length: Int) {
        let taken = min(max(length, 0), queue.count)
        queue.consume(taken)
        position += UInt64(taken)
        marks.pass(to: position)
        if case .damage(let damage) = barrier, damage.isCrowd, !marks.isFull { barrier = nil }
    }

    /// The first waiting byte behind `index` and before `end` at which a member starts.
    func memberStart(after index: Int, before end: Int) -> Int? {
        guard index < end else { return nil }
        // The first byte's own start is none, so that -1 is as good as 0.
        guard let found = marks.start(after: position + UInt64(max(0, index))) else { return nil }
        let start = Int(found - position)
        return start < end ? start : nil
    }

    /// Gives up what waits, passes over the damage behind it and goes on at the next sound member.
    ///
    /// Returns what to call it, and the bytes of the file that were passed over; from the member's start where nothing
    /// of the member was read before position `since` of the stream.
    func takeDamage(since: UInt64) throws(SluiceError) -> (reason: Reason, detail: String, skipped: UInt64) {
        guard case .damage(let damage) = barrier else { return (.damagedMember, "", 0) }
        let isUntouched = since <= damage.streamStart
        consume(queue.count)
        let found = damage.isCrowd ? damage.memberOffset : try nextMember(after: damage)
        barrier = nil
        isInside = false
        nextInput = found ?? window.size
        marks = MemberMarks(MemberMark(streamStart: position, offset: nextInput))
        if damage.isCrowd { return (.recordTooLarge, damage.detail, 0) }
        let from = isUntouched || damage.isStray ? damage.memberOffset : max(damage.noticedAt, damage.memberOffset)
        let isJunk = damage.isStray && found == nil && damage.memberOffset > 0
        return (
            isJunk ? .strayBytes : .damagedMember, "\(damage.detail), at offset \(damage.memberOffset)",
            nextInput > from ? nextInput - from : 0
        )
    }

    /// Passes over the rest of the file; returns its bytes.
    func finish() -> UInt64 {
        consume(queue.count)
        let rest = window.size - inputPosition
        nextInput = window.size
        marks = MemberMarks(MemberMark(streamStart: position, offset: nextInput))
        barrier = .end
        return rest
    }

    /// Passes over what waits and the rest of the file; returns the file's bytes, or those that waited where it has been read.
    func giveUp() -> UInt64 {
        let waiting = UInt64(queue.count)
        let rest = finish()
        return rest > 0 ? rest : waiting
    }

    private func produce() throws(SluiceError) {
        if compression == .none { return try produceAsIs() }
        if isInside { return try produceInside() }
        try produceMember()
    }

    private func produceAsIs() throws(SluiceError) {
        let view = try window.view(at: nextInput, atLeast: 1)
        guard !view.isEmpty else { return barrier = .end }
        append(UnsafeRawBufferPointer(rebasing: view.prefix(4 * MemberStream.chunk)))
    }

    private func append(_ bytes: UnsafeRawBufferPointer) {
        queue.free(atLeast: bytes.count).copyMemory(from: bytes)
        queue.commit(bytes.count)
        nextInput += UInt64(bytes.count)
    }

    private func produceMember() throws(SluiceError) {
        let start = nextInput
        let view = try window.view(at: start, atLeast: 32 << 10)
        guard !view.isEmpty else { return barrier = .end }
        // How far the queue has run ahead must not decide what is known of the members in it.
        if marks.isFull {
            return damage(
                "spread over more than \(MemberMarks.limit) compressed members", at: start, isCrowd: true)
        }
        guard compression.isMemberStart(view) else {
            // Some archivers pad a file with zeros to the end of a block.
            if view[0] == 0, try isZero(from: start) {
                padding = window.size - start
                nextInput = window.size
                mark(nextInput)
                return barrier = .end
            }
            return damage("no \(compression.rawValue) header where one was expected", at: start, isStray: true)
        }
        if try !endsRight(view, at: start) {
            return damage("a skippable frame at whose stated end nothing starts", at: start)
        }
        if compression == .gzip, try produceWhole(view) { return }
        let hasCheck = compression.hasCheck(try window.view(at: start, atLeast: Compression.headBytes))
        try beginInside(checksAhead: hasCheck && checksAhead)
    }

    /// Decompresses the member at `nextInput` in one go; false where it is too large for that, or damaged.
    private func produceWhole(_ first: UnsafeRawBufferPointer) throws(SluiceError) -> Bool {
        var view = first
        var room = 2 * MemberStream.chunk
        var isTriedAsLarge = false
        while true {
            let output = UnsafeMutableRawBufferPointer(
                rebasing: queue.free(atLeast: room).prefix(MemberStream.wholeOutput))
            switch member.decompress(view, into: output) {
            case .whole(let consumed, let produced):
                queue.commit(produced)
                endMember(at: nextInput + UInt64(consumed))
                return true
            case .shortOfRoom:
                if !isTriedAsLarge, try produceLarge() { return true }
                if output.count >= MemberStream.wholeOutput { return false }
                isTriedAsLarge = true
                room = min(4 * output.count, MemberStream.wholeOutput)
            case .failed:
                let isAll = view.count == FileWindow.capacity || nextInput + UInt64(view.count) >= window.size
                if isAll { return isTriedAsLarge || view.count < FileWindow.capacity ? false : try produceLarge() }
                let known = view.count
                view = try window.view(at: nextInput, atLeast: FileWindow.capacity)
                // The file has become shorter since it was opened.
                if view.count == known { return false }
            }
        }
    }

    /// Starts to stream the member at `nextInput`, and holds its output until it is either sound or too large to hold.
    private func beginInside(checksAhead: Bool) throws(SluiceError) {
        let (start, waiting) = (nextInput, queue.count)
        cut = nil
        try hold(from: start, behind: waiting)
        guard checkFailed || checksAhead && isInside && barrier == nil else { return }
        let known = marks
        if !checkFailed { try checkAhead(from: start, behind: waiting) }
        queue.truncate(to: waiting)
        if checkFailed {
            // A member that failed its own check holds nothing that can be trusted, unless it only ends too early.
            cut = try memberInside(from: start, to: nextInput)
            if cut == nil { return }
        }
        marks = known
        try hold(from: start, behind: waiting)
    }

    /// Decompresses the member at `start` until it ends, or is too large to be held behind `waiting` bytes.
    private func hold(from start: UInt64, behind waiting: Int) throws(SluiceError) {
        decoder.reset()
        barrier = nil
        isInside = true
        nextInput = start
        while isInside, barrier == nil, queue.count - waiting < MemberStream.wholeOutput,
            nextInput - start < UInt64(FileWindow.capacity)
        {
            try produceInside()
        }
    }

    /// How many times its packed bytes a member may have decompressed, and how many bytes at least, to be checked ahead:
    /// a few kilobytes can stand for a terabyte, and nothing that packs like that is text.
    private static let checkedAhead = (share: UInt64(128), least: UInt64(256 << 20))

    /// Decompresses the rest of the member at `start` for its check alone, behind `waiting` bytes.
    ///
    /// One wrong bit leaves most of what follows it readable, and wrong; only the end tells. Costs the member's
    /// decompression once more.
    private func checkAhead(from start: UInt64, behind waiting: Int) throws(SluiceError) {
        var produced: UInt64 = 0
        while isInside, barrier == nil,
            produced <= max(MemberStream.checkedAhead.least, (nextInput - start) * MemberStream.checkedAhead.share)
        {
            if Task.isCancelled {
                throw SluiceError(.busy, "\(window.path) was not read to its end", advice: "give it again")
            }
            queue.truncate(to: waiting)
            try produceInside()
            produced += UInt64(queue.count - waiting)
        }
    }

    private var checkFailed = false
    /// Where the member at hand is known to be cut short.
    private var cut: UInt64?

    private func produceInside() throws(SluiceError) {
        checkFailed = false
        let ahead = try window.view(at: nextInput, atLeast: MemberStream.chunk)
        let left = cut.map { Int(clamping: $0 - min($0, nextInput)) } ?? .max
        let view = UnsafeRawBufferPointer(rebasing: ahead.prefix(min(MemberStream.chunk, left)))
        let room = queue.free(atLeast: MemberStream.chunk).prefix(MemberStream.chunk)
        let step = decoder.step(view, into: UnsafeMutableRawBufferPointer(rebasing: room))
        queue.commit(step.produced)
        nextInput += UInt64(step.consumed)
        switch step.status {
        case .end: endMember(at: nextInput)
        case .more where view.isEmpty && step.produced == 0:
            damage("the member is cut short by " + (cut == nil ? "the end of the file" : "the next one"))
        case .more where step.consumed == 0 && step.produced == 0: damage("decompression does not go on")
        case .more: break
        case .checkFailed(let message):
            checkFailed = true
            damage(message)
        case .damaged(let message): damage(message)
        }
    }

    func endMember(at offset: UInt64) {
        isInside = false
        nextInput = offset
        mark(offset)
    }

    /// Notes that the member at `offset` starts behind the waiting bytes.
    private func mark(_ offset: UInt64) {
        marks.append(MemberMark(streamStart: position + UInt64(queue.count), offset: offset))
        consume(0)
    }

    private func damage(_ message: String) {
        barrier = .damage(
            Damage(
                detail: message, memberOffset: marks.last.offset, streamStart: marks.last.streamStart,
                noticedAt: nextInput))
    }

    /// The same of what stands at `offset`, where a member was to start.
    private func damage(_ message: String, at offset: UInt64, isStray: Bool = false, isCrowd: Bool = false) {
        barrier = .damage(
            Damage(
                detail: message, memberOffset: offset, streamStart: position + UInt64(queue.count), noticedAt: offset,
                isStray: isStray, isCrowd: isCrowd))
    }

    private func isZero(from offset: UInt64) throws(SluiceError) -> Bool {
        var at = offset
        while true {
            let view = try window.view(at: at, atLeast: 1)
            if view.isEmpty { return true }
            if view.contains(where: { $0 != 0 }) { return false }
            at += UInt64(view.count)
        }
    }
}
