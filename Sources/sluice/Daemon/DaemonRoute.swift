import Foundation
import SluiceCore
import SluicePipeline
import SluiceService
import SluiceStore

/// How a command gets at its store: directly, or through the daemon that holds it.
///
/// The daemon of a store is found by the store's directory, so that what is meant for one store never goes to another.
/// The configured socket is asked where no store is named and none is in the usual place, and by those who only read
/// where the store that they name keeps them out.
enum DaemonRoute {
    case store(Store)
    case daemon(DaemonClient)

    /// The store, opened to be asked; where there is no access to it, the daemon.
    static func reading(_ shared: SharedOptions) async throws(SluiceError) -> DaemonRoute {
        do throws(SluiceError) {
            return .store(try shared.openStore())
        } catch {
            guard error.code == .inputMissing, let daemon = try await withoutAccess(shared, isReading: true) else {
                throw error
            }
            return .daemon(daemon)
        }
    }

    /// The store, opened to be written to; where another program holds it or there is no access to it, the daemon.
    static func writing(_ shared: SharedOptions) async throws(SluiceError) -> DaemonRoute {
        var wait = Wait()
        while true {
            do throws(SluiceError) {
                return .store(try shared.openStoreForWriting())
            } catch {
                if let daemon = try await instead(error, shared) { return .daemon(daemon) }
                guard await wait.goesOn(error, shared.storeDirectory) else { throw error }
            }
        }
    }

    /// Ingests directly, or through the daemon.
    static func ingest(
        _ request: IngestRequest, _ shared: SharedOptions, _ settings: Settings,
        report: @escaping @Sendable (IngestProgress) -> Void
    ) async throws -> IngestSummary {
        var daemon: DaemonClient?
        // A store must not be made in the usual place where a daemon with another one is configured.
        if !hasStore(shared.storeDirectory) { daemon = try await withoutAccess(shared, settings, isReading: false) }
        var wait = Wait()
        while daemon == nil {
            let ingest = Ingest(request, settings: settings, model: try ShippedFiles.model(settings))
            do { return try await ingest.run(report: report) } catch {
                guard let error = error as? SluiceError else { throw error }
                daemon = try await instead(error, shared)
                if daemon == nil, await !wait.goesOn(error, shared.storeDirectory) { throw error }
            }
        }
        guard let daemon else { throw SluiceError(.busy, "no daemon answers") }
        if settings.ingest.workers != 0 || settings.limits != Limits() {
            Console.note("sluice: the daemon's settings hold; --workers and the limits of a configuration here do not")
        }
        return try await RemoteIngest(request, client: daemon, patience: patience).run(report: report)
    }

    /// Waiting for a daemon that holds its store and does not answer yet, or any more.
    private struct Wait {
        private static let limit = Duration.seconds(15)
        private let end = ContinuousClock.now + limit
        private var isFirst = true

        /// True, after a moment, where `error` may be of such a daemon and the time for it has not run out.
        mutating func goesOn(_ error: SluiceError, _ directory: String) async -> Bool {
            guard error == Store.isTaken(directory), StoreSocket.wasServed(directory), ContinuousClock.now < end else {
                return false
            }
            if isFirst {
                Console.note(
                    "sluice: \(error.message), perhaps a daemon that starts or ends; it is tried again for "
                        + "\(Wait.limit.components.seconds) s at most")
            }
            isFirst = false
            return (try? await Task.sleep(for: .milliseconds(200))) != nil
        }
    }

    /// Waits while the daemon is busy, and says so.
    static var patience: Patience { Patience { Console.note("sluice: \($0)") } }

    /// Prints JSON objects that the daemon sent: as they came, or for people with a word on why they are JSON.
    static func show(_ rows: [[UInt8]], _ shared: SharedOptions, isFirst: Bool = true) {
        if !shared.json && isFirst { Console.note("sluice: what the daemon answers is shown as JSON") }
        for row in rows {
            if shared.json {
                Console.out(bytes: row + [UInt8(ascii: "\n")])
            } else {
                Console.out(String(decoding: row, as: UTF8.self))
            }
        }
    }

    /// JSON that the daemon sent, read.
    static func decoded<Value: Decodable>(_ type: Value.Type, _ json: [UInt8]) throws(SluiceError) -> Value {
        try DaemonAnswer(status: 200, body: json).decoded(type)
    }

    /// The daemon to turn to after `error`; nil where there is none.
    private static func instead(
        _ error: SluiceError, _ shared: SharedOptions
    ) async throws(SluiceError) -> DaemonClient? {
        switch error.code {
        case .busy: await client(at: StoreSocket.path(of: shared.storeDirectory))
        case .inputMissing, .cannotCreate: try await withoutAccess(shared, isReading: false)
        default: nil
        }
    }

    private static func withoutAccess(
        _ shared: SharedOptions, _ settings: Settings? = nil, isReading: Bool
    ) async throws(SluiceError) -> DaemonClient? {
        if let own = await client(at: StoreSocket.path(of: shared.storeDirectory)) { return own }
        let socket = if let settings { settings.service.socket } else { try shared.settings().service.socket }
        guard !socket.isEmpty, shared.store == nil || (isReading && isClosed(shared.storeDirectory)) else { return nil }
        return await client(at: socket)
    }

    private static func client(at socket: String) async -> DaemonClient? {
        // Asking takes threads; where nothing is, nobody answers.
        guard access(socket, F_OK) == 0 else { return nil }
        let token = ProcessInfo.processInfo.environment["SLUICE_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        let client = DaemonClient(socket: socket, token: token)
        guard await client.isAnswered() else { return nil }
        Console.note("sluice: through the daemon at \(socket)")
        return client
    }

    private static func hasStore(_ directory: String) -> Bool {
        (try? Store.require(directory: directory)) != nil
    }

    /// True where something is there that this user may not look into or read.
    private static func isClosed(_ directory: String) -> Bool {
        access(directory + "/sluice.db", R_OK) != 0 && errno == EACCES
    }
}
