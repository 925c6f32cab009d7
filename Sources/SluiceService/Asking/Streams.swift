import Glibc
import HTTPTypes
import Hummingbird
import NIOCore
import SluiceCore
import SluiceExport
import SluiceStore

extension Response {
    /// An answer of JSON lines, as `body` writes them; the client's pace is theirs.
    static func lines(
        _ body: @escaping @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/x-ndjson", .holds: "\(ShardStream.stretch)"],
            body: ResponseBody { writer in
                var sink = writer
                try await body { try await sink.write($0) }
                try await sink.finish(nil)
            })
    }
}

/// A file on its way to a client.
enum FileStream {
    private static let chunk = 256 << 10

    /// The file at `path`, as it is when the answer begins.
    static func response(of path: String, type: String, threads: QuestionPool) async throws -> Response {
        let (file, size) = try await threads.run { try opened(path) }
        return Response(
            status: .ok, headers: [.contentType: type, .holds: "\(chunk)"],
            body: ResponseBody(contentLength: size) { writer in
                var sink = writer
                var offset = 0
                while offset < size {
                    let at = offset
                    let length = min(chunk, size - offset)
                    let bytes = try await threads.run { try file.read(length, at: at) }
                    guard bytes.count == length else {
                        throw SluiceError(.io, "\(path) became shorter while it was read")
                    }
                    offset += length
                    try await sink.write(ByteBuffer(bytes: bytes))
                }
                try await sink.finish(nil)
            })
    }

    private static func opened(_ path: String) throws(Problem) -> (file: Descriptor.Owned, size: Int) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw Problem(.notFound, "the file went") }
        let file = Descriptor.Owned(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Problem(.notFound, "the file went")
        }
        return (file, Int(status.st_size))
    }
}

extension Descriptor {
    /// An open file that is closed with its last owner.
    final class Owned: Sendable {
        private let descriptor: Int32

        init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { close(descriptor) }

        /// `count` bytes from `offset` on, fewer where the file ends. Blocks.
        func read(_ count: Int, at offset: Int) throws(SluiceError) -> [UInt8] {
            guard let bytes = Descriptor.read(count, at: offset, from: descriptor) else {
                throw SluiceError(.io, "reading failed: \(String(cString: strerror(errno)))", advice: "check the disk")
            }
            return bytes
        }
    }
}

/// The documents of a shard on their way to a client.
struct ShardStream {
    let questions: QuestionPool
    let shard: Int64

    /// What is read of the store, and held, at a time.
    static let stretch = 1 << 20

    func run(_ write: (ByteBuffer) async throws -> Void) async throws {
        var lines = ShardLines(shard: shard)
        while true {
            let (next, bytes) = try await questions.ask(on: .long, within: .seconds(30)) { [lines] reader in
                var lines = lines
                let bytes = try lines.next(reader, bytes: ShardStream.stretch)
                return (lines, bytes)
            }
            if bytes.isEmpty { return }
            lines = next
            try await write(ByteBuffer(bytes: bytes))
        }
    }
}
