import Glibc
import SluiceCore

/// A file seen through a window that slides over it; reading keeps no position of its own.
///
/// Invariant: `storage[0..<held]` are the bytes of the file from `origin` on.
final class FileWindow {
    let path: String
    let size: UInt64
    private let descriptor: Int32
    private let storage: UnsafeMutableRawBufferPointer
    private var origin: UInt64 = 0
    private var held = 0
    let onRead: @Sendable () -> Void

    /// The most that a view can be asked for, in bytes.
    static let capacity = 1 << 20

    /// Opens the file at `path`; `onRead` is called whenever bytes of it were read.
    init(path: String, onRead: @escaping @Sendable () -> Void = {}) throws(SluiceError) {
        (descriptor, size) = try SourceFile.open(path)
        self.path = path
        self.onRead = onRead
        storage = UnsafeMutableRawBufferPointer.allocate(byteCount: FileWindow.capacity, alignment: 16)
    }

    /// Fails with `.inputMissing` where the file is not as long as it says.
    func requireLength() throws(SluiceError) { try SourceFile.requireLength(descriptor, size, path: path) }

    deinit {
        close(descriptor)
        storage.deallocate()
    }

    /// The bytes from `offset` on: at least `least` (at most ``capacity``) of them unless the file ends before.
    ///
    /// The view is good until the next one is asked for.
    func view(at offset: UInt64, atLeast least: Int) throws(SluiceError) -> UnsafeRawBufferPointer {
        let inside = offset >= origin && offset - origin <= UInt64(held)
        let from = inside ? Int(offset - origin) : 0
        if inside, held - from >= least { return UnsafeRawBufferPointer(rebasing: storage[from..<held]) }
        let kept = inside ? held - from : 0
        if kept > 0, from > 0, let base = storage.baseAddress { memmove(base, base + from, kept) }
        origin = offset
        held = kept
        if offset < size {
            let rest = UnsafeMutableRawBufferPointer(rebasing: storage[kept...])
            held += try SourceFile.read(descriptor, into: rest, at: offset + UInt64(kept), path: path)
            onRead()
        }
        return UnsafeRawBufferPointer(rebasing: storage[..<held])
    }

    /// A copy of the `count` bytes at `offset`, as many as there are; the window stays where it is.
    func peek(at offset: UInt64, _ count: Int) throws(SluiceError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var found: Result<Int, SluiceError> = .success(0)
        bytes.withUnsafeMutableBytes { buffer in
            found = Result { () throws(SluiceError) in
                try SourceFile.read(descriptor, into: buffer, at: offset, path: path)
            }
        }
        bytes.removeLast(count - (try found.get()))
        return bytes
    }
}
