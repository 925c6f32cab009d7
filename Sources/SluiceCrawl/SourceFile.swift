import Glibc
import SluiceCore

/// Regular files as sources: what can be opened, and by which digest a source is known.
public enum SourceFile {
    /// The SHA-256 and the size in bytes of the file at `path`.
    ///
    /// - throws: `.inputMissing` where it is missing, unreadable, not a regular file or not as long as it says; `.io` where
    ///   opening or reading fails for now; `.busy` where the task is cancelled meanwhile.
    public static func digest(of path: String) throws(SluiceError) -> (digest: Digest, bytes: UInt64) {
        let (descriptor, size) = try open(path)
        defer { close(descriptor) }
        var digester = Digester()
        var total: UInt64 = 0
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = try read(descriptor, into: chunk, at: total, path: path)
            if count == 0 {
                guard total == size || isChanged(descriptor, from: size) else {
                    throw otherLength(path, "it has \(total) bytes, and \(size) were expected")
                }
                return (digester.finish(), total)
            }
            if Task.isCancelled {
                throw SluiceError(.busy, "\(path) was not read to its end", advice: "give it again")
            }
            digester.update(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            total += UInt64(count)
        }
    }

    /// True of a file that was written to or cut meanwhile: whoever decides on its records finds that out by its stamp.
    private static func isChanged(_ descriptor: Int32, from size: UInt64) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && UInt64(max(0, status.st_size)) != size
    }

    /// Fails with `.inputMissing` where the file's last byte is not where its size says.
    static func requireLength(_ descriptor: Int32, _ size: UInt64, path: String) throws(SluiceError) {
        let last = size == 0 ? 0 : size - 1
        guard let end = Descriptor.read(2, at: Int(clamping: last), from: descriptor) else { return }
        guard UInt64(end.count) == size - last || isChanged(descriptor, from: size) else {
            throw otherLength(path, "\(size) bytes were expected, and it has \(end.count > 1 ? "more" : "fewer")")
        }
    }

    private static func otherLength(_ path: String, _ found: String) -> SluiceError {
        SluiceError(.inputMissing, "\(path) is not as long as it says: \(found)", advice: "pipe it in as '-'")
    }

    /// The size in bytes of the file at `path`.
    ///
    /// - throws: `.inputMissing` where it is missing, unreadable or not a regular file; `.io` where it cannot be opened for
    ///   now.
    public static func size(of path: String) throws(SluiceError) -> UInt64 {
        let (descriptor, size) = try open(path)
        close(descriptor)
        return size
    }

    /// A descriptor for reading the regular file at `path`, and its size in bytes; the caller closes it.
    static func open(_ path: String) throws(SluiceError) -> (descriptor: Int32, size: UInt64) {
        // O_NONBLOCK: opening a pipe that nobody writes to must not hang before it can be refused.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .unreadable(path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let number = errno
            close(descriptor)
            throw .unreadable(path, number)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SluiceError(
                .inputMissing, "cannot read \(path): it is not a regular file", advice: "give files or directories")
        }
        return (descriptor, UInt64(max(0, status.st_size)))
    }

    /// Reads what there is at `offset`, until `buffer` is full or the file ends; returns the bytes read.
    static func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, path: String
    ) throws(SluiceError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var filled = 0
        while filled < buffer.count {
            let count = pread(descriptor, base + filled, buffer.count - filled, off_t(offset) + off_t(filled))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw SluiceError(
                    .io, "cannot read \(path) at offset \(offset + UInt64(filled)): \(lastError())",
                    advice: "check the disk, then start again: reading goes on where it was committed")
            }
            filled += count
        }
        return filled
    }

    static func lastError() -> String { String(cString: strerror(errno)) }
}
