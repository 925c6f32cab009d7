import Foundation
import Glibc
import SluiceService
import Synchronization
import Testing

/// A socket such as the service manager listens on.
private final class Manager {
    private let descriptor: Int32

    /// Listens at a path, or at an abstract name that begins with `@`.
    init(_ name: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = name.utf8.map { $0 == UInt8(ascii: "@") ? 0 : $0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(bound == 0, "\(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// What was said so far and not yet read.
    var heard: [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { return messages }
            messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }
}

/// A daemon that is well for a while.
private final class Daemon: Sendable {
    private let count = Mutex(0)

    var asked: Int { count.withLock(\.self) }

    func isHealthy() -> Bool {
        count.withLock { count in
            count += 1
            return count <= 3
        }
    }
}

@Suite struct `The service manager` {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [true, false]) func `hears how the daemon is, at a path and at an abstract name`(isAbstract: Bool)
        throws
    {
        let name = isAbstract ? "@sluice-\(UUID().uuidString)" : folder.path("notify")
        let manager = try Manager(name)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name])
        notifier.ready()
        notifier.stopping()
        #expect(manager.heard == ["READY=1", "STOPPING=1"])
        notifier.reloading()
        let lines = try #require(manager.heard.first).split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        #expect(try #require(lines.last).hasPrefix("MONOTONIC_USEC="))
        #expect(try #require(Int64(lines[1].dropFirst("MONOTONIC_USEC=".count))) > 0)
    }

    @Test func `is not needed, and may be gone`() throws {
        let names = ["", "relative", "/nowhere/at/all", "@", "/" + String(repeating: "x", count: 200)]
        for name in names { SystemdNotifier(environment: ["NOTIFY_SOCKET": name]).ready() }
        SystemdNotifier(environment: [:]).ready()
    }

    @Test func `gets no answer out of a daemon that would have to wait for it`() throws {
        let manager = try Manager(folder.path("notify"))
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": folder.path("notify")])
        for _ in 0..<5000 { notifier.feedWatchdog() }
        #expect(manager.heard.count < 5000)
    }

    @Test(
        arguments: [
            (["WATCHDOG_USEC": "30000000"], 15.0), (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"], 15),
            (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"], nil), (["WATCHDOG_USEC": "soon"], nil),
            (["WATCHDOG_USEC": "-5"], nil), ([:], nil),
        ] as [([String: String], Double?)])
    func `is told that the daemon lives twice as often as it asks`(environment: [String: String], seconds: Double?) {
        let notifier = SystemdNotifier(
            environment: environment.merging(["NOTIFY_SOCKET": folder.path("notify")]) { $1 })
        #expect(notifier.watchdogInterval == seconds.map { .seconds($0) })
        #expect(SystemdNotifier(environment: environment).watchdogInterval == nil)
    }

    @Test func `is not told so while the daemon is not well`() async throws {
        let manager = try Manager(folder.path("notify"))
        let notifier = SystemdNotifier(
            environment: ["NOTIFY_SOCKET": folder.path("notify"), "WATCHDOG_USEC": "2000"])
        let daemon = Daemon()
        await withTaskGroup { group in
            group.addTask { await notifier.feedWatchdog { daemon.isHealthy() } }
            while daemon.asked < 10 { try? await Task.sleep(for: .milliseconds(1)) }
            group.cancelAll()
        }
        #expect(manager.heard == ["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"])
    }
}
