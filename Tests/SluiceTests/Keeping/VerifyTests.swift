import Foundation
import Testing

@Suite struct `Verifying a store` {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func ingested() throws -> String {
        let dump = try folder.file("dump.jsonl", try Dump.jsonLines(Dump.texts(6)))
        #expect(try Program.run("ingest", "--store", folder.path("store"), dump).exitCode == 0)
        return folder.path("store")
    }

    /// The `detail` of a check that failed, by the check.
    private func failures(_ outcome: Program.Outcome) throws -> [String: String] {
        try outcome.rows.reduce(into: [:]) { failed, finding in
            let check = try #require(finding["check"] as? String)
            if finding["ok"] as? Bool == false { failed[check] = finding["detail"] as? String }
        }
    }

    @Test(
        arguments: [
            ("bands = zeroblob(length(bands))", "document 2 does not have the bands of its text"),
            ("content_key = zeroblob(32)", "document 2 does not have the content key of its text"),
        ])
    func `holds what deduplication remembers of a document against its text`(change: String, said: String) throws {
        let store = try ingested()
        #expect(try failures(Program.run("verify", "--store", store, "--json")) == [:])
        let sql = "DROP TRIGGER document_update; UPDATE document SET \(change) WHERE seq = 2;"
        #expect(try Program.tool("/usr/bin/sqlite3", store + "/sluice.db", sql).exitCode == 0)
        let outcome = try Program.run("verify", "--store", store, "--json")
        #expect(outcome.exitCode == 1)
        #expect(try failures(outcome)["texts"] == said)
    }

    @Test func `says where it cannot, because the configuration has other parameters`() throws {
        let store = try ingested()
        let other = try folder.file("other.yaml", "dedup:\n  bands: 20\n")
        let outcome = try Program.run("verify", "--store", store, "--config", other, "--json")
        #expect(outcome.exitCode == 0)
        #expect(outcome.text.contains("other parameters of deduplication"))
    }
}
