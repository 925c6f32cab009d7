import CDeflate
import CZlib
import CZstd

/// What a step of streaming decompression came to.
enum DecodeStatus {
    /// More input, or more room, is needed.
    case more
    /// The member ended well.
    case end
    /// The member's own check of its content failed at its end.
    case checkFailed(String)
    /// The data is not what the format says.
    case damaged(String)
}

/// What a step of streaming decompression took and gave, in bytes.
struct DecodeStep {
    var consumed: Int
    var produced: Int
    var status: DecodeStatus
}

/// zlib, for gzip members that are too large, or too damaged, to be decompressed in one go.
final class GzipStream {
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, 16 for "a gzip wrapper is expected and checked".
        inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func reset() { inflateReset(stream) }

    func step(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodeStep {
        let given = min(input.count, Int(UInt32.max) >> 1)
        let room = min(output.count, Int(UInt32.max) >> 1)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(given)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        let code = inflate(stream, Z_NO_FLUSH)
        let status: DecodeStatus
        switch code {
        case Z_STREAM_END: status = .end
        case Z_OK, Z_BUF_ERROR: status = .more
        default:
            let message = stream.pointee.msg.map { String(cString: $0) } ?? "inflate failed with code \(code)"
            let isCheck = message == "incorrect data check" || message == "incorrect length check"
            status = isCheck ? .checkFailed(message) : .damaged(message)
        }
        return DecodeStep(
            consumed: given - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out),
            status: status)
    }
}

/// libdeflate, for gzip members that fit in memory: 1.8 times as fast as zlib on small ones.
final class GzipMember {
    enum Outcome {
        case whole(consumed: Int, produced: Int)
        case shortOfRoom
        case failed
    }

    private let decompressor = libdeflate_alloc_decompressor()

    deinit { libdeflate_free_decompressor(decompressor) }

    /// The flag of a gzip header that has a check of its own, which libdeflate passes over and zlib does not.
    private static let headerCheck: UInt8 = 2

    func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Outcome {
        guard let decompressor, input.count > 3, input[3] & GzipMember.headerCheck == 0 else { return .failed }
        var consumed = 0
        var produced = 0
        switch libdeflate_gzip_decompress_ex(
            decompressor, input.baseAddress, input.count, output.baseAddress, output.count, &consumed, &produced)
        {
        case LIBDEFLATE_SUCCESS: return .whole(consumed: consumed, produced: produced)
        case LIBDEFLATE_INSUFFICIENT_SPACE: return .shortOfRoom
        default: return .failed
        }
    }
}

/// libzstd, frame by frame.
final class ZstdStream {
    private var context = ZstdStream.makeContext()
    private let restingSize: Int

    init() { restingSize = ZSTD_sizeof_DCtx(context) }

    deinit { ZSTD_freeDCtx(context) }

    /// The largest window of a frame, as a power of two: 128 MiB, what `zstd --long` writes by default.
    static let windowLog: Int32 = 27

    private static func makeContext() -> OpaquePointer? {
        let context = ZSTD_createDCtx()
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLog)
        return context
    }

    /// Makes ready for a frame, whatever frames came before.
    func reset() {
        // The library keeps the buffers of an earlier frame, and in a damaged one a larger buffer lets wrong offsets
        // pass that a fresh one refuses. Frames decompressed in one go need no buffers and cost no new context.
        if ZSTD_sizeof_DCtx(context) == restingSize {
            ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        } else {
            ZSTD_freeDCtx(context)
            context = ZstdStream.makeContext()
        }
    }

    func step(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodeStep {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let code = ZSTD_decompressStream(context, &target, &source)
        let status: DecodeStatus
        if ZSTD_isError(code) != 0 {
            let message = String(cString: ZSTD_getErrorName(code))
            status = message.contains("checksum") ? .checkFailed(message) : .damaged(message)
        } else {
            status = code == 0 ? .end : .more
        }
        return DecodeStep(consumed: source.pos, produced: target.pos, status: status)
    }
}
