import Foundation

/// `sluice serve` on a store of its own, reached over its socket. Nothing in it changes once it runs, so threads share it.
final class RunningDaemon: @unchecked Sendable {
    /// An answer.
    struct Answer {
        var status: Int
        var fields: [String: String]
        var body: Data

        /// The body as one JSON object.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
        /// The body as text.
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Why a daemon cannot be used.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let process: Process
    let store: String
    private let log: String
    let socketPath: String
    private let configuration: String

    /// Starts a daemon on `store` and waits until it listens; `settings` are lines of the section `service`.
    init(
        _ folder: Folder, store: String? = nil, settings: [String] = [], name: String = "daemon", socket: String? = nil
    ) throws {
        self.store = store ?? folder.path("store")
        log = folder.path("\(name).log")
        // A socket's path has 107 bytes at most; a test's folder may be deep.
        socketPath = socket ?? "/tmp/sluice-\(UUID().uuidString.prefix(8)).sock"
        configuration = folder.path("\(name).yaml")
        try Data().write(to: URL(fileURLWithPath: log))
        process = Program.process(["serve", "--store", self.store, "--config", configuration])
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = FileHandle(forWritingAtPath: log)
        try configure(settings)
        try process.run()
        try wait("it listens") { self.entries.contains { $0["msg"] as? String == "listening" } }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: socketPath)
    }

    /// Writes the configuration.
    func configure(_ settings: [String]) throws {
        var lines = ["service:", "  socket: \"\(socketPath)\"", "  disk_floor_bytes: 0"]
        for setting in settings {
            let key = setting.prefix { $0 != ":" }
            lines.removeAll { $0.hasPrefix("  \(key):") }
            lines.append("  \(setting)")
        }
        if !settings.contains(where: { $0.hasPrefix("listen:") }) { lines.append("  listen: \"\"") }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: configuration))
    }

    /// The entries of the log so far.
    var entries: [[String: Any]] {
        ((try? Data(contentsOf: URL(fileURLWithPath: log))) ?? Data()).split(separator: UInt8(ascii: "\n")).compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0))) as? [String: Any]
        }
    }

    /// The directory into which files are dropped.
    var incoming: String { store + "/spool/incoming" }

    /// Drops a file into the spool, as whoever uses it should: by renaming.
    func drop(_ name: String, _ content: Data) throws {
        let hidden = URL(fileURLWithPath: incoming + "/." + name)
        try content.write(to: hidden)
        try FileManager.default.moveItem(at: hidden, to: URL(fileURLWithPath: incoming + "/" + name))
    }

    /// Waits until something holds, half a minute at most.
    func wait(_ what: String, seconds: Double = 30, until holds: () throws -> Bool) throws {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            if try holds() { return }
            guard process.isRunning else { break }
            usleep(5000)
        }
        if try holds() { return }
        let entries = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw Failure(description: "waited in vain until \(what); the log: \(entries.suffix(2000))")
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Asks it to end; answers its exit code and how long it took, in seconds.
    func end(_ number: Int32 = SIGTERM) -> (code: Int32, seconds: Double) {
        let start = Date()
        signal(number)
        process.waitUntilExit()
        return (process.terminationStatus, Date().timeIntervalSince(start))
    }

    /// Sends one request and reads the answer to its end.
    func send(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: Data? = nil
    ) throws -> Answer {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let connected = withUnixAddress(socketPath) { connect(descriptor, $0, $1) }
        guard connected == 0 else { throw Failure(description: "cannot connect: \(String(cString: strerror(errno)))") }
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let request = Data((head + "\r\n").utf8) + (body ?? Data())
        request.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
                if count <= 0 { break }
                sent += count
            }
        }
        var received = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { break }
            received += buffer[..<count]
        }
        return try RunningDaemon.answer(received)
    }

    private static func answer(_ received: Data) throws -> Answer {
        guard let end = received.range(of: Data("\r\n\r\n".utf8)) else {
            throw Failure(description: "no answer: \(received.count) bytes")
        }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(description: "no status: \(lines.first ?? "")")
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        var body = Data(received[end.upperBound...])
        if fields["transfer-encoding"] == "chunked" { body = unchunked(body) }
        return Answer(status: status, fields: fields, body: body)
    }

    private static func unchunked(_ data: Data) -> Data {
        var (rest, body) = (data[...], Data())
        while let line = rest.range(of: Data("\r\n".utf8)),
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16), size > 0
        {
            body += rest[line.upperBound...].prefix(size)
            rest = rest[line.upperBound...].dropFirst(size + 2)
        }
        return body
    }
}

/// Calls `body` with the address of the Unix socket at `path`, and its size.
func withUnixAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
