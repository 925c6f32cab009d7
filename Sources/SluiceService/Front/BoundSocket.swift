import Glibc
import SluiceCore
import SluicePipeline

/// A socket that listens, made before anything runs, so that an address that cannot be had ends the start.
struct BoundSocket: Sendable {
    /// The descriptor, which the listener closes.
    let descriptor: Int32
    /// Where it can be reached, for people.
    let place: String
    /// True where others than this machine can reach it.
    let isPublic: Bool
    /// The file of a Unix socket, to be removed in the end.
    var file: SocketFile?

    /// The name of a Unix socket, and which file it is.
    struct SocketFile: Sendable {
        var path: String
        var inode: UInt

        /// Removes the file, where it is still this one.
        func remove() {
            var status = stat()
            if lstat(path, &status) == 0, UInt(status.st_ino) == inode { unlink(path) }
        }
    }

    /// Gives the address back, where nobody will listen after all.
    func abandon() {
        close(descriptor)
        file?.remove()
    }

    private static let backlog: Int32 = 1024
    /// What the kernel keeps of a body that nobody has asked for yet.
    private static let receiveBytes: Int32 = 256 << 10

    /// A TCP socket on `HOST:PORT`.
    static func tcp(_ listen: String) throws(SluiceError) -> BoundSocket {
        guard let authority = Authority(listen), let port = authority.port else {
            throw SluiceError(
                .configuration, "service.listen is '\(listen)'", advice: "it must be HOST:PORT, or empty for none")
        }
        var host = authority.host
        if host.hasPrefix("[") { host = String(host.dropFirst().dropLast()) }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let info = found else {
            throw SluiceError(.configuration, "service.listen: '\(host)' is not an address of this machine")
        }
        defer { freeaddrinfo(info) }
        let isPublic = !isLoopback(info.pointee.ai_addr)
        let descriptor = try open(info.pointee.ai_family, listen)
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        set(descriptor, SOL_SOCKET, SO_RCVBUF, receiveBytes)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if info.pointee.ai_family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0,
            Glibc.listen(descriptor, backlog) == 0
        else { throw failure(descriptor, listen) }
        let shown = authority.host + ":" + String(boundPort(descriptor) ?? port)
        return BoundSocket(descriptor: descriptor, place: shown, isPublic: isPublic)
    }

    /// A Unix socket at `path`, for its owner alone.
    static func unix(_ path: String) throws(SluiceError) -> BoundSocket {
        var address = sockaddr_un()
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard (1...room).contains(path.utf8.count) else {
            throw SluiceError(
                .configuration, "the path of the Unix socket has \(path.utf8.count) bytes: \(path)",
                advice: "the system takes \(room); set service.socket to a shorter one")
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        try clear(path, &address, size)
        let descriptor = try open(AF_UNIX, path)
        // The file takes its mode from the socket, so that it is never wider than this, not for a moment.
        fchmod(descriptor, 0o600)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
        }
        guard isBound, Glibc.listen(descriptor, backlog) == 0 else { throw failure(descriptor, path) }
        var status = stat()
        let inode = lstat(path, &status) == 0 ? UInt(status.st_ino) : 0
        return BoundSocket(
            descriptor: descriptor, place: path, isPublic: false, file: SocketFile(path: path, inode: inode))
    }

    /// Removes the socket that a daemon has left behind which is no more.
    private static func clear(_ path: String, _ address: inout sockaddr_un, _ size: socklen_t) throws(SluiceError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SluiceError(
                .configuration, "\(path) is there and is not a socket", advice: "move it, or set service.socket")
        }
        let descriptor = try open(AF_UNIX, path)
        defer { close(descriptor) }
        let isAnswered = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
        }
        guard !isAnswered, errno == ECONNREFUSED else {
            throw SluiceError(.busy, "\(path) is in use", advice: "another daemon runs on this store")
        }
        unlink(path)
    }

    private static func open(_ family: Int32, _ place: String) throws(SluiceError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw failure(-1, place) }
        return descriptor
    }

    private static func failure(_ descriptor: Int32, _ place: String) -> SluiceError {
        let number = errno
        if descriptor >= 0 { close(descriptor) }
        let reason = String(cString: strerror(number))
        if number == EADDRINUSE {
            return SluiceError(.busy, "\(place) is in use", advice: "stop what listens there, or set service.listen")
        }
        return SluiceError(.cannotCreate, "cannot listen on \(place): \(reason)")
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func isLoopback(_ address: UnsafeMutablePointer<sockaddr>) -> Bool {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr) >> 24 == 127
        case AF_INET6:
            let bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
            return bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        default: return false
        }
    }

    private static func boundPort(_ descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 }
        }
        guard isKnown else { return nil }
        // Both families keep the port behind the family.
        return withUnsafeBytes(of: &storage) {
            Int(UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }
}
