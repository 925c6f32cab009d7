import CZlib
import CZstd
import Glibc
import SluiceCore

/// Writes a file through a compressor; the same bytes in give the same bytes out, however they are cut.
///
/// The descriptor stays the caller's, who closes it.
public final class CompressedWriter {
    /// How the file is packed, and how hard.
    public enum Mode: Sendable, Equatable {
        /// As it is.
        case none
        /// One gzip member without name and time; `level` 1 to 9.
        case gzip(level: Int)
        /// One Zstandard frame with a checksum, for many megabytes of text: at least as small as level 3 makes it, but
        /// where nothing comes twice (then 1 % larger), for five sixths of the time. Whoever reads it needs 8 MiB.
        case zstd
    }

    /// The bytes given to write so far.
    public private(set) var rawBytes: UInt64 = 0
    /// The bytes written to the file so far.
    public private(set) var writtenBytes: UInt64 = 0

    private let descriptor: Int32
    private let path: String
    private let encoder: Encoder
    private var digester = Digester()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    private var buffered = 0

    private enum Encoder {
        case none
        case gzip(UnsafeMutablePointer<z_stream>)
        case zstd(OpaquePointer)
    }

    /// A writer to `descriptor`; `path` is its name in messages.
    ///
    /// - throws: `.io` where there is no memory for the compressor.
    public init(descriptor: Int32, path: String, mode: Mode) throws(SluiceError) {
        self.descriptor = descriptor
        self.path = path
        switch mode {
        case .none: encoder = .none
        case .gzip(let level):
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            stream.initialize(to: z_stream())
            encoder = .gzip(stream)
            // 15 bits of window, 16 for the gzip wrapper; zlib's own header has time 0 and no name. 8 is its memory default.
            let code = deflateInit2_(
                stream, Int32(clamping: level), Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size))
            guard code == Z_OK else { throw SluiceError(.io, "cannot compress \(path): zlib code \(code)") }
        case .zstd:
            // The fastest strategy, with matches of seven bytes and a table that stays in a core's cache, and beside it the
            // search for long matches far back, at every 256th byte, which gains more on pages than it costs.
            encoder = .zstd(
                try CompressedWriter.context(
                    [
                        (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)), (ZSTD_c_windowLog, 23), (ZSTD_c_hashLog, 17),
                        (ZSTD_c_minMatch, 7), (ZSTD_c_enableLongDistanceMatching, 1), (ZSTD_c_ldmHashRateLog, 8),
                    ], path))
        }
    }

    private static func context(
        _ parameters: [(ZSTD_cParameter, Int32)], _ path: String
    ) throws(SluiceError) -> OpaquePointer {
        guard let context = ZSTD_createCCtx() else { throw SluiceError(.io, "cannot compress \(path): no memory") }
        for (parameter, value) in parameters + [(ZSTD_c_checksumFlag, 1)] {
            guard ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)) == 0 else {
                ZSTD_freeCCtx(context)
                throw SluiceError(
                    .io, "cannot compress \(path): this zstd knows no parameter \(parameter.rawValue) of \(value)",
                    advice: "update libzstd, or ask for gzip")
            }
        }
        return context
    }

    deinit {
        buffer.deallocate()
        switch encoder {
        case .none: break
        case .gzip(let stream):
            deflateEnd(stream)
            stream.deallocate()
        case .zstd(let context): ZSTD_freeCCtx(context)
        }
    }

    /// Adds `bytes` to the file.
    ///
    /// - throws: `.io` where writing fails, a full disk included.
    public func write(_ bytes: [UInt8]) throws(SluiceError) {
        rawBytes += UInt64(bytes.count)
        try encode(bytes[...], isLast: false)
    }

    /// Ends the compressed data and waits until the file is on the disk; returns the SHA-256 of the file's bytes.
    ///
    /// Nothing may be written afterwards.
    ///
    /// - throws: `.io` where writing fails, a full disk included.
    public func finish() throws(SluiceError) -> Digest {
        try encode([], isLast: true)
        try flush()
        guard fsync(descriptor) == 0 else { throw failure() }
        return digester.finish()
    }

    private func encode(_ bytes: ArraySlice<UInt8>, isLast: Bool) throws(SluiceError) {
        var used = 0
        var isDone = false
        while !isDone {
            if buffered == buffer.count { try flush() }
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[buffered...])
            let step = bytes.withUnsafeBytes { all in
                self.step(UnsafeRawBufferPointer(rebasing: all[used...]), into: room, isLast: isLast)
            }
            guard let step else { throw SluiceError(.io, "cannot compress \(path)") }
            used += step.used
            buffered += step.made
            isDone = step.isDone
        }
    }

    /// One step of compression; done where all input is taken and, at the end, all output given. Nil where it fails.
    private func step(
        _ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer, isLast: Bool
    ) -> (used: Int, made: Int, isDone: Bool)? {
        switch encoder {
        case .none:
            let count = min(input.count, room.count)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
            return (count, count, count == input.count)
        case .gzip(let stream):
            let given = min(input.count, Int(UInt32.max) >> 1)
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(given)
            stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room.count)
            let code = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { return nil }
            let used = given - Int(stream.pointee.avail_in)
            let made = room.count - Int(stream.pointee.avail_out)
            return (used, made, isLast ? code == Z_STREAM_END : used == input.count)
        case .zstd(let context):
            var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
            let left = ZSTD_compressStream2(context, &target, &source, isLast ? ZSTD_e_end : ZSTD_e_continue)
            guard ZSTD_isError(left) == 0 else { return nil }
            return (source.pos, target.pos, isLast ? left == 0 : source.pos == input.count)
        }
    }

    private func flush() throws(SluiceError) {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<buffered])
        digester.update(bytes)
        guard Descriptor.write(bytes, to: descriptor) else { throw failure() }
        writtenBytes += UInt64(buffered)
        buffered = 0
    }

    private func failure() -> SluiceError {
        SluiceError(
            .io, "cannot write \(path): \(SourceFile.lastError())",
            advice: "check the room on the disk, then try again")
    }
}
