import CZstd
import SluiceCore

/// Compresses byte strings one by one with one reusable context; not for several threads at once.
public final class ZstdCompressor {
    private let context = ZSTD_createCCtx()

    /// A compressor that has not compressed yet.
    public init() {}

    deinit { ZSTD_freeCCtx(context) }

    /// One Zstandard frame that holds `bytes` and states their number; `level` is 1 (fast) to 19 (small).
    ///
    /// The same bytes and level give the same frame with the same library.
    ///
    /// - throws: `.io` where memory runs out.
    public func compress(_ bytes: [UInt8], level: Int = 3) throws(SluiceError) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        var code = 0
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            code = bytes.withUnsafeBytes { input in
                ZSTD_compressCCtx(
                    context, output.baseAddress, bound, input.baseAddress, input.count, Int32(clamping: level))
            }
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0 else {
            throw SluiceError(.io, "cannot compress \(bytes.count) bytes: \(String(cString: ZSTD_getErrorName(code)))")
        }
        return frame
    }
}

/// Decompresses single frames with one reusable context; not for several threads at once.
public final class ZstdDecompressor {
    private let context = ZSTD_createDCtx()

    /// A decompressor that has not decompressed yet.
    public init() {}

    deinit { ZSTD_freeDCtx(context) }

    /// The bytes in `frame`, which must state their number; at most `limit` of them.
    ///
    /// - throws: `.io` where the frame is damaged, states no size, or holds more than `limit` bytes.
    public func decompress(_ frame: [UInt8], limit: Int) throws(SluiceError) -> [UInt8] {
        let stated = frame.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // The library's marks for "unknown" and "error" are the two largest numbers.
        guard stated <= UInt64(max(0, limit)) else {
            throw SluiceError(.io, "cannot decompress a text: its frame is damaged or holds more than \(limit) bytes")
        }
        let size = Int(stated)
        var code = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            code = frame.withUnsafeBytes { input in
                ZSTD_decompressDCtx(context, output.baseAddress, size, input.baseAddress, input.count)
            }
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0, code == size else {
            let problem = ZSTD_isError(code) == 0 ? "wrong size" : String(cString: ZSTD_getErrorName(code))
            throw SluiceError(.io, "cannot decompress a text: \(problem)")
        }
        return bytes
    }
}
