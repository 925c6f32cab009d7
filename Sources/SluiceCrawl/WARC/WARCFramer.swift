import SluiceCore

/// Cuts a stream into WARC records, and goes on at the next `WARC/` line where the framing is broken.
struct WARCFramer {
    let limits: Limits

    /// How many times the limit of a record, and how many times the size of its file, compressed bytes may unpack to without
    /// the next record's start: a few kilobytes can stand for a terabyte, and no dump of a crawl packs that well.
    private static let (patience, usualRatio) = (256, 64)

    /// The header of a record that waits at the front of the stream.
    private struct Head {
        var location: Location
        var block: [UInt8]
        var length: Int
        var isWarcinfo: Bool
        var problem: String?
    }

    private enum HeadResult {
        case head(Head)
        case broken(Framed)
    }

    /// The next record; `warcinfo` describes the file and is none.
    func next(_ stream: MemberStream) throws(SluiceError) -> Framed? {
        let end = end(ofPatience: stream)
        while true {
            if stream.position > end {
                var framed = broken(
                    .strayBytes, "no record in far more bytes than the file has; nothing behind was read",
                    at: stream.location)
                framed.skipped = stream.giveUp()
                return framed
            }
            try passBlankLines(stream, upTo: end)
            guard try stream.fill(1) else {
                guard case .damage = stream.barrier else { return nil }
                return try stream.damagedRecord(at: stream.location)
            }
            guard try startsWithMagic(stream, 0) else { return try stray(stream) }
            switch try head(stream) {
            case .broken(let framed): return framed
            case .head(let head):
                let total = head.block.count + head.length
                let isHeld = total <= limits.recordBytes
                let framed = try isHeld ? body(stream, head, total) : drain(stream, head)
                if let framed { return framed }
            }
        }
    }

    // MARK: A record's two parts

    private func head(_ stream: MemberStream) throws(SluiceError) -> HeadResult {
        let location = stream.location
        var searched = 0
        while true {
            let bytes = UnsafeBufferPointer(rebasing: stream.queue.bytes.prefix(limits.headerBytes))
            let memberStart = stream.memberStart(after: 0, before: bytes.count)
            switch WARCLines.headerEnd(bytes, from: &searched, memberStart: memberStart) {
            case .end(let length):
                let block = stream.queue.copy(length)
                let header = block.withUnsafeBufferPointer { WARCHeader($0, forFraming: true) }
                return try read(header, block, location, stream)
            case .cut(let length):
                // The next record starts inside the header.
                stream.consume(length)
                return .broken(broken(.truncatedRecord, "the header breaks off after \(length) bytes", at: location))
            case .none where bytes.count == limits.headerBytes:
                stream.consume(bytes.count)
                var framed = broken(
                    .headerTooLarge, "the header is larger than \(limits.headerBytes) bytes", at: location)
                framed.skipped = try passToRecord(stream)
                return .broken(framed)
            case .none:
                if try stream.fill(bytes.count + 1) { continue }
                if case .damage = stream.barrier { return .broken(try stream.damagedRecord(at: location)) }
                stream.consume(bytes.count)
                return .broken(broken(.truncatedRecord, "the header breaks off at the end of the data", at: location))
            }
        }
    }

    private func read(
        _ header: WARCHeader, _ block: [UInt8], _ location: Location, _ stream: MemberStream
    ) throws(SluiceError) -> HeadResult {
        guard let length = header.length else {
            let stated = header.contentLength.map { "Content-Length is “\(beginning($0))”" }
            var framed = broken(.damagedRecord, stated ?? "Content-Length is missing", at: location, header: block)
            stream.consume(block.count)
            framed.skipped = try passToRecord(stream, fromLineStart: true)
            return .broken(framed)
        }
        let problem = header.isKnownVersion ? nil : "version WARC/\(beginning(header.version)) is not known"
        return .head(
            Head(
                location: location, block: block, length: length, isWarcinfo: header.isWarcinfo, problem: problem))
    }

