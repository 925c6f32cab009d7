import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

/// Finding records among many, by whatever name, across runs of look-up keys of three sizes and what lies behind them.
@Suite struct `Looking up a record` {
    let directory = TemporaryDirectory()
    static let count: Int64 = 2 * 16_384 + 2 * 4096 + 700
    static let borders: [Int64] = [
        1, 2, 5, 7, 4095, 4096, 4097, 16_383, 16_384, 16_385, 16_386, 32_767, 32_768, 32_769, 36_864, 36_865, 40_960,
        40_961, 41_003, count,
    ]
    static let entries = (Int64(1)...count).map { seq in
        seq % 5 == 0 ? Sample.duplicate(seq, of: 1) : seq % 7 == 0 ? Sample.rejected(seq) : Sample.kept(seq)
    }

    private func seqs(_ store: Store, _ filter: ProvenanceQuery.Filter, after: Int64 = 0) throws -> [Int64] {
        try store.read { try $0.provenance(ProvenanceQuery(filter: filter, limit: 0, after: after)).map(\.row.seq) }
    }

    private func failed(_ store: Store) throws -> [String] { try store.verify().filter { !$0.passed }.map(\.check) }

    private func reopen() throws -> Store {
        try Store.open(directory: directory.path, mode: .write, settings: StoreSettings(shards: Sample.shards))
    }

    private func append(_ seq: Int64, to store: Store) throws {
        try store.write { writer in
            try writer.append([Sample.kept(seq)], run: 1, timeMicroseconds: 1)
            let later = (Self.count + 1...seq).map { Sample.kept($0) }
            try writer.setProgress(Sample.progress(Self.entries + later), ofSource: 1)
        }
    }

