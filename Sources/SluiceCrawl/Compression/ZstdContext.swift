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
    /// The same bytes, level and dictionary give the same frame with the same library. Where there is a `dictionary`, its
    /// level counts.
    ///
    /// - throws: `.io` where memory runs out.
    public func compress(
        _ bytes: [UInt8], level: Int = 3, dictionary: ZstdDictionary? = nil
    ) throws(SluiceError) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        var code = 0
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            code = bytes.withUnsafeBytes { input in
                if let dictionary {
                    return ZSTD_compress_usingCDict(
                        context, output.baseAddress, bound, input.baseAddress, input.count, dictionary.prepared)
                }
                return ZSTD_compressCCtx(
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
    /// The dictionary that was used last, made ready.
    private var ready: (digest: Digest, prepared: OpaquePointer)?

    /// A decompressor that has not decompressed yet.
    public init() {}

    deinit {
        ZSTD_freeDCtx(context)
        if let ready { ZSTD_freeDDict(ready.prepared) }
    }

    /// The bytes in `frame`, which must state their number; at most `limit` of them. A frame that was made without a
    /// dictionary may come with one.
    ///
    /// - throws: `.io` where the frame is damaged, states no size, holds more than `limit` bytes, or needs another
    ///   dictionary.
    public func decompress(
        _ frame: [UInt8], limit: Int, dictionary: TextDictionary? = nil
    ) throws(SluiceError) -> [UInt8] {
        let stated = frame.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // The library's marks for "unknown" and "error" are the two largest numbers.
        guard stated <= UInt64(max(0, limit)) else {
            throw SluiceError(.io, "cannot decompress a text: its frame is damaged or holds more than \(limit) bytes")
        }
        let size = Int(stated)
        let prepared = try dictionary.map { dictionary throws(SluiceError) in try makeReady(dictionary) }
        var code = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { output, count in
            code = frame.withUnsafeBytes { input in
                if let prepared {
                    return ZSTD_decompress_usingDDict(
                        context, output.baseAddress, size, input.baseAddress, input.count, prepared)
                }
                return ZSTD_decompressDCtx(context, output.baseAddress, size, input.baseAddress, input.count)
            }
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0, code == size else {
            let problem = ZSTD_isError(code) == 0 ? "wrong size" : String(cString: ZSTD_getErrorName(code))
            throw SluiceError(.io, "cannot decompress a text: \(problem)")
        }
        return bytes
    }

    private func makeReady(_ dictionary: TextDictionary) throws(SluiceError) -> OpaquePointer {
        if let ready, ready.digest == dictionary.digest { return ready.prepared }
        guard let made = dictionary.bytes.withUnsafeBytes({ ZSTD_createDDict($0.baseAddress, $0.count) }) else {
            throw SluiceError(.io, "cannot decompress a text: its dictionary is damaged")
        }
        if let ready { ZSTD_freeDDict(ready.prepared) }
        ready = (dictionary.digest, made)
        return made
    }
}
