import Testing

@Suite struct `sluice token` {
    @Test func `prints a token once, and the line that it is known by`() throws {
        let outcome = try Program.run(["token", "crawler", "--scopes", "ingest,read"])
        let lines = outcome.text.split(separator: "\n")
        #expect(outcome.exitCode == 0)
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("sluice_") == true)
        #expect(lines.last?.hasPrefix("crawler ingest,read ") == true)
        #expect(!lines.dropFirst().joined().contains(lines.first ?? "sluice_"))
        #expect(try Program.run(["token", "a b"]).exitCode == 64)
        #expect(try Program.run(["token", "a", "--scopes", "write"]).exitCode == 64)
    }
}
