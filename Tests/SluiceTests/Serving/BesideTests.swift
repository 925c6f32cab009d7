import Foundation
import Testing

/// The command line beside a daemon that holds the store.
@Suite("Beside a daemon")
struct BesideTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func sluice(_ daemon: RunningDaemon, _ arguments: String...) throws -> Program.Outcome {
        try Program.run(arguments + ["--store", daemon.store])
    }

    @Test("ingest, export and seal come to what they come to without one")
    func same() throws {
        let texts = Dump.texts(60, seed: 9)
        let inputs = folder.url.appendingPathComponent("in")
        try FileManager.default.createDirectory(at: inputs, withIntermediateDirectories: true)
        try Dump.jsonLines(Array(texts[..<40])).write(to: inputs.appendingPathComponent("a.jsonl"))
        try (Data("{broken\n".utf8) + Dump.jsonLines(Array(texts[20...]))).write(
            to: inputs.appendingPathComponent("b.jsonl"))
        let daemon = try RunningDaemon(folder)
        let alone = folder.path("alone")
        let options = ["ingest", "--json", "--origin", "real", "--source", "crawl", inputs.path]
        let direct = try Program.run(options + ["--store", alone])
        let through = try Program.run(options + ["--store", daemon.store])
        #expect(through.errors.contains("through the daemon"))
        #expect(direct.exitCode == 1 && through.exitCode == 1)
        var (one, other) = (direct.json, through.json)
        for key in ["run", "seconds"] {
            #expect(one.removeValue(forKey: key) != nil && other.removeValue(forKey: key) != nil)
        }
        #expect(NSDictionary(dictionary: one) == NSDictionary(dictionary: other), "\(one) \(other)")
        #expect(through.json["run"] as? String != "")

        let again = try sluice(daemon, "ingest", "--json", "--origin", "real", "--source", "crawl", inputs.path)
        #expect(again.exitCode == 1 && again.json["alreadyIngested"] as? Int == 2)
        #expect(again.json["readOtherwise"] as? Int == 0)
        let otherwise = try sluice(daemon, "ingest", "--json", "--source", "crawl", inputs.path)
        #expect(otherwise.json["readOtherwise"] as? Int == 2)
        #expect(otherwise.errors.contains("what is recorded of them stays"))

        let (mine, its) = (folder.path("mine"), folder.path("its"))
        #expect(try Program.run("export", "--store", alone, "--release", "r 1", "--output", mine).exitCode == 0)
        let export = try sluice(daemon, "export", "--release", "r 1", "--output", its)
        #expect(export.exitCode == 0, "\(export.errors)")
        for name in try FileManager.default.contentsOfDirectory(atPath: mine) where name.hasPrefix("shard-") {
            #expect(FileManager.default.contentsEqual(atPath: mine + "/" + name, andPath: its + "/" + name))
        }
        #expect(try Program.run("verify", "--export", its).exitCode == 0)
        #expect(try sluice(daemon, "export", "--release", "r 1", "--output", its).exitCode == 73)

        let shard = try sluice(daemon, "shards", "seal", "--json")
        #expect(shard.output == (try Program.run("shards", "seal", "--json", "--store", alone)).output)
        #expect(try sluice(daemon, "shards", "seal").exitCode == 65)
        #expect(daemon.end().code == 0)
        #expect(try Program.run("verify", "--store", daemon.store, "--export", its).exitCode == 0)
    }

    @Test("standard input and a person's verdict reach the store")
    func others() throws {
        let daemon = try RunningDaemon(folder)
        let lines = try Dump.jsonLines(Dump.texts(5))
        let run = try Program.run("ingest", "--json", "--store", daemon.store, "-", input: lines)
        #expect(run.exitCode == 0 && run.json["kept"] as? Int == 5, "\(run.errors)")
        let row = try #require(try sluice(daemon, "provenance", "--json", "--source", "stdin").rows.first)
        let document = try #require(row["document"] as? String)
        let verdict = try sluice(daemon, "review", "label", document, "real", "--reviewer", "ada", "--json")
        #expect(verdict.exitCode == 0 && verdict.json["origin"] as? String == "reviewed")
        let alone = folder.path("alone")
        #expect(try Program.run("ingest", "--store", alone, "-", input: lines).exitCode == 0)
        let near = try Program.run(
            "review", "label", document, "real", "--reviewer", "ada", "--json", "--store", alone)
        #expect(near.output == verdict.output)
        let rows = try sluice(daemon, "provenance", "--json", "--document", document).rows
        #expect((rows.last?["review"] as? [String: Any])?["reviewer"] as? String == "ada")
        #expect(try sluice(daemon, "review", "label", String(repeating: "0", count: 64), "real").exitCode == 66)
    }

    @Test("a release that a killed export finished is brought to its place, by whomever it was made")
    func finishedRelease() throws {
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(20)))
        #expect(try Program.run("ingest", "--store", store, "--origin", "real", input).exitCode == 0)
        let (out, half) = (folder.path("out"), folder.path(".out.finished-1"))
        #expect(try Program.run("export", "--store", store, "--release", "r1", "--output", out).exitCode == 0)
        try FileManager.default.moveItem(atPath: out, toPath: half)
        let daemon = try RunningDaemon(folder)
        let more = try folder.file("b.jsonl", Dump.jsonLines(Dump.texts(3, seed: 5)))
        #expect(try sluice(daemon, "ingest", "--origin", "real", more).exitCode == 0)
        #expect(try sluice(daemon, "export", "--output", folder.path("other")).exitCode == 0)
        let local = try sluice(daemon, "export", "--release", "r1", "--output", out, "--json")
        #expect(local.exitCode == 0 && local.json["documents"] as? Int == 20, "\(local.errors)")
        #expect(!FileManager.default.fileExists(atPath: half))
        // One that the daemon made, and that was not fetched to its end.
        #expect(try sluice(daemon, "export", "--release", "r2", "--output", folder.path("two")).exitCode == 0)
        try FileManager.default.removeItem(atPath: folder.path("two"))
        let last = try folder.file("c.jsonl", Dump.jsonLines(Dump.texts(3, seed: 6)))
        #expect(try sluice(daemon, "ingest", "--origin", "real", last).exitCode == 0)
        let again = try sluice(daemon, "export", "--release", "r2", "--output", folder.path("two"), "--json")
        #expect(again.exitCode == 0 && again.json["documents"] as? Int == 23, "\(again.errors)")
        for name in ["out", "two"] {
            #expect(try sluice(daemon, "verify", "--export", folder.path(name)).exitCode == 0)
        }
    }

    @Test("a name is as long as it may be without one, and one that is too long keeps its ending")
    func longNames() throws {
        let daemon = try RunningDaemon(folder)
        let name = String(repeating: "ü", count: 1024)
        let file = String(repeating: "f", count: 249) + ".jsonl"
        let input = try folder.file(file, Dump.jsonLines(Dump.texts(3)))
        let run = try sluice(
            daemon, "ingest", "--json", "--source", name, "--origin", "synthetic", "--generator", name, input)
        #expect(run.exitCode == 0 && run.json["kept"] as? Int == 3, "\(run.errors)")
        #expect(try sluice(daemon, "provenance", "--json", "--source", name).rows.count == 3)
        #expect(try sluice(daemon, "provenance", "--json", "--source", file).rows.count == 3)
    }

    @Test("another store's release of the same name is refused, and not given out as the daemon's")
    func strangeRelease() throws {
        let daemon = try RunningDaemon(folder)
        let other = folder.path("other")
        for (store, seed) in [(other, 7), (daemon.store, 8)] {
            let input = try folder.file("\(seed).jsonl", Dump.jsonLines(Dump.texts(5, seed: UInt64(seed))))
            #expect(try Program.run("ingest", "--store", store, "--origin", "real", input).exitCode == 0)
        }
        try FileManager.default.createDirectory(
            atPath: daemon.store + "/exports", withIntermediateDirectories: true)
        let taken = daemon.store + "/exports/r"
        #expect(try Program.run("export", "--store", other, "--release", "r", "--output", taken).exitCode == 0)
        let output = folder.path("out")
        let run = try sluice(daemon, "export", "--release", "r", "--output", output)
        #expect(run.exitCode == 73 && run.errors.contains("this store did not make"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: output))
        try FileManager.default.removeItem(atPath: taken)
        #expect(try sluice(daemon, "export", "--release", "r", "--output", output).exitCode == 0)
        #expect(try sluice(daemon, "verify", "--export", output).exitCode == 0)
    }

    @Test("a source waits for a daemon that is killed, and is sent again to the next one")
    func killedDaemon() throws {
        let daemon = try RunningDaemon(folder)
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(8000, seed: 19)))
        let run = Program.process(["ingest", "--store", daemon.store, input])
        run.standardOutput = FileHandle.nullDevice
        run.standardError = FileHandle.nullDevice
        try run.run()
        try daemon.wait("something is in the store") {
            (try? daemon.send("GET", "/v1/stats"))?.json["records"] as? Int ?? 0 > 0
        }
        _ = daemon.end(SIGKILL)
        usleep(300_000)
        #expect(run.isRunning)
        let next = try RunningDaemon(folder, name: "next", socket: daemon.socketPath)
        run.waitUntilExit()
        #expect(run.terminationStatus == 0)
        #expect(try next.send("GET", "/v1/stats").json["records"] as? Int == 8000)
        #expect(next.end().code == 0)
        // With the first, the socket goes.
        withExtendedLifetime(daemon) {}
    }

    @Test("a token that may hand in, and nothing else, hands in")
    func ingestAlone() throws {
        let token = try Program.run("token", "crawler", "--scopes", "ingest").text.split(separator: "\n")
        let tokens = try folder.file("tokens", token[1] + "\n")
        #expect(chmod(tokens, 0o600) == 0)
        let daemon = try RunningDaemon(folder, settings: ["tokens: \"\(tokens)\""])
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(5)))
        let run = try Program.run(
            ["ingest", "--json", "--store", daemon.store, input], environment: ["SLUICE_TOKEN": String(token[0])])
        #expect(run.exitCode == 0 && run.json["kept"] as? Int == 5, "\(run.errors)")
        #expect(run.json["held"] is NSNull, "it may not know")
        let seal = try Program.run(
            ["shards", "seal", "--store", daemon.store], environment: ["SLUICE_TOKEN": String(token[0])])
        #expect(seal.exitCode == 78 && seal.errors.contains("the scope admin is needed"))
    }

    @Test("whoever only knows its socket is answered over that, byte for byte")
    func socketOnly() throws {
        let daemon = try RunningDaemon(folder)
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(12)))
        let configured = ["--config", folder.path("daemon.yaml")]
        let through = try Program.run(["ingest", "--origin", "real", input] + configured)
        #expect(through.exitCode == 0, "\(through.errors)")
        for question in [
            ["provenance", "--json", "--limit", "5"], ["provenance", "--json", "--cursor", "7"],
            ["provenance", "--json", "--decision", "rejected"], ["shards"], ["shards", "list", "--json"],
            ["shards", "show", "1", "--json"], ["stats", "--json"], ["prevalence", "--json"],
            ["prevalence", "--by", "source", "--json"],
        ] {
            let far = try Program.run(question + configured)
            let near = try Program.run(question + ["--store", daemon.store])
            #expect(far.exitCode == 0 && far.errors.contains("through the daemon"), "\(question) \(far.errors)")
            #expect(!near.errors.contains("through the daemon"))
            if question[0] == "stats" {
                #expect(NSDictionary(dictionary: far.json) == NSDictionary(dictionary: near.json))
            } else {
                #expect(far.output == near.output, "\(question)")
            }
        }
        #expect(try Program.run(["shards", "show", "9"] + configured).exitCode == 66)
    }

    @Test("what is meant for one store never goes to the daemon of another")
    func otherStore() throws {
        let daemon = try RunningDaemon(folder)
        let other = folder.path("other")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3)))
        #expect(try Program.run("ingest", "--store", other, input).exitCode == 0)
        let holder = try LockHolder(other)
        let run = try Program.run(
            "ingest", "--store", other, "--config", folder.path("daemon.yaml"), input)
        #expect(run.exitCode == 75 && !run.errors.contains("through the daemon"))
        let missing = try Program.run("stats", "--store", folder.path("none"), "--config", folder.path("daemon.yaml"))
        #expect(missing.exitCode == 66)
        #expect(try sluice(daemon, "stats", "--json").json["records"] as? Int == 0)
        holder.release()
    }

    @Test("a store whose daemon does not answer yet is waited for, for a moment")
    func startingDaemon() throws {
        let daemon = try RunningDaemon(folder)
        #expect(daemon.end().code == 0)
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3)))
        // Whoever holds the lock now is a daemon that starts, for all that anybody can see.
        for command in [["ingest", input], ["shards", "seal"]] {
            let holder = try LockHolder(daemon.store)
            let run = Program.process(command + ["--store", daemon.store])
            run.standardOutput = FileHandle.nullDevice
            run.standardError = FileHandle.nullDevice
            try run.run()
            usleep(700_000)
            #expect(run.isRunning)
            holder.release()
            run.waitUntilExit()
            #expect(run.terminationStatus == 0, "\(command)")
        }
    }

    @Test("a store that another program holds, and no daemon, is busy")
    func noDaemon() throws {
        let store = folder.path("store")
        let input = try folder.file("a.jsonl", Dump.jsonLines(Dump.texts(3)))
        #expect(try Program.run("ingest", "--store", store, input).exitCode == 0)
        let holder = try LockHolder(store)
        // A socket that is left behind leads nowhere.
        try FileManager.default.createSymbolicLink(
            atPath: store + "/sluice.sock", withDestinationPath: folder.path("gone"))
        for command in [
            ["ingest", input], ["shards", "seal"], ["export", "--release", "r", "--output", folder.path("o")],
        ] {
            let run = try Program.run(command + ["--store", store])
            #expect(run.exitCode == 75, "\(command) \(run.errors)")
            #expect(run.errors.contains("another program is writing"))
        }
        holder.release()
        #expect(try Program.run("shards", "seal", "--store", store).exitCode != 75)
    }
}

/// Holds a store's lock, as a program that writes does.
private final class LockHolder {
    private var descriptor: Int32

    init(_ store: String) throws {
        descriptor = open(store + "/lock", O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    }

    func release() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    deinit { release() }
}
