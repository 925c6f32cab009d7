import Foundation
import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

/// What is stored in another form than it is shown in comes back as it was, whatever it was.
@Suite struct `A record's parts in short forms` {
    private static let ids = [
        nil, "", "7", "<urn:uuid:00000000-0000-0000-0000-000000000005>", "00000000-0000-0000-0000-000000000005",
        "urn:uuid:00000000-0000-0000-0000-000000000005", "<00000000-0000-0000-0000-000000000005>",
        "<urn:uuid:3C49A722-5638-4CD5-5A0D-F403C3D10AE1>", "<urn:uuid:3c49a722-5638-4cd5-5a0d-f403c3d10ae1>",
        "3c49a722-5638-4cd5-5a0d-f403c3d10ae1", "3c49a72256384cd55a0df403c3d10ae1",
        "3c49a722-5638-4cd5-5a0d-f403c3d10aeg",
        "3c49a722-5638-4cd5-5a0df-403c3d10ae1", "<urn:uuid:3c49a722-5638-4cd5-5a0d-f403c3d10ae1> ",
        "<urn:UUID:3c49a722-5638-4cd5-5a0d-f403c3d10ae1>", "é", "a\0b",
    ]
    private static let moments = [
        nil, "", "2021-05-06T07:08:09Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
        "0000-03-01T00:00:00Z", "9999-12-31T23:59:59Z", "5138-11-16T09:46:39Z", "5138-11-16T09:46:40Z",
        "2024-02-29T12:00:00Z", "2023-02-29T12:00:00Z", "2100-02-29T12:00:00Z", "2000-02-29T23:59:59Z",
        "2024-04-21T08:41:17.000Z", "2024-04-21T08:41:17.123Z", "1973-03-03T09:46:40.000Z", "1973-03-03T09:46:39.999Z",
        "1960-01-01T00:00:00.500Z", "9999-12-31T23:59:59.999Z", "2021-05-06T07:08:60Z", "2021-05-06T24:00:00Z",
        "2021-13-06T07:08:09Z", "2021-00-06T07:08:09Z", "2021-05-00T07:08:09Z", "2021-05-06 07:08:09Z",
        "2021-05-06T07:08:09+00:00", "2021-05-06t07:08:09z", "2021-05-06T07:08:09.1Z", "2021-05-06", "yesterday",
    ]
    /// URL, host.
    private static let addresses = [
        ("http://a.example/b", "a.example"), ("http://a.example", "a.example"), ("https://A.Example/", "a.example"),
        ("http://user@a.example:80/b", "a.example"), ("a.example/b", ""), ("", ""), ("://", ""), ("x:///y", ""),
        ("http://é.example/ü", "é.example"), ("http://a.example?q", "a.example"),
        ("http://a\0.example/b", "a\0.example"),
        ("http://[::1]/x", "[::1]"), ("urn://a://b/c", "a:"), ("http://a.example/b", "other.example"),
    ]

    @Test func `come back as they went in, and are found by what they are`() throws {
        let directory = TemporaryDirectory()
        var entries: [StoreEntry] = []
        for index in 0..<max(Self.ids.count, Self.moments.count, Self.addresses.count) {
            let seq = Int64(index + 1)
            var entry = Sample.kept(seq)
            entry.row.recordID = Self.ids[index % Self.ids.count]
            entry.row.captured = Self.moments[index % Self.moments.count]
            let (url, host) = Self.addresses[index % Self.addresses.count]
            let commitment = Commitment(to: url, inRecord: Digest.of([UInt8(index)]))
            entry.row.urlCommitment = commitment.digest
            entry.address = Address(salt: commitment.salt, url: url, host: host)
            let weight = Double(index) / 8
            let judgement = RecordedJudgement(
                Judgement(
                    verdict: .uncertain, origin: .prior, probability: 1 / (1 + exp(-weight)),
                    evidence: [Evidence(kind: "kind-\(index)", weight: weight, detail: "“\(index)” of 9")]))
            entry.row.judgement = judgement
            entry.document?.synthetic = judgement.syntheticMass(ofTokens: 100)
            entries.append(entry)
        }
        let store = try Sample.fill(directory, entries)
        defer { store.close() }
        let found = try store.read { try $0.provenance(ProvenanceQuery(limit: 0)) }
        #expect(found.map(\.row) == entries.map(\.row))
        #expect(found.map(\.url) == entries.map(\.address?.url))
        #expect(try store.verifyAll().filter { !$0.passed } == [])
        for host in Set(Self.addresses.map(\.1)) {
            let asked = ProvenanceQuery(filter: .host(host), limit: 0)
            let seqs = entries.filter { $0.address?.host == host }.map(\.row.seq)
            #expect(try store.read { try $0.provenance(asked).map(\.row.seq) } == seqs, "host \(host)")
        }
        // SQLite compares a text that is bound up to its first NUL only.
        for id in Set(Self.ids.compactMap(\.self)) where !id.contains("\0") {
            let asked = ProvenanceQuery(filter: .id(id), limit: 0)
            let seqs = entries.filter { $0.row.recordID == id }.map(\.row.seq)
            #expect(try store.read { try $0.provenance(asked).map(\.row.seq) } == seqs, "id \(id)")
        }
    }

    @Test(.enabled(if: Shell.path != nil, Shell.missing))
    func `take the room that they are meant to take`() throws {
        let directory = TemporaryDirectory()
        try Sample.fill(directory, [Sample.kept(1)]).close()
        let sql = """
            SELECT length(record_id), datetime(captured, 'unixepoch'), own_host IS NULL
            FROM record JOIN address USING (seq);
            """
        #expect(try Shell.run(sql, on: directory.database) == "16|2021-05-06 07:08:09|1\n")
    }
}
