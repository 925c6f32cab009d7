import CSluiceKernels
import Glibc

/// The bytes of a file as they stand in memory, read-only; the kernel brings them in when they are asked for, and may
/// drop them again.
///
/// Invariant: `start` is a mapping of `count` bytes that lives as long as this object, and every load is held against
/// `count`. The bytes themselves may be anything, and may change under our eyes where somebody writes to the file; so
/// whoever loads a value checks it before use. A file that is cut short while it is mapped, or a sector that cannot be
/// read, ends the process: only the store's owner could do the first, and what was committed is safe in both.
final class MappedBytes: @unchecked Sendable {
    private let start: UnsafeRawPointer
    /// How many bytes there are.
    let count: Int

    /// The first `count` bytes of a file, which has as many; nil where it cannot be mapped, with `errno` saying why.
    init?(_ descriptor: Int32, count: Int) {
        guard count > 0, let address = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), address != MAP_FAILED
        else { return nil }
        start = UnsafeRawPointer(address)
        self.count = count
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: start), count) }

    /// The little-endian number at `offset`; 0 beyond the end.
    @inline(__always)
    func load<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as: Number.Type) -> Number {
        guard offset >= 0, offset <= count &- MemoryLayout<Number>.size else { return 0 }
        return Number(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    /// Has the line of memory at `offset` brought in, where there is one, and does not wait for it.
    @inline(__always)
    func prefetch(_ offset: Int) {
        if offset >= 0, offset < count { sluice_prefetch(start + offset) }
    }
}
