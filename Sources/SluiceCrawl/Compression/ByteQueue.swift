import Glibc

/// Bytes that come in at one end in chunks and go out at the other in records.
///
/// Invariant: `0 <= head <= tail <= capacity`, and `base[head..<tail]` is initialised.
final class ByteQueue {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var head = 0
    private var tail = 0

    private static let restingCapacity = 1 << 20

    init() {
        capacity = ByteQueue.restingCapacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// The number of bytes waiting.
    var count: Int { tail - head }

    /// The waiting bytes; good until the next change.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base + head, count: tail - head) }

    /// A copy of the first `length` bytes, as many as there are.
    func copy(_ length: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: base + head, count: min(max(length, 0), count)))
    }

    /// Takes away the first `length` bytes, as many as there are.
    func consume(_ length: Int) {
        head += min(max(length, 0), count)
        guard head == tail else { return }
        head = 0
        tail = 0
        if capacity > 8 * ByteQueue.restingCapacity { move(to: ByteQueue.restingCapacity) }
    }

    /// Takes bytes away from the end until `length` are left.
    func truncate(to length: Int) { tail = head + min(max(length, 0), count) }

    /// Room for `room` bytes and more behind the waiting ones; good until the next change.
    func free(atLeast room: Int) -> UnsafeMutableRawBufferPointer {
        if capacity - tail < room {
            if capacity - count >= room, count <= capacity / 2 {
                memmove(base, base + head, count)
                tail = count
                head = 0
            } else {
                move(to: max(2 * capacity, count + room))
            }
        }
        return UnsafeMutableRawBufferPointer(start: base + tail, count: capacity - tail)
    }

    /// Counts the first `length` bytes of the free room, which were written, as waiting.
    func commit(_ length: Int) { tail += min(max(length, 0), capacity - tail) }

    private func move(to capacity: Int) {
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        moved.initialize(from: base + head, count: count)
        base.deallocate()
        base = moved
        self.capacity = capacity
        tail = count
        head = 0
    }
}
