import HTTPTypes

/// The header of one request, read and found in order.
package struct RequestHead: Sendable {
    /// How the body's end is known.
    package enum Framing: Sendable, Equatable {
        /// There is no body.
        case none
        /// So many bytes, at least one.
        case fixed(Int)
        /// Chunks.
        case chunked
    }

    /// Method, path and fields; the path is in origin form.
    package var request: HTTPRequest
    /// True for HTTP/1.0: one request a connection, no chunks in the answer.
    package var isOld: Bool
    /// How the body's end is known.
    package var framing: Framing
    /// True where the sender means to send no further request.
    package var wantsClose: Bool
    /// True where the sender waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool
}

/// The lines of a header, one after the other, until it is whole.
struct RequestHeadReader {
    private let limits: WireLimits
    private var method: HTTPRequest.Method?
    private var target = ""
    private var isOld = false
    private var fields = HTTPFields()
    private var host: String?
    private var bytes = 0

    init(limits: WireLimits) { self.limits = limits }

    /// True where the request line has been read.
    var hasLine: Bool { method != nil }

    /// Reads a request line, without its end.
    mutating func readLine(_ line: ArraySlice<UInt8>) throws(Problem) {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, !words[1].isEmpty else {
            throw Problem(.malformedRequest, "the request line is not a method, a target and a version")
        }
        guard let method = HTTPRequest.Method(String(decoding: words[0], as: UTF8.self)) else {
            throw Problem(.malformedRequest, "the method is not a token")
        }
        isOld = try RequestHeadReader.isOld(version: words[2])
        guard RequestHeadReader.methods.contains(method.rawValue) else {
            throw Problem(.notImplemented, "the method is not known here")
        }
        target = try RequestTarget.text(of: words[1])
        self.method = method
    }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private static func isOld(version: ArraySlice<UInt8>) throws(Problem) -> Bool {
        if version.elementsEqual("HTTP/1.1".utf8) { return false }
        if version.elementsEqual("HTTP/1.0".utf8) { return true }
        let isVersion =
            version.count == 8 && version.starts(with: "HTTP/".utf8) && version.dropFirst(6).first == UInt8(ascii: ".")
        guard isVersion else { throw Problem(.malformedRequest, "the version is malformed") }
        throw Problem(.unsupportedVersion, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }

    /// Reads a line of fields, without its end.
    mutating func readField(_ line: ArraySlice<UInt8>) throws(Problem) {
        bytes += line.count + 2
        guard bytes <= limits.headerBytes, fields.count + (host == nil ? 0 : 1) < limits.headerFields else {
            throw Problem(.headerTooLarge, RequestHeadReader.size(limits))
        }
        let (name, value) = try FieldLine.parse(line)
        if name == .hostField {
            guard host == nil else { throw Problem(.badHost, "the Host field stands there twice") }
            host = value
            return
        }
        if FieldLine.isSingle(name), fields.contains(name) {
            throw Problem(.malformedRequest, "the field \(name.canonicalName) may stand there only once")
        }
        fields.append(HTTPField(name: name, value: value))
    }

    /// What a header may measure.
    static func size(_ limits: WireLimits) -> String {
        "a header may have \(limits.headerFields) fields and \(limits.headerBytes) bytes"
    }

    /// The header, after the empty line.
    mutating func finish() throws(Problem) -> RequestHead {
        guard let method else { throw Problem(.malformedRequest, "there is no request line") }
        guard host != nil || isOld else { throw Problem(.badHost, "there is no Host field") }
        let path = try RequestTarget.originForm(of: target, host: host)
        let framing = try framing()
        var expectsContinue = false
        if let expect = fields[.expect], !isOld {
            guard expect.lowercased() == "100-continue" else {
                throw Problem(.expectationFailed, "only 100-continue can be expected")
            }
            expectsContinue = framing != .none
        }
        let connection = fields[values: .connection].joined(separator: ",").lowercased()
        let options = connection.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        return RequestHead(
            request: HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: fields),
            isOld: isOld, framing: framing, wantsClose: isOld || options.contains("close"),
            expectsContinue: expectsContinue)
    }

    private func framing() throws(Problem) -> RequestHead.Framing {
        if let coding = fields[.transferEncoding] {
            guard !isOld else { throw Problem(.malformedRequest, "HTTP/1.0 knows no transfer coding") }
            guard fields[.contentLength] == nil else {
                throw Problem(.malformedRequest, "both Content-Length and Transfer-Encoding are there")
            }
            guard coding.lowercased() == "chunked" else {
                throw Problem(.notImplemented, "the only transfer coding is chunked")
            }
            return .chunked
        }
        guard let text = fields[.contentLength] else { return .none }
        let isNumber = !text.isEmpty && text.utf8.count <= 19 && text.utf8.allSatisfy { (48...57).contains($0) }
        guard isNumber, let length = Int(text) else {
            throw Problem(.malformedRequest, "Content-Length is not a number")
        }
        guard length <= limits.bodyBytes else {
            throw Problem(.bodyTooLarge, "a body may have \(limits.bodyBytes) bytes")
        }
        return length == 0 ? .none : .fixed(length)
    }
}

/// One line of a header or of trailers.
enum FieldLine {
    /// True for fields of which two would leave open which one counts.
    static func isSingle(_ name: HTTPField.Name) -> Bool { single.contains(name) }

    /// True for fields that say how to read a request or who sends it, which is too late after the body.
    static func isForHeaderOnly(_ name: HTTPField.Name) -> Bool {
        single.contains(name) || name == .hostField || name == .connection || name == .upgrade
    }

    private static let single: Set<HTTPField.Name> = [
        .contentLength, .transferEncoding, .authorization, .contentType, .contentEncoding, .expect, .origin, .fetchSite,
        .idempotencyKey, .cookie,
    ]

    /// The name and the value of a line, without its end.
    static func parse(_ line: ArraySlice<UInt8>) throws(Problem) -> (HTTPField.Name, String) {
        guard let first = line.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\t") else {
            throw Problem(.malformedRequest, "a header's line begins with white space")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { throw Problem(.malformedRequest, "a header's line does not begin with a name and a colon") }
        var value = line[(colon + 1)...]
        while value.first == 32 { value.removeFirst() }
        while value.last == 32 { value.removeLast() }
        // Readers differ on a tab beside a length.
        guard value.first != 9, value.last != 9 else {
            throw Problem(.malformedRequest, "the value of \(name.canonicalName) has a tab beside it")
        }
        guard value.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }),
            let text = String(validating: value, as: UTF8.self)
        else { throw Problem(.malformedRequest, "the value of \(name.canonicalName) is not plain text") }
        return (name, text)
    }
}
