import SluiceCore

/// Decodes framed records; a pure function of each, for any number of workers.
public struct RecordDecoder: Sendable {
    private let limits: Limits

    /// A decoder within `limits`.
    public init(limits: Limits) { self.limits = limits }

    /// The record in `raw`: its names, what it declares, and its text or why it has none. O(*n*).
    public func decode(_ raw: RawRecord) -> Record {
        var record = Record(
            ordinal: raw.ordinal, offset: raw.offset, content: .rejected(.damagedRecord, detail: ""))
        switch raw.form {
        case .warc: decodeWARC(raw, into: &record)
        case .jsonl: decodeLine(raw.bytes, into: &record)
        case .text: record.content = decodeText(raw.bytes)
        case .damaged(let reason, let detail):
            if !raw.header.isEmpty { _ = decodeHeader(raw, into: &record) }
            record.content = .rejected(reason, detail: detail)
        }
        return record
    }

    // MARK: WARC

    private func decodeHeader(_ raw: RawRecord, into record: inout Record) -> WARCHeader {
        let header = raw.header.withUnsafeBufferPointer { WARCHeader($0) }
        record.id = name(header.id)
        record.url = name(header.targetURI.map(RecordDecoder.plainURI))
        record.captured = name(header.date)
        if record.id == nil, isLong(header.id?.count) { record.notes.append(.dropped("WARC-Record-ID")) }
        if record.url == nil, isLong(header.targetURI?.count) { record.notes.append(.dropped("WARC-Target-URI")) }
        return header
    }

    /// True of what is longer than a name, as it stands: without its escapes it may still be one.
    private func isLong(_ length: Int?) -> Bool { (length ?? 0) > Record.nameLimit }

    private func decodeWARC(_ raw: RawRecord, into record: inout Record) {
        let header = decodeHeader(raw, into: &record)
        let type = header.type ?? []
        if WARCHeader.equal(type, "response") {
            record.content = .rejected(.htmlNotExtracted, detail: "a response; its HTML is not extracted")
        } else if WARCHeader.equal(type, "conversion") || WARCHeader.equal(type, "resource") {
            if let contentType = header.contentType, RecordDecoder.isHTML(contentType) {
                record.content = .rejected(.htmlNotExtracted, detail: "a \(RecordDecoder.beginning(type)) of HTML")
            } else if let contentType = header.contentType, !RecordDecoder.isText(contentType) {
                record.content = .rejected(.notText, detail: "Content-Type is \(RecordDecoder.beginning(contentType))")
            } else if let contentType = header.contentType, RecordDecoder.isEscaped(contentType) {
                record.content = .rejected(
                    .notText, detail: "Content-Type is \(RecordDecoder.beginning(contentType)); UTF-8 is read")
            } else {
                record.content = .text(raw.bytes)
            }
        } else {
            let shown = type.isEmpty ? "WARC-Type is missing" : "WARC-Type is \(RecordDecoder.beginning(type))"
            record.content = .rejected(.unsupportedRecordType, detail: shown)
        }
    }

    private static func isHTML(_ contentType: [UInt8]) -> Bool {
        (["text/html", "application/xhtml+xml"] as [StaticString]).contains { kind in
            WARCHeader.equal(contentType.prefix(kind.utf8CodeUnitCount), kind)
        }
    }

    private static func isText(_ contentType: [UInt8]) -> Bool {
        contentType.isEmpty || WARCHeader.equal(contentType.prefix(5), "text/")
    }

    /// True of a charset whose bytes are all ASCII and stand for other characters: as UTF-8 they are sound, and wrong.
    private static func isEscaped(_ contentType: [UInt8]) -> Bool {
        let parameters = contentType.split(separator: UInt8(ascii: ";")).dropFirst()
        for parameter in parameters {
            let pair = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard let name = pair.first, let value = pair.last, pair.count == 2 else { continue }
            guard WARCHeader.equal(name.filter { $0 > 0x20 }, "charset") else { continue }
            let charset = value.filter { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }
            let stated = (["hz-gb-2312", "utf-7"] as [StaticString]).contains { WARCHeader.equal(charset, $0) }
            return stated || WARCHeader.equal(charset.prefix(9), "iso-2022-")
        }
        return false
    }

