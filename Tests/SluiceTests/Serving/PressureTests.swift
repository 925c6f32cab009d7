import Foundation
import Testing

/// The daemon under what should not happen, and does.
@Suite("The daemon, pressed")
struct PressureTests {
    @Test("leaves a file where it is when the disk falls below its floor, and goes on there when there is room")
    func floor() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder)
        try daemon.drop("large.warc.wet", Dump.wet(Dump.texts(6000, seed: 9)))
        try daemon.wait("something is in the store") { try records(daemon) > 0 }
        try daemon.configure(["disk_floor_bytes: 1000000000000000"])
        daemon.signal(SIGHUP)
        try daemon.wait("no work is taken") { try daemon.send("GET", "/readyz").status == 503 }
        let body = try Dump.jsonLines(Dump.texts(3, seed: 10))
        let refused = try daemon.send("POST", "/v1/documents", body: body)
        #expect(refused.status == 503 && refused.fields["retry-after"] == "60")
        #expect(try daemon.send("POST", "/v1/shards/seal").status == 503)
        #expect(try daemon.send("POST", "/v1/exports").status == 503)
        // What was under way is written; then nothing more is.
        usleep(500_000)
        let before = try records(daemon)
        usleep(500_000)
        #expect(try before < 6000 && records(daemon) == before)
        #expect(daemon.process.isRunning)
        try daemon.configure([])
        daemon.signal(SIGHUP)
        try daemon.wait("the file is done") {
            FileManager.default.fileExists(atPath: daemon.store + "/spool/done/large.warc.wet")
        }
        #expect(try daemon.send("POST", "/v1/documents", body: body).status == 200)
        #expect(daemon.end().code == 0)
        #expect(try Program.run("verify", "--store", daemon.store).exitCode == 0)
    }

    @Test("shows the review of a document whatever number the address says to pass over")
    func skip() throws {
        let folder = try Folder()
        let daemon = try RunningDaemon(folder)
        _ = try daemon.send("POST", "/v1/documents", body: Dump.jsonLines(Dump.texts(1)))
        let rows = try daemon.send("GET", "/v1/provenance").json["rows"] as? [[String: Any]]
        let document = try #require(rows?.first?["document"] as? String)
        for number in ["9223372036854775807", "9223372036854775808", "-1", "1000"] {
            #expect(try daemon.send("GET", "/review?document=\(document)&skip=\(number)").status == 200)
            #expect(try daemon.send("GET", "/review?skip=\(number)").status == 200)
        }
        #expect(daemon.end().code == 0)
    }

    private func records(_ daemon: RunningDaemon) throws -> Int {
        try daemon.send("GET", "/v1/stats").json["records"] as? Int ?? 0
    }
}
