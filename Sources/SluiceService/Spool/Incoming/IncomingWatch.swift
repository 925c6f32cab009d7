import Glibc
import SluiceCore

/// What the kernel tells about `incoming/` (inotify), in the order in which it happened.
final class IncomingWatch: Sendable {
    /// One thing that happened.
    enum Event: Equatable, Sendable {
        /// A file was renamed to this name.
        case movedIn([UInt8])
        /// A file of this name was made, by somebody who opened it or who gave it a second name.
        case made([UInt8])
        /// A file of this name was written to by somebody who has it open.
        case written([UInt8])
        /// A file of this name that was open for writing was closed.
        case closed([UInt8])
        /// More happened than the kernel could remember; a scan finds it.
        case lost
    }

    private let descriptor: Int32

    /// Watches the directory behind a descriptor.
    init(_ directory: Int32) throws(SluiceError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw IncomingWatch.failure() }
        let mask =
            UInt32(IN_MOVED_TO) | UInt32(IN_CREATE) | UInt32(IN_MODIFY) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_ONLYDIR)
        guard inotify_add_watch(descriptor, "/proc/self/fd/\(directory)", mask) >= 0 else {
            let error = IncomingWatch.failure()
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Waits until something happens, at most `milliseconds`, and answers what.
    func next(within milliseconds: Int32) -> [Event] {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, milliseconds) > 0 else { return [] }
        return withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            return count > 0 ? IncomingWatch.events(in: UnsafeRawBufferPointer(rebasing: buffer[..<count])) : []
        }
    }

    /// The events in what the kernel wrote: a head of 16 bytes each, then the name, filled up with zeros.
    static func events(in bytes: UnsafeRawBufferPointer) -> [Event] {
        var events: [Event] = []
        var at = 0
        while bytes.count - at >= 16 {
            let mask = bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
            let length = Int(bytes.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
            guard length <= bytes.count - at - 16 else { break }
            let name = Array(bytes[(at + 16)..<(at + 16 + length)].prefix { $0 != 0 })
            at += 16 + length
            if mask & (UInt32(IN_Q_OVERFLOW) | UInt32(IN_IGNORED)) != 0 {
                events.append(.lost)
            } else if mask & UInt32(IN_ISDIR) == 0 {
                events.append(event(mask, name))
            }
        }
        return events
    }

    private static func event(_ mask: UInt32, _ name: [UInt8]) -> Event {
        if mask & UInt32(IN_MOVED_TO) != 0 { return .movedIn(name) }
        if mask & UInt32(IN_CREATE) != 0 { return .made(name) }
        return mask & UInt32(IN_MODIFY) != 0 ? .written(name) : .closed(name)
    }

    private static func failure() -> SluiceError {
        SluiceError(
            .io, "the kernel cannot watch the spool: \(String(cString: strerror(errno)))",
            advice: "files are found by scanning; raise fs.inotify.max_user_instances")
    }
}
