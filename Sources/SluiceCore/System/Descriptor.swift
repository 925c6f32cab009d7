import Glibc

/// What is written to file descriptors, and read from them.
public enum Descriptor {
    /// Writes all of `bytes`, however many calls that takes; false where one failed, with `errno` saying why. Waits for a
    /// descriptor that somebody has set not to.
    public static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, base + done, bytes.count - done)
            if count < 0, errno == EINTR || (errno == EAGAIN && wait(for: POLLOUT, on: descriptor)) { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// Waits until `descriptor` is ready for `event`; false where that cannot be waited for.
    package static func wait(for event: Int32, on descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while poll(&entry, 1, -1) < 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }

    /// `count` bytes from `offset` on, fewer where the file ends, however many calls that takes; nil where one failed,
    /// with `errno` saying why.
    public static func read(_ count: Int, at offset: Int, from descriptor: Int32) -> [UInt8]? {
        var hasFailed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + filled, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                hasFailed = got < 0
                if got <= 0 { break }
                filled += got
            }
        }
        return hasFailed ? nil : bytes
    }
}