    /// The record whose `total` bytes are to wait at the front of the stream; nil for `warcinfo`.
    private func body(_ stream: MemberStream, _ head: Head, _ total: Int) throws(SluiceError) -> Framed? {
        let isWhole = try stream.fill(total)
        let present = min(total, stream.queue.count)
        if let cut = try memberCut(stream, from: head.block.count - 1, to: present) {
            return take(stream, cut, head, .truncatedRecord, "its member holds \(cut - head.block.count) bytes")
        }
        guard isWhole else {
            if let cut = WARCLines.recordStart(stream.queue.bytes, from: head.block.count - 1) {
                return take(stream, cut, head, .damagedRecord, "the next record starts after \(cut - head.block.count)")
            }
            if case .damage = stream.barrier {
                return try stream.damagedRecord(at: head.location, header: head.block)
            }
            return take(stream, present, head, .truncatedRecord, "the data ends after \(present - head.block.count)")
        }
        var after = total
        // Two line ends close a record; what else there is of them is passed over later.
        while after < total + 4, try stream.fill(after + 1), WARCLines.isLineEnd(stream.queue.bytes[after]) {
            after += 1
        }
        if try !isBorneOut(stream, total) {
            let isLast = try !stream.fill(after + WARCLines.foresight)
            if isLast, stream.queue.count == after, stream.endsInDamage(before: total) {
                return try stream.damagedRecord(at: head.location, header: head.block)
            }
            let next = WARCLines.recordStart(stream.queue.bytes, from: head.block.count - 1)
            if let next, next < total {
                return take(
                    stream, next, head, .damagedRecord, "the next record starts after \(next - head.block.count)")
            }
            // No sound record of its member follows this one, so nothing says that this one is sound.
            if isLast, next == nil, stream.endsInDamage(before: total) {
                return try stream.damagedRecord(at: head.location, header: head.block)
            }
        }
        if let problem = head.problem {
            stream.consume(after)
            return broken(.damagedRecord, problem, at: head.location, header: head.block)
        }
        stream.consume(head.block.count)
        let bytes = head.isWarcinfo ? [] : stream.queue.copy(head.length)
        stream.consume(after - head.block.count)
        if head.isWarcinfo { return nil }
        return Framed(
            record: RawRecord(
                ordinal: 0, offset: head.location.memberOffset, header: head.block, bytes: bytes,
                form: .warc))
    }

    /// True where line ends alone stand between the first `total` waiting bytes, which a record's length claims, and the
    /// next record, another member, the end, or damage to a later member: then what looks like a record among them is
    /// their content.
    private func isBorneOut(_ stream: MemberStream, _ total: Int) throws(SluiceError) -> Bool {
        for index in total..<(total + WARCLines.foresight) {
            guard try stream.fill(index + 1) else { return !stream.endsInDamage(before: total) }
            if stream.memberStart(after: index - 1, before: index + 1) != nil { return true }
            if !WARCLines.isLineEnd(stream.queue.bytes[index]) { return try startsWithMagic(stream, index) }
        }
        return false
    }

    /// Passes over a record that is too large to hold: to its stated end where the data bears the length out, so that
    /// its content cannot pose as records; else to a record's start before it.
    private func drain(_ stream: MemberStream, _ head: Head) throws(SluiceError) -> Framed? {
        stream.consume(head.block.count)
        let end = end(ofPatience: stream)
        let isBorneOut = try stream.showsRecord(
            length: head.length, isFirstOfMember: head.location.skipBytes == 0, farthest: end)
        if !isBorneOut, try startsRecord(stream) {
            return broken(
                .damagedRecord, "Content-Length is \(head.length), but the next record starts behind the header",
                at: head.location, header: head.block)
        }
        var rest = head.length
        while rest > 0, try stream.fill(1) {
            if stream.position > end {
                var framed = broken(
                    .recordTooLarge,
                    "Content-Length is \(head.length), and far more than the file's size was unpacked; "
                        + "nothing behind was read", at: head.location, header: head.block)
                framed.skipped = stream.giveUp()
                return framed
            }
            _ = try stream.fill(min(rest, WARCLines.lookahead + 1))
            let bytes = stream.queue.bytes
            let searched = min(rest, bytes.count)
            let start =
                try isBorneOut ? memberCut(stream, from: 0, to: searched) : firstStart(stream, from: 0, to: searched)
            if let cut = start {
                stream.consume(cut)
                let found = head.length - rest + cut
                return broken(
                    .damagedRecord, "Content-Length is \(head.length), but the next record starts after \(found) bytes",
                    at: head.location, header: head.block)
            }
            // What may be the beginning of a start stays, unless nothing follows it.
            let isLast = searched == rest || searched <= WARCLines.lookahead
            let passed = isLast ? searched : searched - WARCLines.lookahead
            stream.consume(passed)
            rest -= passed
        }
        if head.isWarcinfo, rest == 0 { return nil }
        return broken(
            .recordTooLarge, "Content-Length is \(head.length), the limit is \(limits.recordBytes) with the header",
            at: head.location, header: head.block)
    }

