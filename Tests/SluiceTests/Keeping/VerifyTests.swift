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

    @Test func `says what it found whichever page is damaged, or where no store can be opened what helps`() throws {
        let database = try ingested() + "/sluice.db"
        let whole = try Data(contentsOf: URL(fileURLWithPath: database))
        var unfinished = 0
        for page in 0..<whole.count / 8192 {
            var damaged = whole
            // In a tree's page, the numbers of its first cells.
            for offset in 8..<24 { damaged[page * 8192 + offset] = UInt8(truncatingIfNeeded: 41 &* (page &+ offset)) }
            try damaged.write(to: URL(fileURLWithPath: database))
            let outcome = try Program.run("verify", "--store", folder.path("store"), "--json")
            if outcome.exitCode == 74 {
                #expect(outcome.errors.contains(": restore the store from a copy"), "page \(page): \(outcome.errors)")
                #expect(!outcome.errors.contains("sluice verify"), "page \(page): \(outcome.errors)")
            } else {
                #expect(outcome.rows.count >= 16, "page \(page): \(outcome.errors)")
                #expect(outcome.exitCode == (try failures(outcome).isEmpty ? 0 : 1), "page \(page)")
                unfinished += outcome.text.contains("cannot be checked") ? 1 : 0
            }
        }
        #expect(unfinished > 10)
    }

    @Test func `says where it cannot, because the configuration has other parameters`() throws {
        let store = try ingested()
        let other = try folder.file("other.yaml", "dedup:\n  bands: 20\n")
        let outcome = try Program.run("verify", "--store", store, "--config", other, "--json")
        #expect(outcome.exitCode == 0)
        #expect(outcome.text.contains("other parameters of deduplication"))
    }

    @Test func `says of texts that do not verify where the store has words of another version`() throws {
        let store = try ingested()
        let sql = """
            DROP TRIGGER document_update; UPDATE document SET content_key = zeroblob(32) WHERE seq = 2;
            DROP TRIGGER meta_update;
            UPDATE meta SET value = replace(value, 'tokens=2', 'tokens=1') WHERE key = 'deduplication';
            """
        #expect(try Program.tool("/usr/bin/sqlite3", store + "/sluice.db", sql).exitCode == 0)
        let outcome = try Program.run("verify", "--store", store, "--json")
        #expect(outcome.exitCode == 1)
        let said = try #require(try failures(outcome)["texts"])
        #expect(said.hasPrefix("the store has words of another version") && said.contains("tokens=1"), "\(said)")
        #expect(said.hasSuffix("document 2 does not have the content key of its text"), "\(said)")
    }
}
