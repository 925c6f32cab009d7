import Glibc
import Logging
import SluiceCore
import SluicePipeline
import SluiceService
import Testing

@Suite struct `Where the front can be reached` {
    private func front(listen: String, socket: String, tokens: String = "") throws(SluiceError) -> HTTPFront {
        var settings = Settings().service
        settings.listen = listen
        settings.tokens = tokens
        return try HTTPFront(settings: settings, socket: socket, logger: Logger(label: "front"))
    }

    @Test func `the socket's file is for its owner alone`() throws {
        let folder = try TemporaryFolder()
        _ = try front(listen: "", socket: folder.path("s"))
        var status = stat()
        #expect(lstat(folder.path("s"), &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFSOCK)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `a socket that nobody answers on is replaced, one that is answered is not`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("s")
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(left)
        _ = try front(listen: "", socket: path)
        #expect { try front(listen: "", socket: path) } throws: { ($0 as? SluiceError)?.code == .busy }
        let file = try folder.file("f", "precious")
        #expect { try front(listen: "", socket: file) } throws: { ($0 as? SluiceError)?.code == .configuration }
    }

    @Test func `a path that the system cannot take is refused with its length`() throws {
        let path = "/tmp/" + String(repeating: "a", count: 110)
        #expect { try front(listen: "", socket: path) } throws: { error in
            (error as? SluiceError).map { $0.code == .configuration && $0.description.contains("115 bytes") } ?? false
        }
    }

    @Test func `a port in use is busy, and the socket's file is gone again`() throws {
        let folder = try TemporaryFolder()
        let first = try front(listen: "127.0.0.1:0", socket: folder.path("a"))
        let address = try #require(first.address)
        #expect { try front(listen: address, socket: folder.path("b")) } throws: { ($0 as? SluiceError)?.code == .busy }
        #expect(access(folder.path("b"), F_OK) != 0)
    }

    @Test(arguments: ["0.0.0.0:0", "[::]:0"])
    func `an address for other machines needs tokens`(listen: String) throws {
        let folder = try TemporaryFolder()
        #expect { try front(listen: listen, socket: folder.path("s")) } throws: { error in
            (error as? SluiceError).map {
                $0.code == .configuration && $0.description.contains("service.listen")
                    && $0.description.contains("service.tokens")
            } ?? false
        }
        let tokens = try folder.file("tokens", try TokenMint.make(name: "a", scopes: [.read]).entry.line)
        chmod(tokens, 0o600)
        if listen.hasPrefix("0") { _ = try front(listen: listen, socket: folder.path("s"), tokens: tokens) }
    }

    @Test(arguments: ["here", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "a b:1"])
    func `an address that is none is refused`(listen: String) throws {
        let folder = try TemporaryFolder()
        #expect { try front(listen: listen, socket: folder.path("s")) } throws: {
            ($0 as? SluiceError)?.code == .configuration
        }
    }

    @Test func `names are allowed, not guessed`() throws {
        let policy = HostPolicy(listen: "10.0.0.7:80", allowed: "sluice.example, other.example:8080")
        for host in [
            "localhost", "LOCALHOST:1", "a.localhost", "127.0.0.1:80", "127.9.9.9", "[::1]:80", "10.0.0.7",
            "Sluice.Example:9", "other.example:8080",
        ] {
            #expect(throws: Never.self, "\(host)") { try policy.checkHost(host) }
        }
        for host in [
            "other.example", "other.example:80", "10.0.0.8", "127.0.0.256", "128.0.0.1", "localhost.",
            "127.0.0.1.evil.example", "[::2]", "evil",
        ] {
            #expect(throws: Problem.self, "\(host)") { try policy.checkHost(host) }
        }
        #expect(throws: Problem.self) { try HostPolicy(listen: "0.0.0.0:80", allowed: "").checkHost("0.0.0.0") }
    }
}
