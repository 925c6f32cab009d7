import HTTPTypes
import NIOCore

/// The chunks of one body.
struct ChunkReader: Sendable {
    private enum State {
        case size
        case data(left: Int)
        case dataEnd
        case trailers
        case done
    }

    private let limits: WireLimits
    private var state = State.size
    private var scanned = 0
    private var total = 0
    private var extensionBytes = 0
    private var trailerBytes = 0

    init(limits: WireLimits) { self.limits = limits }

    /// True once the last chunk and the trailers have been read.
    var isDone: Bool {
        if case .done = state { true } else { false }
    }

    /// What `bytes` holds of the body, chunks joined; nil where there is nothing more in it.
    mutating func read(from bytes: inout ByteBuffer) throws(Problem) -> ByteBuffer? {
        var out: ByteBuffer?
        while true {
            switch state {
            case .size:
                let tooLong = Problem(.malformedRequest, "a chunk's line may have \(limits.chunkLineBytes) bytes")
                guard let line = try bytes.readLine(limit: limits.chunkLineBytes, scanned: &scanned, orThrow: tooLong)
                else { return out }
                let size = try size(of: line)
                state = size == 0 ? .trailers : .data(left: size)
            case .data(let left):
                guard var piece = bytes.readSlice(length: min(left, bytes.readableBytes)), piece.readableBytes > 0
                else { return out }
                let rest = left - piece.readableBytes
                state = rest > 0 ? .data(left: rest) : .dataEnd
                if out == nil { out = piece } else { out?.writeBuffer(&piece) }
            case .dataEnd:
                guard bytes.readableBytes >= 2 else { return out }
                guard bytes.readInteger(as: UInt16.self) == 0x0D0A else {
                    throw Problem(.malformedRequest, "a chunk is longer than its line says")
                }
                state = .size
            case .trailers:
                let tooLong = Problem(.headerTooLarge, "trailers may have \(limits.trailerBytes) bytes")
                guard let line = try bytes.readLine(limit: limits.trailerBytes, scanned: &scanned, orThrow: tooLong)
                else { return out }
                trailerBytes += line.count + 2
                guard trailerBytes <= limits.trailerBytes + 2 else { throw tooLong }
                if line.isEmpty {
                    state = .done
                } else {
                    let (name, _) = try FieldLine.parse(line)
                    guard !FieldLine.isForHeaderOnly(name) else {
                        throw Problem(.malformedRequest, "the field \(name.canonicalName) may not come after the body")
                    }
                }
            case .done: return out
            }
        }
    }

    private mutating func size(of line: ArraySlice<UInt8>) throws(Problem) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        guard (1...15).contains(digits.count), digits.allSatisfy(ChunkReader.isHexDigit),
            let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Problem(.malformedRequest, "a chunk's size is not a number") }
        extensionBytes += line.count - digits.count
        guard extensionBytes <= limits.chunkExtensionBytes else {
            throw Problem(.malformedRequest, "chunk extensions may have \(limits.chunkExtensionBytes) bytes")
        }
        guard ChunkReader.areExtensions(line.dropFirst(digits.count)) else {
            throw Problem(.malformedRequest, "a chunk's extension is not a name, or a name and a plain value")
        }
        guard size <= limits.bodyBytes - total else {
            throw Problem(.bodyTooLarge, "a body may have \(limits.bodyBytes) bytes")
        }
        total += size
        return size
    }

    /// True for nothing, or for names, some with values, each behind a semicolon.
    private static func areExtensions(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.isEmpty
            || bytes.dropFirst().split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).allSatisfy {
                part in
                let words = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                return words.allSatisfy { !$0.isEmpty && $0.allSatisfy(isTokenByte) }
            }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte > 32 && byte < 127 && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
