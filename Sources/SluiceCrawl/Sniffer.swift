import SluiceCore

/// Tells a source's compression and format from its first bytes, and where these do not say, from its name.
struct Sniffer {
    let path: String
    /// What the file is called; a path will do.
    let name: String

    /// The most bytes looked at, decompressed.
    private static let headBytes = 4 << 10
    /// The most damaged stretches passed over in search of a head.
    private static let damageLimit = 8

    /// How the file is packed.
    ///
    /// A name that ends in `.gz` or `.zst` over a damaged head counts; over plain text it does not, because downloads
    /// are often unpacked on the way and keep their name.
    func compression(_ window: FileWindow) throws(SluiceError) -> Compression {
        let head = try window.view(at: 0, atLeast: Sniffer.headBytes).prefix(Sniffer.headBytes)
        let bytes = UnsafeRawBufferPointer(rebasing: head)
        for compression in [Compression.gzip, .zstd] where compression.isMemberStart(bytes) { return compression }
        let isBinary = bytes.prefix(512).contains { $0 < 0x09 || ($0 > 0x0D && $0 < 0x20) }
        let isCut = bytes.count < Compression.magicBytes && (bytes.first == 0x1F || bytes.first == 0x28)
        guard isBinary || isCut else { return .none }
        // UTF-16 is binary to the eye, but no damaged archive.
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return .none }
        let name = lowercasedName
        if name.hasSuffix(".gz") || name.hasSuffix(".gzip") { return .gzip }
        if name.hasSuffix(".zst") || name.hasSuffix(".zstd") { return .zstd }
        return .none
    }

    /// What the source is made of; and the stream that was looked into, where all of it still waits to be read.
    ///
    /// - Parameters:
    ///   - asked: What it is to be read as.
    ///   - isToRead: Whether the source is read from its start, so that what is decompressed here is of use.
    ///   - checksAhead: As for a stream.
    /// - throws: `.noUsableData` for ARC files, which are not read, and for WARC that is to be read as JSON lines or these as
    ///   WARC, which would give nothing but damage.
    func format(
        _ window: FileWindow, _ compression: Compression, asked: SourceFormat, isToRead: Bool, checksAhead: Bool
    ) throws(SluiceError) -> (format: SourceFormat, stream: MemberStream?) {
        let start = Location(memberOffset: 0, skipBytes: 0)
        let expectsWARC = suffixFormat == .warc
        // A WARC framer begins with a stream of its own.
        var isWhole = isToRead && !expectsWARC && asked != .warc
        var isHead = true
        let stream = try MemberStream(
            window: window, compression: compression, at: start, expectsWARC: expectsWARC, isToRead: isWhole,
            checksAhead: checksAhead)
        for _ in 0..<Sniffer.damageLimit {
            _ = try stream.fill(Sniffer.headBytes)
            if stream.queue.count > 0 { break }
            guard case .damage = stream.barrier else { break }
            _ = try stream.takeDamage(since: stream.position)
            isWhole = false
            isHead = false
        }
        let found = try format(of: stream.queue.bytes, isHead: isHead, asked: asked)
        return (asked == .auto ? found : asked, isWhole ? stream : nil)
    }

    /// What `first` shows; they are the first bytes of all, or only the first that could be read.
    private func format(
        of first: UnsafeBufferPointer<UInt8>, isHead: Bool, asked: SourceFormat
    ) throws(SluiceError) -> SourceFormat {
        let bytes = first.starts(with: [0xEF, 0xBB, 0xBF]) ? first.dropFirst(3) : first[...]
        if bytes.starts(with: "filedesc://".utf8) {
            throw SluiceError(
                .noUsableData, "\(path) is an ARC file, which is not supported",
                advice: "convert it to WARC first, with “warcio recompress” for example")
        }
        let content = bytes.drop(while: isJSONSpace)
        let shown: SourceFormat? =
            content.starts(with: WARCLines.magic) ? .warc : Sniffer.isObject(content) ? .jsonl : nil
        if let shown, asked != .auto, asked != shown {
            throw SluiceError(
                .noUsableData, "\(path) begins as \(shown.rawValue) does, and was to be read as \(asked.rawValue)",
                advice: "leave --format out")
        }
        // Behind damage a brace may be anywhere in a record.
        if let shown, isHead || shown == .warc { return shown }
        return suffixFormat ?? shown ?? .text
    }

    /// Whether `content` begins as a JSON object does; a brace alone begins wiki text, TeX and style sheets too.
    private static func isObject(_ content: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard content.first == UInt8(ascii: "{") else { return false }
        let next = content.dropFirst().drop(while: isJSONSpace).first
        return next == UInt8(ascii: "\"") || next == UInt8(ascii: "}")
    }

    private var lowercasedName: String {
        let last = name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name[name.utf8.index(after: $0)...] } ?? name[...]
        return last.lowercased()
    }

    private var suffixFormat: SourceFormat? {
        for suffix in lowercasedName.split(separator: ".").dropFirst().reversed() {
            switch suffix {
            case "gz", "gzip", "zst", "zstd": continue
            case "warc", "wet", "wat": return .warc
            case "jsonl", "ndjson", "json": return .jsonl
            default: return nil
            }
        }
        return nil
    }
}
