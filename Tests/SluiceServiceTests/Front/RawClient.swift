import Glibc
import NIOPosix

/// A client that sends exactly the bytes it is told to, and blocks.
final class RawClient: Sendable {
    private let descriptor: Int32

    /// Where to.
    enum Address: Sendable {
        case port(Int)
        case path(String)
    }

    init(_ address: Address, seconds: Int = 5) {
        switch address {
        case .port(let port):
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var to = sockaddr_in()
            to.sin_family = sa_family_t(AF_INET)
            to.sin_port = in_port_t(port).bigEndian
            to.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            RawClient.connect(descriptor, to)
        case .path(let path):
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var to = sockaddr_un()
            to.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &to.sun_path) { $0.copyBytes(from: path.utf8) }
            RawClient.connect(descriptor, to)
        }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    private static func connect<Address>(_ descriptor: Int32, _ address: Address) {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Sends all bytes; false where the other side takes no more.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Says that nothing more will be sent.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What comes next: nil at the end, or where nothing comes in time.
    func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    /// Whether the other side has closed, and not merely said nothing.
    func isClosed() -> Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK))
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    /// The next answers, at most `limit`, or those that come before the end.
    func answers(_ limit: Int, headOnly: Bool = false) -> [Answer] {
        var reader = AnswerReader(headOnly: headOnly)
        while reader.answers.count < limit, let bytes = receive() { reader.append(bytes) }
        reader.end()
        return reader.answers
    }

    /// The one answer to a request.
    func ask(_ text: String) -> Answer? {
        send(text)
        return answers(1).first
    }
}

/// Threads for clients alone: were they those on which the front writes files, it would wait for its own callers.
private let clientThreads: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 16)
    pool.start()
    return pool
}()

/// Runs blocking work off the pool that everything else needs.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await clientThreads.runIfActive(body)
}
