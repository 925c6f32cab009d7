import NIOCore

/// What comes in over a connection, cut into requests.
package enum RequestPart: Sendable {
    /// A request begins.
    case head(RequestHead)
    /// A piece of its body, not empty.
    case body(ByteBuffer)
    /// The request is whole.
    case end
}

/// Bytes to requests, strictly: where two readers could differ on where a request ends, it is refused.
///
/// The library's decoder takes a bare line feed for a line's end, repeats of `Content-Length`, and chunk extensions of any
/// size, and loses the version on the way to the routes. Refusing these in front of it would mean to find every request's
/// end there too, and two opinions on that are what smuggling is made of; so there is one.
package struct RequestParser: Sendable {
    private enum State {
        case line
        case fields(RequestHeadReader)
        case fixed(left: Int)
        case chunked(ChunkReader)
        case end
        case failed(Problem)
    }

    private let limits: WireLimits
    private var state = State.line
    private var buffer = ByteBuffer()
    /// Bytes at the front of `buffer` that are known to hold no line's end.
    private var scanned = 0

    /// A parser at the beginning of a connection.
    package init(limits: WireLimits) { self.limits = limits }

    /// True where no byte of a request has been seen since the last one's end.
    package var isBetweenRequests: Bool {
        if case .line = state { return buffer.readableBytes == 0 }
        return false
    }

    /// True where bytes wait that have not been looked at as part of a request.
    package var holdsBytes: Bool { buffer.readableBytes > 0 }

    /// Takes bytes as they came.
    package mutating func append(_ bytes: inout ByteBuffer) {
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
    }

    /// The next part, or nil where more bytes are needed for it.
    ///
    /// - Throws: What is wrong; the same again on every further call, for nothing after it can be trusted.
    package mutating func next() throws(Problem) -> RequestPart? {
        do {
            return try step()
        } catch {
            buffer = ByteBuffer()
            state = .failed(error)
            throw error
        }
    }

    private mutating func step() throws(Problem) -> RequestPart? {
        switch state {
        case .failed(let problem): throw problem
        case .line, .fields: return try head()
        case .fixed(let left):
            guard left > 0 else { return end() }
            guard let piece = buffer.readSlice(length: min(left, buffer.readableBytes)), piece.readableBytes > 0 else {
                return nil
            }
            state = .fixed(left: left - piece.readableBytes)
            release()
            return .body(piece)
        case .chunked(var chunks):
            let piece = try chunks.read(from: &buffer)
            state = .chunked(chunks)
            release()
            if let piece { return .body(piece) }
            return chunks.isDone ? end() : nil
        case .end: return end()
        }
    }

    private mutating func end() -> RequestPart {
        state = .line
        release()
        return .end
    }

    /// Lets go of storage that has been read.
    private mutating func release() {
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
    }

    private mutating func head() throws(Problem) -> RequestPart? {
        while true {
            switch state {
            case .line:
                if let first = buffer.readableBytesView.first, !RequestParser.isTokenByte(first) {
                    throw Problem(.malformedRequest, "a request does not begin with a method")
                }
                let tooLong = Problem(.targetTooLong, "a request line may have \(limits.lineBytes) bytes")
                guard let line = try readLine(limit: limits.lineBytes, orThrow: tooLong) else { return nil }
                var reader = RequestHeadReader(limits: limits)
                try reader.readLine(line)
                state = .fields(reader)
            case .fields(var reader):
                let tooLong = Problem(.headerTooLarge, RequestHeadReader.size(limits))
                guard let line = try readLine(limit: limits.headerBytes, orThrow: tooLong) else { return nil }
                guard line.isEmpty else {
                    state = .end  // so that `reader` is the only owner of its fields
                    try reader.readField(line)
                    state = .fields(reader)
                    continue
                }
                let head = try reader.finish()
                switch head.framing {
                case .none: state = .end
                case .fixed(let length): state = .fixed(left: length)
                case .chunked: state = .chunked(ChunkReader(limits: limits))
                }
                release()
                return .head(head)
            default: return nil
            }
        }
    }

    private mutating func readLine(limit: Int, orThrow tooLong: Problem) throws(Problem) -> ArraySlice<UInt8>? {
        try buffer.readLine(limit: limit, scanned: &scanned, orThrow: tooLong)
    }

    /// True for the bytes that a method can begin with.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}

extension ByteBuffer {
    /// Reads a line that ends in CR LF, without them; nil where its end has not come yet.
    ///
    /// - Parameter scanned: Bytes at the front that held no line's end the last time.
    mutating func readLine(
        limit: Int, scanned: inout Int, orThrow tooLong: Problem
    ) throws(Problem) -> ArraySlice<UInt8>? {
        let view = readableBytesView
        let start = view.startIndex
        guard let feed = view[(start + min(scanned, view.count))...].firstIndex(of: UInt8(ascii: "\n")) else {
            guard view.count <= limit + 1 else { throw tooLong }
            scanned = view.count
            return nil
        }
        guard feed - start <= limit + 1 else { throw tooLong }
        guard feed > start, view[feed - 1] == UInt8(ascii: "\r") else {
            throw Problem(.malformedRequest, "a line ends in a bare line feed")
        }
        scanned = 0
        let line = Array(view[start..<(feed - 1)])
        guard !line.contains(where: { $0 == UInt8(ascii: "\r") || $0 == 0 }) else {
            throw Problem(.malformedRequest, "a line holds a carriage return or a NUL")
        }
        moveReaderIndex(forwardBy: feed + 1 - start)
        return line[...]
    }
}
