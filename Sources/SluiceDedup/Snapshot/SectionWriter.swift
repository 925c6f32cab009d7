import Glibc

/// Writes one section of an index file from its front to its back, a block at a time, and takes its checksum.
struct SectionWriter<Number: FixedWidthInteger & BitwiseCopyable> {
    private let descriptor: Int32
    private var offset: Int
    private let end: Int
    private var block: [Number] = []
    private var sum = Checksum()
    /// `errno` of the write that failed; 0 while none has.
    private(set) var failure: Int32 = 0

    private static var blockCount: Int { Checksum.blockBytes / MemoryLayout<Number>.size }

    /// A writer of `length` bytes from `offset` on.
    init(_ descriptor: Int32, at offset: Int, length: Int) {
        self.descriptor = descriptor
        self.offset = offset
        end = offset + length
        block.reserveCapacity(SectionWriter.blockCount)
    }

    /// Adds a number.
    @inline(__always)
    mutating func append(_ number: Number) {
        block.append(number.littleEndian)
        if block.count == SectionWriter.blockCount { flush() }
    }

    /// Writes what is left, and answers the section's checksum; nil where a write failed or the section has another
    /// length than was said.
    mutating func finish() -> UInt64? {
        if !block.isEmpty { flush() }
        return failure == 0 && offset == end ? sum.value : nil
    }

    private mutating func flush() {
        block.withUnsafeBytes { bytes in
            sum.add(bytes)
            // Never beyond the section: what is behind it belongs to another.
            guard failure == 0, bytes.count <= end - offset else {
                if failure == 0 { failure = EINVAL }
                return
            }
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                let count = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failure = count < 0 ? errno : EIO
                    return
                }
                done += count
            }
        }
        offset += block.count * MemoryLayout<Number>.size
        block.removeAll(keepingCapacity: true)
    }
}