    /// An address without the angle brackets that some writers put around it, and with its spaces percent-encoded.
    private static func plainURI(_ bytes: [UInt8]) -> [UInt8] {
        var uri = bytes[...]
        if uri.first == UInt8(ascii: "<"), uri.last == UInt8(ascii: ">") { uri = uri.dropFirst().dropLast() }
        guard uri.contains(UInt8(ascii: " ")) else { return Array(uri) }
        return uri.flatMap { $0 == UInt8(ascii: " ") ? Array("%20".utf8) : [$0] }
    }

    // MARK: JSON lines

    private func decodeLine(_ bytes: [UInt8], into record: inout Record) {
        let span = bytes.span
        let line: JSONLine
        do throws(JSONFault) {
            line = try JSONLine(span, depthLimit: limits.jsonDepth)
        } catch {
            switch error {
            case .invalid where RecordDecoder.isBracket(bytes):
                record.content = .rejected(.invalidJSON, detail: RecordDecoder.spreadJSON)
            case .invalid(let problem, let at):
                record.content = .rejected(.invalidJSON, detail: "\(problem), at byte \(at) of the line")
            case .tooDeep(let at):
                let detail = "nested deeper than \(limits.jsonDepth), at byte \(at) of the line"
                record.content = .rejected(.nestingTooDeep, detail: detail)
            }
            return
        }
        guard line.isObject else {
            record.content = .rejected(.notAnObject, detail: "a JSON value, but no object")
            return
        }
        record.id = string(line.id, span)
        let ownURL = text(line.metadata.url, span)
        record.url = ownURL ?? text(line.url, span)
        record.captured = text(line.created, span)
        if record.id == nil, isLong(line.id?.length) { record.notes.append(.dropped("id")) }
        if ownURL == nil, isLong(line.metadata.url?.length) { record.notes.append(.dropped("metadata.url")) }
        if record.url == nil, isLong(line.url?.length) { record.notes.append(.dropped("url")) }
        let isSynthetic = flag(line.metadata.synthetic, span)
        record.declared = label(isSynthetic, line.metadata, span)
        if let unread = unreadLabel(isSynthetic, isLabelled: record.declared != nil, line.metadata, span) {
            record.notes.append(Evidence(kind: Evidence.unreadLabel, weight: 0, detail: Evidence.cut(unread)))
        }
        if case .string(let text) = line.text {
            record.content = .text(JSONLine.unescaped(text, span, lone: &record.loneSurrogates))
        } else {
            let detail = line.text == nil ? "no member “text”" : "“text” is no string"
            record.content = .rejected(.missingText, detail: detail)
        }
    }

    /// What is said of a line that begins a JSON value and holds no more of it.
    public static let spreadJSON = "an opening bracket alone on its line"

    private static func isBracket(_ line: [UInt8]) -> Bool {
        var marks = line.lazy.filter { !isJSONSpace($0) }.makeIterator()
        let first = marks.next()
        return (first == UInt8(ascii: "{") || first == UInt8(ascii: "[")) && marks.next() == nil
    }

    private func label(
        _ isSynthetic: Bool?, _ metadata: JSONLine.Metadata, _ line: Span<UInt8>
    ) -> DeclaredLabel? {
        var hasGenerator = false
        if case .string(let generator) = metadata.generator { hasGenerator = !isBlank(generator, line) }
        guard isSynthetic != nil || hasGenerator else { return nil }
        return DeclaredLabel(
            isSynthetic: isSynthetic ?? true, generator: hasGenerator ? text(metadata.generator, line) : nil,
            isVerified: flag(metadata.verified, line) ?? false)
    }

    /// True where `string` stands for white space alone, escaped or not.
    private func isBlank(_ string: JSONString, _ line: Span<UInt8>) -> Bool {
        String(decoding: JSONLine.unescaped(string, line), as: UTF8.self).unicodeScalars
            .allSatisfy(\.properties.isWhitespace)
    }

