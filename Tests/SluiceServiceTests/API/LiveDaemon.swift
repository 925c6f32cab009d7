import Foundation
import Logging
import ServiceLifecycle
import SluiceCore
import SluiceDetect
import SluicePipeline
import SluiceService
import SluiceStore
import Testing

/// A daemon with a store of its own, whose every answer is held against the OpenAPI document.
struct LiveDaemon: Sendable {
    let store: Store
    let assembly: Assembly
    let folder: TemporaryFolder
    let address: RawClient.Address

    /// Runs `body` against a daemon, and ends it.
    static func with(
        tokens: String? = nil, settings change: (inout Settings) -> Void = { _ in },
        _ body: @escaping @Sendable (LiveDaemon) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        var settings = Settings()
        settings.service.listen = "127.0.0.1:0"
        settings.service.diskFloorBytes = 1 << 20
        settings.ingest.workers = 1
        if let tokens {
            settings.service.tokens = try folder.file("tokens", tokens)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: settings.service.tokens)
        }
        change(&settings)
        var logger = Logger(label: "daemon")
        logger.logLevel = .critical
        let store = try Store.open(
            directory: folder.path("store"), mode: .write, settings: settings.storeSettings)
        defer { store.close() }
        let assembly = try Assembly(
            store: store, settings: settings, model: try model.get(), environment: [:], logger: logger)
        let port = assembly.front.address.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) } ?? 0
        let daemon = LiveDaemon(store: store, assembly: assembly, folder: folder, address: .port(port))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await assembly.group.run() }
            let result: Result<Void, any Error>
            do {
                try await body(daemon)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await assembly.drain()
            try await tasks.waitForAll()
            await assembly.stop()
            try result.get()
        }
    }

    private static let model = Result {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try DetectorModel.load(path: root.appendingPathComponent("config/detector/sluice-detector.model").path)
    }

    /// The answer to a request, which has to be one that the document knows.
    func ask(
        _ method: String, _ target: String, _ fields: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> Answer {
        let fields = fields.merging(["Host": "localhost", "Connection": "close"]) { own, _ in own }
        var head = "\(method) \(target) HTTP/1.1\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let request = Array((head + "\r\n").utf8) + (body ?? [])
        let answer = try await blocking { [address] in
            let client = RawClient(address, seconds: 30)
            client.send(request)
            return client.answers(1, headOnly: method == "HEAD").first
        }
        let found = try #require(answer, "\(method) \(target) was not answered")
        let path = String(target.prefix { $0 != "?" })
        if let fault = Description.own.fault(in: found, to: method, path) { Issue.record("\(fault)\n\(found.text)") }
        return found
    }

    func get(_ target: String, _ fields: [String: String] = [:]) async throws -> Answer {
        try await ask("GET", target, fields)
    }

    /// Sends a JSON object.
    func post(_ target: String, _ json: String) async throws -> Answer {
        try await ask("POST", target, ["Content-Type": "application/json"], body: Array(json.utf8))
    }

    /// Sends lines of NDJSON.
    func ingest(_ lines: String, _ query: String = "", _ fields: [String: String] = [:]) async throws -> Answer {
        let fields = fields.merging(["Content-Type": "application/x-ndjson"]) { own, _ in own }
        return try await ask("POST", "/v1/documents" + query, fields, body: Array(lines.utf8))
    }
}

extension Answer {
    /// The body as a JSON object.
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }

    /// A list in the body.
    func list(_ name: String) -> [[String: Any]] { json[name] as? [[String: Any]] ?? [] }

    /// The body as NDJSON.
    var lines: [[String: Any]] {
        body.split(separator: UInt8(ascii: "\n")).compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0))) as? [String: Any]
        }
    }

    func int(_ name: String) -> Int? { (json[name] as? NSNumber)?.intValue }
    func string(_ name: String) -> String? { json[name] as? String }
}

/// Texts that no two of which are near duplicates.
enum Texts {
    private static let words =
        "harbour winter lantern ferry copper orchard signal bridge meadow engine granite letter window compass river "
        + "market shadow thunder garden paper silver tunnel voyage copperplate stone mirror kettle ladder forest clock"

    static func text(_ number: Int, words count: Int = 60) -> String {
        let all = words.split(separator: " ")
        var state = UInt64(number &* 7919 &+ 17)
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return String(all[Int(state >> 33) % all.count])
        }.joined(separator: " ")
    }

    /// A line of NDJSON.
    static func line(_ number: Int, metadata: String = "", words count: Int = 60) -> String {
        "{\"id\":\"doc-\(number)\",\"text\":\"\(text(number, words: count))\",\"metadata\":{\(metadata)}}\n"
    }
}
