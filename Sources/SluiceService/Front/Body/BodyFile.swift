import Glibc
import Hummingbird
import NIOCore
import NIOPosix
import SluiceCore
import SluicePipeline
import Synchronization

/// A request's body on disk: where it is, how long it is, and the digest that it is known by.
package struct BodyFile: Sendable {
    /// The file, for this user alone; whoever asked for it removes it.
    package let path: String
    /// SHA-256 of its bytes.
    package let digest: Digest
    /// Its length.
    package let bytes: Int

    /// Removes the file. Blocks.
    package func remove() { unlink(path) }

    /// What the names of such files begin with.
    package static let prefix = "body-"

    /// Brings a body into a file of its own in `directory`, as it was sent.
    ///
    /// The connection is not read while a piece is being written, so a sender is as slow as the disk, and a connection
    /// holds no more than ``pieceBytes`` and one read.
    ///
    /// - Parameter mayContinue: Asked before the first byte and after every MiB, on a thread of `pool`; it throws where the
    ///   disk should take no more.
    /// - Throws: ``Problem`` for a body that is not what the header says, what `mayContinue` throws, or `SluiceError` of the
    ///   kind `io`. Nothing is left on disk then.
    package static func receive(
        _ request: Request, in directory: String, pool: NIOThreadPool,
        mayContinue: @escaping @Sendable () throws -> Void = {}
    ) async throws -> BodyFile {
        let coding = try BodyCoding(request.headers)
        let path = directory + "/" + prefix + TokenMint.secret()
        let sink = try await pool.runIfActive {
            try mayContinue()
            return try BodySink(path: path)
        }
        var piece = ByteBuffer()
        var first: [UInt8] = []
        var sinceAsked = 0
        for try await buffer in request.body {
            if first.count < 4 {
                first += buffer.readableBytesView.prefix(4 - first.count)
                if first.count == 4 { try coding.check(first) }
            }
            // Copied, for a drip of single bytes would otherwise hold a buffer for each.
            piece.writeImmutableBuffer(buffer)
            guard piece.readableBytes >= pieceBytes else { continue }
            sinceAsked += piece.readableBytes
            let asks = sinceAsked >= 1 << 20
            if asks { sinceAsked = 0 }
            let full = piece
            try await pool.runIfActive {
                if asks { try mayContinue() }
                try sink.write(full)
            }
            piece.clear()
        }
        try coding.check(first)
        let rest = piece
        return try await pool.runIfActive {
            try sink.write(rest)
            return try sink.finish()
        }
    }

    /// What is gathered before it is written.
    package static let pieceBytes = 256 << 10

    /// Removes the bodies that a daemon which is no more has left in `directory`. Blocks.
    package static func sweep(_ directory: String) {
        for case let name? in (try? DirectoryListing.names(of: directory)) ?? [] where name.hasPrefix(prefix) {
            unlink(directory + "/" + name)
        }
    }
}

/// The file of a body while it grows; used by one thread at a time, and gone with it where it was not finished.
private final class BodySink: Sendable {
    private struct State {
        var descriptor: Int32
        var digester = Digester()
        var bytes = 0
    }

    private let path: String
    private let state: Mutex<State>

    init(path: String) throws(SluiceError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw BodySink.failure("cannot be created") }
        self.path = path
        state = Mutex(State(descriptor: descriptor))
    }

    deinit {
        state.withLock { state in
            guard state.descriptor >= 0 else { return }
            close(state.descriptor)
            unlink(path)
        }
    }

    func write(_ buffer: ByteBuffer) throws(SluiceError) {
        try state.withLock { state throws(SluiceError) in
            let isWritten = buffer.withUnsafeReadableBytes { bytes in
                state.digester.update(bytes)
                return Descriptor.write(bytes, to: state.descriptor)
            }
            guard isWritten else { throw BodySink.failure("cannot be written") }
            state.bytes += buffer.readableBytes
        }
    }

    func finish() throws(SluiceError) -> BodyFile {
        try state.withLock { state throws(SluiceError) in
            close(state.descriptor)
            state.descriptor = -1
            return BodyFile(path: path, digest: state.digester.finish(), bytes: state.bytes)
        }
    }

    private static func failure(_ what: String) -> SluiceError {
        SluiceError(.io, "the file of a body \(what): \(String(cString: strerror(errno)))")
    }
}