    /// A label that is true or false; as a string or as 1 or 0 too, which is how tables write it.
    private func flag(_ value: JSONLine.Value?, _ line: Span<UInt8>) -> Bool? {
        if case .flag(let flag) = value { return flag }
        switch string(value, line)?.lowercased() {
        case "true", "1", "1.0": return true
        case "false", "0", "0.0": return false
        default: return nil
        }
    }

    /// What stands where a label, or what belongs to one, ought to and is none; an empty string and null say nothing.
    private func unreadLabel(
        _ isSynthetic: Bool?, isLabelled: Bool, _ metadata: JSONLine.Metadata, _ line: Span<UInt8>
    ) -> String? {
        if let found = found(metadata.instead, line) {
            return "“metadata” is no object, and counts for none: \(found)"
        }
        if isSynthetic == nil, let found = found(metadata.synthetic, line) {
            return "“synthetic” is neither true nor false, and counts for none: \(found)"
        }
        if isLabelled, flag(metadata.verified, line) == nil, let found = found(metadata.verified, line) {
            return "“verified” is neither true nor false, and counts for false: \(found)"
        }
        if case .string = metadata.generator { return nil }
        return found(metadata.generator, line).map { "“generator” is no text, and counts for none: \($0)" }
    }

    private func found(_ value: JSONLine.Value?, _ line: Span<UInt8>) -> String? {
        switch value {
        case nil, .null: nil
        case .string(let string) where isBlank(string, line): nil
        case .string: text(value, line) ?? "a long text"
        case .integer(let range), .decimal(let range): plain(range, line) ?? "a long number"
        case .flag(let flag): "\(flag)"
        case .other: "a list or an object"
        }
    }

    /// A string, or a number as it stands, as text.
    private func string(_ value: JSONLine.Value?, _ line: Span<UInt8>) -> String? {
        switch value {
        case .integer(let range), .decimal(let range): plain(range, line)
        default: text(value, line)
        }
    }

    /// A number as it stands.
    private func plain(_ range: Range<Int>, _ line: Span<UInt8>) -> String? {
        name(JSONLine.unescaped(JSONString(range: range, hasEscapes: false), line))
    }

    private func text(_ value: JSONLine.Value?, _ line: Span<UInt8>) -> String? {
        guard case .string(let string) = value else { return nil }
        // An escaped character takes at most six bytes.
        guard string.range.count <= 6 * Record.nameLimit else { return nil }
        return name(JSONLine.unescaped(string, line))
    }

    private func name(_ bytes: [UInt8]?) -> String? {
        guard let bytes, !bytes.isEmpty, bytes.count <= Record.nameLimit else { return nil }
        // A control character in a name is an accident or an attack; none may reach a terminal, or end a C string.
        let replacement = Array("\u{FFFD}".utf8)
        let hasControls = bytes.contains { $0 < 0x20 || $0 == 0x7F }
        let clean = hasControls ? bytes.flatMap { $0 < 0x20 || $0 == 0x7F ? replacement : [$0] } : bytes
        return String(decoding: clean, as: UTF8.self)
    }

    // MARK: Plain text

    private func decodeText(_ bytes: [UInt8]) -> Record.Content {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return .rejected(.notText, detail: "UTF-16, by its byte order mark; UTF-8 is read")
        }
        if let zero = bytes.prefix(8192).firstIndex(of: 0) {
            return .rejected(.notText, detail: "binary data: a zero byte at \(zero)")
        }
        return .text(bytes)
    }

    private static func beginning(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(80), as: UTF8.self) }
}

extension JSONLine.Value {
    /// The bytes of a string or a number as they stand in the line; nil of anything else.
    fileprivate var length: Int? {
        switch self {
        case .string(let string): string.range.count
        case .integer(let range), .decimal(let range): range.count
        case .flag, .null, .other: nil
        }
    }
}

extension Evidence {
    /// That a record's `name` was left out.
    fileprivate static func dropped(_ name: String) -> Evidence {
        Evidence(
            kind: "dropped-name", weight: 0,
            detail: "“\(name)” is longer than \(Record.nameLimit) bytes, and is left out")
    }
}
