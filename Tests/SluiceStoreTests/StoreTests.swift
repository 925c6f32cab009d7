import Foundation
import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

@Suite("A store")
struct StoreTests {
    let directory = TemporaryDirectory()

    @Test("gives back what was put in, and finds nothing wrong with itself")
    func roundTrip() throws {
        let entries = Sample.mixed()
        let store = try Sample.fill(directory, entries, batch: 3)
        try store.read { reader throws in
            let found = try reader.provenance(ProvenanceQuery(limit: 0))
            #expect(found.map(\.row) == entries.map(\.row))
            #expect(found.map(\.url) == entries.map(\.address?.url))
            #expect(found[2].duplicateDocument == entries[0].row.document)
            #expect(found.allSatisfy { $0.run == Sample.run.uuid && $0.model == Sample.run.model })
            #expect(found.allSatisfy { $0.sourceName == Sample.source.name && $0.sourceLabel == "crawl-a" })
            #expect(try reader.nextSeq() == 11)
            #expect(try reader.text(of: 5)?.body == Sample.text(5))
            #expect(try reader.text(of: 3) == nil)
            #expect(try reader.contentKey(of: 7) == entries[6].document?.contentKey)
            var keys: [(seq: Int64, prefix: UInt64, bands: [UInt8])] = []
            try reader.forEachIndexKey { keys.append(($0, $1, Array($2))) }
            let kept = entries.filter { $0.document != nil }
            #expect(keys.map(\.seq) == kept.map(\.row.seq))
            #expect(keys.map(\.prefix) == kept.compactMap(\.document?.contentKey.prefix))
            #expect(keys.map(\.bands) == kept.compactMap(\.document?.bands))
            #expect(try reader.documentCount() == kept.count)
            let statistics = try reader.statistics()
            #expect(statistics.progress.records == 10)
            #expect(statistics.rejected == ["no-words": 1])
            #expect(statistics.verdicts == [.uncertain: 8])
            #expect(statistics.held == 2)
            #expect(statistics.heldSynthetic == 200_000)
        }
        let findings = try store.verifyAll()
        #expect(findings.filter { !$0.passed } == [])
        #expect(findings.count == 15)
    }

    @Test("keeps a text as it is, whatever characters are in it")
    func nul() throws {
        var entry = Sample.kept(1)
        let url = "http://a.example/\0/b\u{1}漢"
        let commitment = Commitment(to: url, inRecord: Digest.of([1]))
        entry.row.urlCommitment = commitment.digest
        entry.row.recordID = "before\0after"
        entry.address = Address(salt: commitment.salt, url: url, host: "a.ex\0ample")
        let store = try Sample.fill(directory, [entry, Sample.kept(2)])
        for filter in [ProvenanceQuery.Filter.all, .url(url), .host("a.ex\0ample")] {
            let found = try #require(try store.read { try $0.provenance(ProvenanceQuery(filter: filter)).first })
            #expect(found.row == entry.row)
            #expect(found.url == url)
        }
        #expect(try store.verifyAll().filter { !$0.passed } == [])
    }