    // MARK: Broken framing

    /// The stretch from the front of the stream to the next record's start.
    private func stray(_ stream: MemberStream) throws(SluiceError) -> Framed {
        let location = stream.location
        let since = stream.position
        let skipped = try passToRecord(stream)
        if stream.queue.count == 0, case .damage(let damage) = stream.barrier, damage.streamStart <= since {
            // The stretch is what the damaged member still gave: one damage, not two.
            return try stream.damagedRecord(at: location, since: since)
        }
        var framed = broken(.strayBytes, "\(skipped) bytes where a record was expected", at: location)
        framed.skipped = skipped
        return framed
    }

    /// Passes over everything up to the next record's start, damage or the end; returns the bytes passed over.
    private func passToRecord(_ stream: MemberStream, fromLineStart: Bool = false) throws(SluiceError) -> UInt64 {
        var passed: UInt64 = 0
        if fromLineStart, try startsRecord(stream) { return 0 }
        let end = end(ofPatience: stream)
        while try stream.fill(1) {
            if stream.position > end { return passed + stream.giveUp() }
            let isMore = try stream.fill(WARCLines.lookahead + 1)
            let count = stream.queue.count
            if let cut = try firstStart(stream, from: -1, to: count) {
                stream.consume(cut)
                return passed + UInt64(cut)
            }
            let step = isMore ? count - WARCLines.lookahead : count
            stream.consume(step)
            passed += UInt64(step)
        }
        return passed
    }

    /// The first record start among the waiting bytes behind `from`: at a line's start, or at a member's.
    private func firstStart(_ stream: MemberStream, from: Int, to end: Int) throws(SluiceError) -> Int? {
        let line = WARCLines.recordStart(stream.queue.bytes.prefix(end), from: max(0, from))
        let member = try memberCut(stream, from: from, to: end)
        guard let line, let member else { return line ?? member }
        return min(line, member)
    }

    /// The first member start behind `from` and before `end` that is a record's start too.
    private func memberCut(_ stream: MemberStream, from: Int, to end: Int) throws(SluiceError) -> Int? {
        // What was looked at for an earlier record is not looked at again: a length may span very many members.
        var from = max(from, Int(clamping: stream.plainUntil) - Int(clamping: stream.position))
        while let start = stream.memberStart(after: from, before: end) {
            _ = try stream.fill(start + WARCLines.lookahead)
            if WARCLines.isRecordStart(stream.queue.bytes, at: start) { return start }
            from = start
            stream.plainUntil = stream.position + UInt64(start)
        }
        return nil
    }

    /// True where a record starts at the front of the stream, which is a line's start.
    private func startsRecord(_ stream: MemberStream) throws(SluiceError) -> Bool {
        _ = try stream.fill(WARCLines.lookahead)
        return WARCLines.isRecordStart(stream.queue.bytes, at: 0)
    }

    private func take(
        _ stream: MemberStream, _ length: Int, _ head: Head, _ reason: Reason, _ found: String
    ) -> Framed {
        stream.consume(length)
        return broken(
            reason, "Content-Length is \(head.length), but \(found)", at: head.location, header: head.block)
    }

    private func broken(
        _ reason: Reason, _ detail: String, at location: Location, header: [UInt8] = []
    ) -> Framed {
        Framed(
            record: RawRecord(
                ordinal: 0, offset: location.memberOffset, header: header,
                form: .damaged(reason, detail: detail)))
    }

    /// Where in the stream passing over what is no record ends.
    private func end(ofPatience stream: MemberStream) -> UInt64 {
        guard stream.compression != .none else { return .max }
        let usual = Int(clamping: stream.window.size).multipliedClamped(by: WARCFramer.usualRatio)
        let most = max(1 << 20, usual, limits.recordBytes.multipliedClamped(by: WARCFramer.patience))
        return stream.position + UInt64(most)
    }

    private func passBlankLines(_ stream: MemberStream, upTo end: UInt64) throws(SluiceError) {
        // Beyond it they are stray bytes.
        while stream.position <= end, try stream.fill(1) {
            let blanks = stream.queue.bytes.prefix(while: WARCLines.isLineEnd).count
            if blanks == 0 { return }
            stream.consume(blanks)
        }
    }

    private func startsWithMagic(_ stream: MemberStream, _ index: Int) throws(SluiceError) -> Bool {
        _ = try stream.fill(index + 5)
        return stream.queue.bytes.dropFirst(index).starts(with: WARCLines.magic)
    }

    private func beginning(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(40), as: UTF8.self) }
}
