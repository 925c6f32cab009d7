import Glibc
import HTTPTypes
import Hummingbird
import NIOCore

/// Writes one answer: its header, and its body as it comes.
final class AnswerWriter: ResponseBodyWriter {
    private enum Framing {
        case none
        case fixed(left: Int)
        case chunked
        case untilClose
    }

    private let connection: Connection
    private var framing: Framing
    private var pending: ByteBuffer
    /// The bytes of the body so far.
    private(set) var bytes = 0
    private(set) var isFinished = false

    /// A route that says one length and writes another, which leaves nothing to do but to hang up.
    struct LengthError: Error {}

    /// An answer to `head`; after it the connection is closed where `closes`.
    init(_ response: Response, to head: RequestHead?, closes: Bool, connection: Connection) {
        self.connection = connection
        let status = response.status.code
        let hasBody = head?.request.method != .head && status >= 200 && status != 204 && status != 304
        var closes = closes
        if !hasBody {
            framing = .none
        } else if let length = response.body.contentLength {
            framing = .fixed(left: length)
        } else if head?.isOld == true {
            framing = .untilClose
            closes = true
        } else {
            framing = .chunked
        }
        pending = ByteBuffer()
        pending.writeString("HTTP/1.1 \(status) \(response.status.reasonPhrase)\r\n")
        for field in response.headers where !AnswerWriter.own.contains(field.name) {
            pending.writeString("\(field.name.rawName): \(field.value)\r\n")
        }
        switch framing {
        case .fixed(let length): pending.writeString("Content-Length: \(length)\r\n")
        case .chunked: pending.writeString("Transfer-Encoding: chunked\r\n")
        case .none where head?.request.method == .head:
            // The library writes 0 for a body whose length nobody knows, which GET would send in chunks.
            if let length = response.headers[.contentLength], length != "0" {
                pending.writeString("Content-Length: \(length)\r\n")
            }
        case .none, .untilClose: break
        }
        if closes { pending.writeString("Connection: close\r\n") }
        pending.writeString("Date: \(AnswerWriter.date())\r\n\r\n")
    }

    /// Fields that belong to the connection and not to the route.
    private static let own: Set<HTTPField.Name> = [.contentLength, .transferEncoding, .connection, .date, .holds]

    func write(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        switch framing {
        case .none: return
        case .fixed(let left):
            guard buffer.readableBytes <= left else { throw LengthError() }
            framing = .fixed(left: left - buffer.readableBytes)
            bytes += buffer.readableBytes
            if pending.readableBytes + buffer.readableBytes <= AnswerWriter.piece {
                pending.writeBuffer(&buffer)
            } else {
                try await flush()
                try await send(buffer)
            }
        case .chunked:
            guard buffer.readableBytes > 0 else { return }
            bytes += buffer.readableBytes
            pending.writeString(String(buffer.readableBytes, radix: 16) + "\r\n")
            if buffer.readableBytes <= AnswerWriter.piece {
                pending.writeBuffer(&buffer)
            } else {
                try await flush()
                try await send(buffer)
            }
            pending.writeString("\r\n")
            try await flush()
        case .untilClose:
            bytes += buffer.readableBytes
            try await flush()
            try await send(buffer)
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        switch framing {
        case .fixed(let left) where left > 0: throw LengthError()
        case .chunked: pending.writeString("0\r\n\r\n")
        case .none, .fixed, .untilClose: break
        }
        isFinished = true
        try await flush()
    }

    /// What is sent at once, and must be taken within the time that a reader has.
    private static let piece = 64 << 10

    private func flush() async throws {
        guard pending.readableBytes > 0 else { return }
        let bytes = pending
        pending = ByteBuffer()
        try await connection.write(bytes)
    }

    private func send(_ buffer: ByteBuffer) async throws {
        var buffer = buffer
        while let piece = buffer.readSlice(length: min(AnswerWriter.piece, buffer.readableBytes)),
            piece.readableBytes > 0
        {
            try await connection.write(piece)
        }
    }

    /// The time, as HTTP writes it.
    private static func date() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday) % 7]
        let month = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ][Int(parts.tm_mon) % 12]
        return "\(day), \(two(parts.tm_mday)) \(month) \(Int(parts.tm_year) + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
