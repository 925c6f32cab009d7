import Glibc
import SluicePipeline

/// Tells the service manager how the daemon is, after sd_notify(3); says nothing where nobody listens.
package struct SystemdNotifier: Sendable {
    /// How often the manager wants to hear that the daemon lives; nil where it does not ask this process.
    package let watchdogInterval: Duration?
    private let address: [UInt8]?

    /// A notifier for the manager that `environment` names.
    package init(environment: [String: String]) {
        address = environment["NOTIFY_SOCKET"].flatMap(SystemdNotifier.address)
        let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = address != nil && isForUs && limit > 1 ? .microseconds(limit / 2) : nil
    }

    /// The daemon takes work, for the first time or again.
    package func ready() { send("READY=1") }

    /// The daemon reads its configuration again; ``ready()`` follows.
    package func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(Clock.monotonic)") }

    /// The daemon is ending.
    package func stopping() { send("STOPPING=1") }

    /// The daemon lives.
    package func feedWatchdog() { send("WATCHDOG=1") }

    /// Feeds the watchdog as often as it asks, and only while `isHealthy`. Returns when the task is cancelled, at once
    /// where no watchdog asks.
    package func feedWatchdog(while isHealthy: @Sendable () async -> Bool) async {
        guard let watchdogInterval else { return }
        while !Task.isCancelled {
            if await isHealthy() { feedWatchdog() }
            try? await Task.sleep(for: watchdogInterval)
        }
    }

    private func send(_ state: String) {
        guard let address else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var bytes = Array(state.utf8)
        // A manager that does not read must not hold the daemon up.
        _ = address.withUnsafeBytes { address in
            bytes.withUnsafeMutableBytes { bytes in
                sendto(
                    descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
                    address.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
            }
        }
    }

    /// The bytes of the `sockaddr_un` for a path, or for an abstract name that begins with `@`.
    static func address(_ name: String) -> [UInt8]? {
        guard name.hasPrefix("/") || name.hasPrefix("@") else { return nil }
        let isAbstract = name.hasPrefix("@")
        let path = isAbstract ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8) + [0]
        guard path.count > 1, path.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        return withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) } + path
    }
}
