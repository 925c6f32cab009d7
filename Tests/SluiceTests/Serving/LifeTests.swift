import Foundation
import Testing

/// The daemon from its start to its end.
@Suite("The daemon")
struct LifeTests {
    @Test("takes a dropped file and a body, answers about them, exports, and ends by SIGTERM with 0")
    func life() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder)
        let texts = Dump.texts(40, seed: 5)
        try daemon.drop("dump.warc.wet.gz", Dump.gzip(Dump.wet(Array(texts[..<25]))))
        let body = try Dump.jsonLines(Array(texts[20...]))
        let answer = try daemon.send(
            "POST", "/v1/documents?source=feed", ["Content-Type": "application/x-ndjson"], body: body)
        #expect(answer.status == 200 && answer.json["records"] as? Int == 20)
        try daemon.wait("the file is done") {
            FileManager.default.fileExists(atPath: daemon.store + "/spool/done/dump.warc.wet.gz")
        }
        let report = try Data(
            contentsOf: URL(fileURLWithPath: daemon.store + "/spool/done/dump.warc.wet.gz.report.json"))
        let counts = try #require(JSONSerialization.jsonObject(with: report) as? [String: Any])
        #expect(counts["records"] as? Int == 25)
        let kept = try #require(
            (counts["kept"] as? Int).flatMap { one in (answer.json["kept"] as? Int).map { $0 + one } })
        #expect(kept == 40)
        // The batch command's readers work beside it.
        let rows = try Program.run("provenance", "--json", "--store", daemon.store, "--source", "feed").rows
        let document = try #require(rows.first?["document"] as? String)
        let asked = try daemon.send("GET", "/v1/documents/\(document)")
        #expect((asked.json["provenance"] as? [[String: Any]])?.isEmpty == false)
        #expect(try daemon.send("GET", "/v1/stats").json["kept"] as? Int == 40)
        let made = try daemon.send(
            "POST", "/v1/exports", ["Content-Type": "application/json"],
            body: Data(#"{"release":"first","compression":"none"}"#.utf8))
        #expect(made.status == 202 && made.fields["location"] == "/v1/exports/first")
        try daemon.wait("the export is done") {
            try daemon.send("GET", "/v1/exports/first").json["state"] as? String == "done"
        }
        let lines = try daemon.send("GET", "/v1/exports/first/shard-00000.jsonl").text.split(separator: "\n")
        let streamed = try daemon.send("GET", "/v1/shards/1/documents").text.split(separator: "\n")
        #expect(!lines.isEmpty && Set(lines) == Set(streamed))
        let end = daemon.end()
        #expect(end.code == 0 && end.seconds < 10)
        #expect(try Program.run("verify", "--store", daemon.store).exitCode == 0)
    }

    @Test("makes an export under the name of one that failed")
    func secondExport() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder)
        func export(until state: String) throws {
            let made = try daemon.send(
                "POST", "/v1/exports", ["Content-Type": "application/json"], body: Data(#"{"name":"first"}"#.utf8))
            #expect(made.status == 202)
            try daemon.wait("the export is \(state)") {
                try daemon.send("GET", "/v1/exports/first").json["state"] as? String == state
            }
        }
        try export(until: "failed")
        let taken = try daemon.send(
            "POST", "/v1/documents?origin=real", ["Content-Type": "application/x-ndjson"],
            body: try Dump.jsonLines(Dump.texts(5, seed: 6)))
        #expect(taken.status == 200)
        try export(until: "done")
        #expect(daemon.end().code == 0)
    }

    @Test("gives an export up when it is to end, tells whoever asked for it, and makes it when it is asked for again")
    func exportAtTheEnd() throws {
        let folder = try Folder()
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(20_000, seed: 7)))
        let daemon = try RunningDaemon(folder)
        #expect(try Program.run("ingest", "--store", daemon.store, "--origin", "real", input).exitCode == 0)
        let command = ["export", "--store", daemon.store, "--release", "first", "--output", folder.path("out")]
        let asker = Program.process(command)
        let errors = try folder.file("errors", "")
        asker.standardError = FileHandle(forWritingAtPath: errors)
        asker.standardOutput = FileHandle.nullDevice
        try asker.run()
        try daemon.wait("the export is being made") {
            daemon.entries.contains { $0["route"] as? String == "/v1/exports" }
        }
        let end = daemon.end()
        #expect(end.code == 0 && end.seconds < 5)
        #expect(daemon.entries.contains { $0["msg"] as? String == "an export was given up" })
        #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.store + "/exports").isEmpty)
        asker.waitUntilExit()
        let said = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(asker.terminationStatus == 75 && said.contains("run the command again"), "\(said)")
        let again = try RunningDaemon(folder, name: "again")
        #expect(try Program.run(command).exitCode == 0)
        #expect(again.end().code == 0)
        #expect(try Program.run("verify", "--store", daemon.store, "--export", folder.path("out")).exitCode == 0)
    }

    @Test("waits for no sender that has stopped: it is told to come back, and the daemon ends with 0")
    func stalledSender() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder)
        let answers = Answers()
        for target in ["/v1/documents", "/v1/exports"] {
            Thread.detachNewThread {
                let answer = try? daemon.send("POST", target, ["Content-Length": "100"])
                answers.add(answer?.status ?? 0, answer?.fields["retry-after"])
            }
        }
        usleep(500_000)
        let end = daemon.end()
        #expect(end.code == 0 && end.seconds < 5)
        #expect(answers.all.map(\.status) == [503, 503])
        #expect(answers.all.allSatisfy { $0.retryAfter == "10" })
        #expect(try Program.run("verify", "--store", daemon.store).exitCode == 0)
    }

    @Test("ends at once by a second signal, and nothing it has answered for is lost")
    func secondSignal() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder)
        let holder = try StoreHolder(daemon.store)
        let body = try Dump.jsonLines(Dump.texts(5))
        let sender = Thread { _ = try? daemon.send("POST", "/v1/documents", body: body) }
        sender.start()
        usleep(300_000)
        daemon.signal(SIGTERM)
        usleep(300_000)
        let end = daemon.end()
        #expect(end.seconds < 1 && end.code == 75)
        holder.release()
        let again = try RunningDaemon(folder, name: "again")
        #expect(try again.send("POST", "/v1/documents", body: body).json["kept"] as? Int == 5)
        #expect(again.end().code == 0)
        #expect(try Program.run("verify", "--store", daemon.store).exitCode == 0)
    }

    @Test("goes on where it was when it is killed in the midst of a file")
    func killed() throws {
        let folder = try Folder()
        let dump = Dump.wet(Dump.texts(6000, seed: 8))
        let daemon = try RunningDaemon(folder)
        try daemon.drop("large.warc.wet", dump)
        try daemon.wait("something is in the store") {
            (try? daemon.send("GET", "/v1/stats"))?.json["records"] as? Int ?? 0 > 0
        }
        _ = daemon.end(SIGKILL)
        let before = try Program.run("stats", "--json", "--store", daemon.store).json["records"] as? Int ?? 0
        let again = try RunningDaemon(folder, name: "again")
        try again.wait("the file is done") {
            FileManager.default.fileExists(atPath: again.store + "/spool/done/large.warc.wet")
        }
        #expect(try again.send("GET", "/v1/stats").json["records"] as? Int == 6000)
        #expect(before < 6000)
        #expect(again.end().code == 0)
    }

    @Test("gives the whole of a body that it was killed in the midst of, once it has read that on, again and again")
    func killedBody() throws {
        let folder = try Folder()
        let body = try Dump.jsonLines(Dump.texts(8000, seed: 18))
        let key = ["Content-Type": "application/x-ndjson", "Idempotency-Key": "a"]
        let daemon = try RunningDaemon(folder)
        Thread.detachNewThread { _ = try? daemon.send("POST", "/v1/documents", key, body: body) }
        try daemon.wait("something is in the store") {
            (try? daemon.send("GET", "/v1/stats"))?.json["records"] as? Int ?? 0 > 0
        }
        _ = daemon.end(SIGKILL)
        let before = try Program.run("stats", "--json", "--store", daemon.store).json["records"] as? Int ?? 0
        #expect(before > 0 && before < 8000)
        let again = try RunningDaemon(folder, name: "again")
        let stranger = try again.send("POST", "/v1/documents", key, body: try Dump.jsonLines(Dump.texts(3, seed: 19)))
        #expect(stranger.status == 422)
        let first = try again.send("POST", "/v1/documents", key, body: body)
        #expect(first.json["repeat"] as? Bool == false && first.json["records"] as? Int == 8000)
        let verdicts = try #require(first.json["verdicts"] as? [String: Int])
        #expect(verdicts.values.reduce(0, +) == first.json["kept"] as? Int)
        #expect(try again.send("POST", "/v1/documents", key, body: body).body == first.body)
        #expect(again.end().code == 0)
    }

    @Test("hears signals from the moment on at which it is ready", arguments: [SIGHUP, SIGTERM])
    func early(signal: Int32) throws {
        let folder = try Folder()
        let manager = try ReadyManager()
        let configuration = try folder.file("c.yaml", "service:\n  listen: \"\"\n  socket: \"\(manager.path).d\"\n")
        let process = Program.process(["serve", "--store", folder.path("store"), "--config", configuration])
        process.environment?["NOTIFY_SOCKET"] = manager.path
        process.standardError = FileHandle.nullDevice
        try process.run()
        #expect(manager.next() == "READY=1")
        kill(process.processIdentifier, signal)
        if signal == SIGHUP {
            #expect(manager.next()?.hasPrefix("RELOADING=1") == true && manager.next() == "READY=1")
            kill(process.processIdentifier, SIGTERM)
        }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    @Test("reads its configuration again by SIGHUP: what can change does, the rest is refused by name")
    func reload() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder, settings: ["disk_floor_bytes: \(1 << 50)"])
        let body = try Dump.jsonLines(Dump.texts(5))
        let refused = try daemon.send("POST", "/v1/documents", body: body)
        #expect(refused.status == 503 && refused.fields["retry-after"] != nil)
        #expect(try daemon.send("GET", "/readyz").status == 503)
        try daemon.drop("waits.jsonl", body)
        try daemon.configure(["disk_floor_bytes: 0", "idle_seconds: 7"])
        daemon.signal(SIGHUP)
        try daemon.wait("it has reloaded, and said what it refused") {
            daemon.entries.contains { $0["msg"] as? String == "reloaded" }
                && daemon.entries.contains { $0["refused"] != nil }
        }
        let applied = daemon.entries.compactMap { $0["applied"] as? String }.joined()
        let kept = daemon.entries.compactMap { $0["refused"] as? String }.joined()
        #expect(applied.contains("service.disk_floor_bytes") && kept.contains("service.idle_seconds"))
        try daemon.wait("the file is done") {
            FileManager.default.fileExists(atPath: daemon.store + "/spool/done/waits.jsonl")
        }
        #expect(try daemon.send("POST", "/v1/documents", body: body).json["repeat"] as? Bool == true)
        #expect(try daemon.send("GET", "/readyz").status == 200)
        #expect(daemon.end().code == 0)
    }

    @Test(
        "waits for a store that another program holds, refuses what it has no room for, and completes all it has taken")
    func stalled() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder, settings: ["queue: 2"])
        let holder = try StoreHolder(daemon.store)
        let bodies = try (0..<12).map { try Dump.jsonLines(Dump.texts(3, seed: 100 + UInt64($0))) }
        let answers = Answers()
        let senders = bodies.map { body in
            Thread {
                let answer = try? daemon.send("POST", "/v1/documents", body: body)
                answers.add(answer?.status ?? 0, answer?.fields["retry-after"])
            }
        }
        for sender in senders { sender.start() }
        try daemon.wait("some are refused") { answers.all.count >= 5 }
        #expect(answers.all.allSatisfy { $0.status == 503 && $0.retryAfter != nil })
        #expect(try daemon.send("GET", "/livez").status == 200)
        #expect(try daemon.send("GET", "/v1/stats").json["records"] as? Int == 0)
        holder.release()
        try daemon.wait("all are answered") { answers.all.count == 12 }
        #expect(answers.all.contains { $0.status == 200 })
        for body in bodies { #expect(try daemon.send("POST", "/v1/documents", body: body).status == 200) }
        #expect(try daemon.send("GET", "/v1/stats").json["records"] as? Int == 36)
        #expect(daemon.end().code == 0)
    }

    @Test("is refused where its store has a writer, or where it could be reached from elsewhere without tokens")
    func refusals() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder)
        let other = try Program.run("serve", "--store", daemon.store)
        #expect(other.exitCode == 75)
        let open = try folder.file("open.yaml", "service:\n  listen: \"0.0.0.0:0\"\n")
        let exposed = try Program.run("serve", "--store", folder.path("other"), "--config", open)
        #expect(exposed.exitCode == 78)
        #expect(exposed.errors.contains("service.listen") && exposed.errors.contains("service.tokens"))
    }
}

/// Holds a store's write lock from another process, as a person with a shell might.
private final class StoreHolder {
    private let process = Process()
    private let input = Pipe()

    init(_ store: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        process.arguments = [store + "/sluice.db"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data("BEGIN IMMEDIATE;\nSELECT 'held';\n".utf8))
        _ = output.fileHandleForReading.availableData
    }

    /// Lets go.
    func release() {
        input.fileHandleForWriting.write(Data("ROLLBACK;\n.quit\n".utf8))
        process.waitUntilExit()
    }
}

/// What a service manager hears of a daemon.
private final class ReadyManager {
    let path = "/tmp/sluice-\(UUID().uuidString.prefix(8)).n"
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let bound = withUnixAddress(path) { bind(descriptor, $0, $1) }
        try #require(bound == 0)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
        unlink(path)
        unlink(path + ".d")
    }

    /// The next message; nil where none comes.
    func next() -> String? {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}

/// Answers of several senders.
private final class Answers: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [(status: Int, retryAfter: String?)] = []

    var all: [(status: Int, retryAfter: String?)] { lock.withLock { list } }

    func add(_ status: Int, _ retryAfter: String?) { lock.withLock { list.append((status, retryAfter)) } }
}
