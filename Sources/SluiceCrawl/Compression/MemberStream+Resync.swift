import Glibc
import SluiceCore

extension MemberStream {
    /// How far back from where the damage was noticed a sound member is looked for, in bytes of the file: damaged data
    /// can decompress into rubbish for a while, over the start of the next member.
    private static let hindsight: UInt64 = 256 << 10
    /// The most compressed, and decompressed, bytes by which a member start is tried. A Zstandard block of 128 KiB gives
    /// nothing before all of it is there.
    private static let trialInput = 160 << 10
    private static let trialOutput = 4 << 10
    /// The most decompressed bytes by which it is looked for a member's end, where no record starts with it.
    private static let wholeTrialOutput = 2 << 20
    /// The same for compressed bytes where trials have taken more than this many times the bytes that were searched: data
    /// made to look like very many members would cost a whole trial for every four bytes.
    private static let shortTrialInput = 1 << 10
    private static let trialShare = 64

    /// The offset of the first sound member start behind `damage`, or nil where there is none.
    func nextMember(after damage: Damage) throws(SluiceError) -> UInt64? {
        let reach = damage.noticedAt > Self.hindsight ? damage.noticedAt - Self.hindsight : 0
        return try nextMember(from: max(damage.memberOffset + 1, reach), before: .max)
    }

    /// The offset of the first sound member start from `start` on and before `end`, or nil where there is none.
    func nextMember(from start: UInt64, before end: UInt64) throws(SluiceError) -> UInt64? {
        var at = start
        let trial = MemberDecoder(compression)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.trialOutput, alignment: 16)
        defer { output.deallocate() }
        var tried = 0
        while at < end {
            let view = try window.view(at: at, atLeast: Compression.magicBytes)
            guard view.count >= Compression.magicBytes, let base = view.baseAddress else { return nil }
            let searched = view.count - Compression.magicBytes + 1
            guard let hit = memchr(base, Int32(compression.firstMagicByte), searched) else {
                at += UInt64(searched)
                continue
            }
            let index = UnsafeRawPointer(hit) - base
            at += UInt64(index)
            if compression.isMemberStart(UnsafeRawBufferPointer(rebasing: view[index...])) {
                // Of this stretch alone, so that a source that is read on after a crash finds the same members.
                let isAffordable = tried <= Self.trialInput + Self.trialShare * Int(clamping: at - start)
                let most = isAffordable ? Self.trialInput : Self.shortTrialInput
                let (isSound, used) = try attempt(
                    at: at, most, trial, output, acceptsBlocks: isAffordable && end == .max)
                if isSound, at < end { return at }
                tried += used
            }
            at += 1
        }
        return nil
    }

    /// How many times the length of a member that is cut short the decompression may have run on behind it: each of very
    /// many could run to the end of the file.
    private static let cutShare: UInt64 = 16

    /// Where another member starts within the one at `start`, which decompresses up to `end` and fails its check there.
    ///
    /// Data that ends where another member starts mostly decompresses on into that, and up to its end.
    func memberInside(from start: UInt64, to end: UInt64) throws(SluiceError) -> UInt64? {
        let nearest = start + (end - start) / Self.cutShare
        guard let next = try nextMember(from: start + 1, before: end), next >= nearest else { return nil }
        return next
    }

    /// Whether what is at `offset` decompresses, and to what is expected; by `most` bytes, of which some are used.
    ///
    /// Where members start records, one that starts none may still be sound: blocks of a fixed size are cut anywhere. It
    /// has to go on to its end, and to another member there, for a record's content holds members too.
    private func attempt(
        at offset: UInt64, _ most: Int, _ trial: MemberDecoder, _ output: UnsafeMutableRawBufferPointer,
        acceptsBlocks: Bool
    ) throws(SluiceError) -> (isSound: Bool, used: Int) {
        let view = try window.view(at: offset, atLeast: most)
        let input = UnsafeRawBufferPointer(rebasing: view.prefix(most))
        trial.reset()
        var used = 0
        var made = 0
        var (isEnded, isDamaged) = (false, false)
        steps: while made < output.count {
            let step = trial.step(
                UnsafeRawBufferPointer(rebasing: input[used...]),
                into: UnsafeMutableRawBufferPointer(rebasing: output[made...]))
            used += step.consumed
            made += step.produced
            switch step.status {
            case .end:
                isEnded = true
                break steps
            case .more: if step.consumed == 0, step.produced == 0 { break steps }
            case .checkFailed:
                isDamaged = true
                break steps
            // A record's start that decompresses is a record, if a damaged one.
            case .damaged:
                guard expectsWARC else { return (false, used) }
                isDamaged = true
                break steps
            }
        }
        let content = UnsafeRawBufferPointer(rebasing: output[..<made])
        guard expectsWARC else { return (made > 0 && !content.contains(0), used) }
        let text = content.drop { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        if text.starts(with: "WARC/".utf8) { return (true, used) }
        guard acceptsBlocks, made > 0, !isDamaged else { return (false, used) }
        var spent = used
        while !isEnded {
            let step = trial.step(UnsafeRawBufferPointer(rebasing: input[used...]), into: output)
            used += step.consumed
            made += step.produced
            spent += step.consumed + step.produced
            guard made <= Self.wholeTrialOutput else { return (false, spent) }
            switch step.status {
            case .end: isEnded = true
            case .more:
                guard step.consumed == 0, step.produced == 0 else { continue }
                // Too large to be tried to its end: nothing else decompresses for as long as that.
                return (used == most, spent)
            case .checkFailed, .damaged: return (false, spent)
            }
        }
        return (try isBoundary(offset + UInt64(used)), spent)
    }

    /// True where a member may end: at another one's start, the end of the file, or zeros.
    private func isBoundary(_ offset: UInt64) throws(SluiceError) -> Bool {
        if offset >= window.size { return offset == window.size }
        let behind = try window.peek(at: offset, 512)
        let isMember = behind.withUnsafeBytes { compression.isMemberStart($0) }
        return isMember || behind.allSatisfy { $0 == 0 }
    }

    /// False of a skippable frame of Zstandard at whose stated end there is nothing that may be there: its length is wrong,
    /// and would pass over the frames behind it.
    func endsRight(_ view: UnsafeRawBufferPointer, at offset: UInt64) throws(SluiceError) -> Bool {
        let head = 8
        guard compression == .zstd, view.count >= head, view[0] & 0xF0 == 0x50 else { return true }
        let length = view[4..<head].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return try isBoundary(offset + UInt64(head) + length)
    }
}