    @Test func `finds every row by each of its names, and the same one by one as batches went in`() throws {
        let store = try Sample.fill(directory, Self.entries, batch: 3000)
        for seq in Self.borders {
            let entry = Self.entries[Int(seq) - 1]
            if let document = entry.row.document { #expect(try seqs(store, .document(document)) == [seq]) }
            let id = try #require(entry.row.recordID)
            #expect(try seqs(store, .record(id)) == [seq])
            #expect(try seqs(store, .id(id)) == [seq])
            if let url = entry.address?.url { #expect(try seqs(store, .url(url)) == [seq]) }
            #expect(try seqs(store, .record(id), after: seq) == [])
        }
        let host = Self.entries.filter { $0.address?.host == "host1.example" }.map(\.row.seq)
        for after in [Int64(0), 4096, 16_384, 20_000, 32_768, 36_864, 40_961, Self.count] {
            #expect(try seqs(store, .host("host1.example"), after: after) == host.filter { $0 > after })
        }
        let page = ProvenanceQuery(filter: .host("host1.example"), limit: 20, after: 16_000)
        let paged = try store.read { try $0.provenance(page).map(\.row.seq) }
        #expect(paged == Array(host.filter { $0 > 16_000 }.prefix(20)))
        #expect(try seqs(store, .document(Digest.of([1, 2, 3]))) == [])
        #expect(try failed(store) == [])
    }

    @Test(.enabled(if: Shell.path != nil, Shell.missing))
    func `finds nothing by an erased address, and leaves no key of it behind`() throws {
        try Sample.fill(directory, Self.entries, batch: 3000).close()
        // Within runs of two sizes, and behind them.
        let erased: [Int64] = [16_386, 32_773, 41_003]
        let list = erased.map(String.init).joined(separator: ",")
        try Shell.run("DELETE FROM address WHERE seq IN (\(list));", on: directory.database)
        let runs = "SELECT group_concat(DISTINCT id >> 12) FROM lookup WHERE id >> 48 = 1;"
        // Of level 1 the first run is left, of level 0 the second one behind it.
        #expect(try Shell.run(runs, on: directory.database) == "\((16 << 32) + 9),\(17 << 32)\n")
        let store = try reopen()
        defer { store.close() }
        #expect(try failed(store) == [])
        for round in 0..<2 {
            for seq in erased {
                #expect(try seqs(store, .url("http://host\(seq % 3).example/page/\(seq)")) == [])
                #expect(try seqs(store, .document(Digest.of(Sample.text(seq)))) == [seq])
            }
            for seq in [16_387, 32_774, 41_004] as [Int64] {
                let entry = Self.entries[Int(seq) - 1]
                if let url = entry.address?.url { #expect(try seqs(store, .url(url)) == [seq]) }
            }
            let host = Self.entries.filter { $0.address?.host == "host1.example" }.map(\.row.seq)
            let left = host.filter { !erased.contains($0) }
            #expect(left.count < host.count)
            #expect(try Array(seqs(store, .host("host1.example")).prefix(left.count)) == left)
            // The next record writes the missing runs again, without the keys.
            if round == 0 { try append(Self.count + 1, to: store) }
        }
        #expect(try failed(store) == [])
        store.close()
        let all = [(16, 8), (16, 9), (17, 0), (17, 1)].map { "\(($0.0 << 32) + $0.1)" }.joined(separator: ",")
        #expect(try Shell.run(runs, on: directory.database) == all + "\n")
    }

    @Test(.enabled(if: Shell.path != nil, Shell.missing))
    func `finds no address that was put back, since none can be`() throws {
        let store = try Sample.fill(directory, Array(Self.entries.prefix(20)), batch: 20)
        defer { store.close() }
        // The last one too, behind which there is no record.
        for erased in Self.entries.prefix(20).filter({ $0.address != nil }).map(\.row.seq).reversed() {
            try Shell.run("DELETE FROM address WHERE seq = \(erased);", on: directory.database)
            let forged =
                "INSERT INTO address (seq, salt, url) VALUES (\(erased), zeroblob(16), 'http://forged.example/');"
            #expect(try Shell.run(forged, on: directory.database).contains("comes with its record"), "\(erased)")
        }
        #expect(try failed(store) == [])
    }

    @Test(.enabled(if: Shell.path != nil, Shell.missing))
    func `keeps no key of an address that was erased before its run was written`() throws {
        let (first, all) = (Self.entries.prefix(4000), Self.entries.prefix(4200))
        let store = try Sample.fill(directory, Array(first), batch: 1000)
        defer { store.close() }
        let erased = try #require(first.last { $0.address != nil }?.row.seq)
        try Shell.run("DELETE FROM address WHERE seq = \(erased);", on: directory.database)
        try store.write { writer in
            try writer.append(Array(all[4000...]), run: 1, timeMicroseconds: 1)
            try writer.setProgress(Sample.progress(Array(all)), ofSource: 1)
        }
        // The check makes the keys anew from what is there.
        #expect(try failed(store) == [])
        #expect(try Shell.run("SELECT count(*) FROM lookup WHERE id >> 48 = 1;", on: directory.database) != "0\n")
        #expect(try seqs(store, .url("http://host\(erased % 3).example/page/\(erased)")) == [])
    }

    @Test(.enabled(if: Shell.path != nil, Shell.missing))
    func `loses nothing with the table of keys but a moment`() throws {
        try Sample.fill(directory, Self.entries, batch: 3000).close()
        let sizes = "SELECT sum(id), sum(length(entries)), count(*) FROM lookup;"
        let before = try Shell.run(sizes, on: directory.database)
        try Shell.run("DELETE FROM lookup;", on: directory.database)
        let store = try reopen()
        #expect(try failed(store) == [])
        for seq in Self.borders {
            if let document = Self.entries[Int(seq) - 1].row.document {
                #expect(try seqs(store, .document(document)) == [seq])
            }
        }
        #expect(try seqs(store, .url("http://host2.example/page/2")) == [2])
        try append(Self.count + 1, to: store)
        #expect(try failed(store) == [])
        store.close()
        let after = try Shell.run(sizes, on: directory.database)
        #expect(after == before)
    }
}