    @Test("says where each document is: in the shard or held")
    func placement() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        try store.read { reader throws in
            // 5 brings 30 synthetic and 70 real tokens, for which there is room once 7 is in; 6 and 8 are all synthetic.
            #expect(try Sample.held(reader) == [6, 8])
            let shard = try #require(try reader.shards().first)
            #expect(shard.totals == ShardTotals(documents: 6, synthetic: 30_000, real: 570_000))
            var admitted: [Int64] = []
            try reader.forEachAdmitted(toShard: 1) { admitted.append($0.row.seq) }
            #expect(admitted == [1, 2, 7, 5, 9, 10])
            #expect(try reader.provenance(ProvenanceQuery(filter: .shard(1))).map(\.row.seq) == [1, 2, 5, 7, 9, 10])
            let held = try reader.provenance(ProvenanceQuery(filter: .held))
            #expect(held.map(\.row.seq) == [6, 8] && held.allSatisfy { $0.shard == nil && $0.row.outcome == .kept })
        }
    }

    @Test("knows a source by its bytes, whatever it is called")
    func sources() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        var renamed = Sample.source
        renamed.name = "elsewhere.gz"
        let known = try store.write { try $0.source(renamed) }
        #expect(known.id == 1)
        #expect(known.description == Sample.source)
        #expect(known.progress == Sample.progress(Sample.mixed()))
        #expect(try store.read { try $0.sources() } == [known])
    }

    @Test("counts a source's rejected records by reason")
    func rejections() throws {
        var entries = Sample.mixed() + [Sample.rejected(11), Sample.rejected(12)]
        entries[11].row.outcome = .rejected(.invalidJSON, detail: "a comma")
        let store = try Sample.fill(directory, entries)
        #expect(try store.read { try $0.rejections(ofSource: 1) } == [.noWords: 2, .invalidJSON: 1])
        #expect(try store.read { try $0.rejections(ofSource: 2) } == [:])
    }

    @Test("keeps nothing of a transaction that fails, and goes on after it")
    func rollback() throws {
        let store = try Sample.fill(directory, [Sample.kept(1)])
        struct Stop: Error {}
        #expect(throws: SluiceError.self) {
            try store.write { writer in
                try writer.append([Sample.kept(2), Sample.kept(3, synthetic: 1)], run: 1, timeMicroseconds: 5)
                throw Stop()
            }
        }
        #expect(try store.read { try $0.nextSeq() } == 2)
        try store.write { try $0.append([Sample.kept(2)], run: 1, timeMicroseconds: 5) }
        let totals = try store.read { try $0.shards().first?.totals }
        #expect(totals == ShardTotals(documents: 2, synthetic: 0, real: 200_000))
    }

    @Test(
        "refuses what the ledger does not allow",
        arguments: [
            Sample.kept(3), Sample.duplicate(2, of: 2), Sample.duplicate(2, of: 7), Sample.kept(2, synthetic: 100_001),
            Sample.kept(2, synthetic: -1), Sample.kept(2, tokens: 0),
        ])
    func refusals(entry: StoreEntry) throws {
        let store = try Sample.fill(directory, [Sample.kept(1)])
        #expect(throws: SluiceError.self) {
            try store.write { try $0.append([entry], run: 1, timeMicroseconds: 5) }
        }
        #expect(try store.verify().allSatisfy { $0.passed })
    }

    @Test("seals the open shard when asked, and opens the next for what comes")
    func sealing() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        #expect(try store.write { try $0.sealShard() } == 1)
        #expect(try store.write { try $0.sealShard() } == nil)
        try store.write { try $0.append([Sample.kept(11)], run: 1, timeMicroseconds: 6) }
        let shards = try store.read { try $0.shards() }
        #expect(shards.map(\.isSealed) == [true, false])
        #expect(shards[0].totals == ShardTotals(documents: 6, synthetic: 30_000, real: 570_000))
        #expect(shards[1].totals.documents == 1)
    }

    /// Whoever takes a document out, a review or a hand: every reader has to follow the chain.
    @Test("holds a document again that was taken out of its shard", .enabled(if: Shell.path != nil, Shell.missing))
    func withdrawal() throws {
        try Sample.fill(directory, Sample.mixed()).close()
        let settings = StoreSettings(shards: Sample.shards)
        let takeOut = "INSERT INTO admission SELECT max(id) + 1, 1, 9, -1, 5, 30000, 470000 FROM admission;"
        #expect(try Shell.run(takeOut, on: directory.database) == "")
        let store = try Store.open(directory: directory.path, mode: .write, settings: settings)
        #expect(try store.read { try Sample.held($0) } == [6, 8, 9])
        #expect(try store.read { try $0.statistics().held } == 3)
        #expect(try store.write { try $0.heldCount() } == 3)
        // Of those that wait, 6 is the oldest and asks for too much; 9 is behind it, and real mass is always welcome.
        try store.write { try $0.append([Sample.kept(11)], run: 1, timeMicroseconds: 6) }
        let totals = try store.read { try $0.shards().first?.totals }
        #expect(totals == ShardTotals(documents: 6, synthetic: 30_000, real: 570_000))
        var admitted: [Int64] = []
        try store.read { try $0.forEachAdmitted(toShard: 1) { admitted.append($0.row.seq) } }
        #expect(admitted == [1, 2, 7, 5, 10, 11])
        #expect(try store.verify().filter { !$0.passed }.map(\.check) == ["accounting"])
    }

    @Test("is opened for appending with a cap and a size, and takes nothing without")
    func appendingWithoutSettings() throws {
        try Sample.fill(directory, [Sample.kept(1)]).close()
        let store = try Store.open(directory: directory.path, mode: .write)
        #expect {
            try store.write { try $0.append([Sample.kept(2)], run: 1, timeMicroseconds: 5) }
        } throws: {
            ($0 as? SluiceError)?.code == .configuration
        }
        #expect(try store.write { try $0.sealShard() } == 1)
        #expect(try store.read { try $0.nextSeq() } == 2)
    }

    @Test("remembers a release for good, and which documents are in it")
    func releases() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        let release = ReleaseDescription(name: "v1", capPPM: 50_000, ledgerSize: 10, manifest: Digest.of([9]))
        try store.write { try $0.record(release, documents: [2, 5]) }
        var other = release
        other.manifest = Digest.of([8])
        #expect {
            try store.write { try $0.record(other, documents: [2, 5]) }
        } throws: {
            ($0 as? SluiceError)?.code == .cannotCreate
        }
        // The same once more changes nothing.
        try store.write { try $0.record(release, documents: [2, 5]) }
        #expect(try store.read { try $0.release(named: "v1") } == release)
        #expect(try store.read { try $0.release(named: "v2") } == nil)
        try store.read { reader throws in
            #expect(try reader.releases() == ["v1"])
            #expect(try reader.provenance(ProvenanceQuery(filter: .release("v1"))).map(\.row.seq) == [2, 5])
            #expect(
                try reader.provenance(ProvenanceQuery(filter: .document(Digest.of(Sample.text(5)))))[0].releases == [
                    "v1"
                ])
        }
        #expect(try store.verify().allSatisfy { $0.passed })
    }
}

@Suite("A provenance query")
struct ProvenanceQueryTests {
    let directory = TemporaryDirectory()

    private func seqs(_ store: Store, _ query: ProvenanceQuery) throws -> [Int64] {
        try store.read { try $0.provenance(query).map(\.row.seq) }
    }

    @Test("finds a row by each of its names")
    func filters() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        let bare = "00000000-0000-0000-0000-000000000005"
        #expect(try seqs(store, ProvenanceQuery(filter: .document(Digest.of(Sample.text(5))))) == [5])
        for id in [bare, "<urn:uuid:\(bare)>", "urn:uuid:\(bare)", "<\(bare)>"] {
            #expect(try seqs(store, ProvenanceQuery(filter: .record(id))) == [5])
        }
        #expect(try seqs(store, ProvenanceQuery(filter: .id("<urn:uuid:\(bare)>"))) == [5])
        #expect(try seqs(store, ProvenanceQuery(filter: .id(bare))) == [])
        #expect(try seqs(store, ProvenanceQuery(filter: .url("http://host2.example/page/5"))) == [5])
        #expect(try seqs(store, ProvenanceQuery(filter: .host("HOST2.example"))) == [2, 5, 8])
        #expect(try seqs(store, ProvenanceQuery(filter: .source("crawl-a"))).count == 10)
        #expect(try seqs(store, ProvenanceQuery(filter: .source(Sample.source.name))).count == 10)
        #expect(try seqs(store, ProvenanceQuery(filter: .source("another"))) == [])
        #expect(try seqs(store, ProvenanceQuery(filter: .release("none"))) == [])
        #expect(try seqs(store, ProvenanceQuery(decision: .duplicate)) == [3])
        #expect(try seqs(store, ProvenanceQuery(filter: .host("host2.example"), decision: .rejected)) == [])
    }

    @Test("pages through the rows without losing or repeating one")
    func paging() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        var query = ProvenanceQuery(filter: .source("crawl-a"), limit: 3)
        var all: [Int64] = []
        while let page = Optional(try seqs(store, query)), let last = page.last {
            #expect(page.count <= 3)
            all += page
            query.after = last
        }
        #expect(all == Array(1...10))
    }

    @Test("finds nothing by an address that was erased, and the proofs stay")
    func erasure() throws {
        let store = try Sample.fill(directory, Sample.mixed())
        store.close()
        try Shell.run("DELETE FROM address WHERE seq = 5", on: directory.database)
        let reopened = try Store.open(directory: directory.path, mode: .read)
        #expect(try seqs(reopened, ProvenanceQuery(filter: .url("http://host2.example/page/5"))) == [])
        #expect(try reopened.verify().allSatisfy { $0.passed })
    }
}
