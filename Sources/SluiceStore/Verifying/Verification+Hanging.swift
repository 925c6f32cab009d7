import GRDB
import SluiceCore

/// What hangs on the ledger.
extension Verification {
    func addresses() throws -> Outcome {
        var outcome = Outcome(
            looked: "\(try count("SELECT count(*) FROM address")) addresses against their commitments")
        let sql = """
            SELECT a.seq, a.salt, a.url, r.url_commitment
            FROM address AS a LEFT JOIN record AS r ON r.seq = a.seq ORDER BY a.seq
            """
        try db.forEachRow(sql) { row in
            let (seq, url) = (try row.integer(0), try row.text(2))
            let committed = Digest.of(try row.bytes(1) + Array(url.utf8))
            if try row.optionalDigest(3) != committed {
                outcome.fail("the address of record \(seq) is not the one committed to")
            }
        }
        return outcome
    }

    func lookups() throws -> Outcome {
        // By number and not by the highest seq: where that is made up, the ledger has gaps, which another check says.
        let records = try count("SELECT count(*) FROM record")
        var (runs, missing, rows): (Int, Int, Int64) = (0, 0, 0)
        var outcome = Outcome()
        for kind in Lookup.Kind.allCases {
            for run in try Lookup.runs(kind, records: records) {
                runs += 1
                // Derived: a run that is not there is written with the next records.
                guard try LookupTable(db).holds(run) else {
                    missing += 1
                    continue
                }
                var expected = run.pack(try LookupTable.keys(db, of: run))[...]
                var isEqual = true
                let sql = "SELECT id, entries FROM lookup WHERE id BETWEEN ? AND ? ORDER BY id"
                try db.forEachRow(sql, [run.ids.lowerBound, run.ids.upperBound]) { row in
                    rows += 1
                    let next = expected.popFirst()
                    let isNext = try row.integer(0) == run.ids.lowerBound + (next?.chunk ?? -1)
                    isEqual = try isEqual && isNext && row.bytes(1) == next?.entries
                }
                guard !isEqual || !expected.isEmpty else { continue }
                outcome.fail("the run behind record \(run.after) does not hold its keys; empty the table lookup")
            }
        }
        outcome.looked = "\(runs) runs of keys" + (missing > 0 ? ", \(missing) of them not written yet" : "")
        if try count("SELECT count(*) FROM lookup") != rows { outcome.fail("there are rows that belong to no run") }
        return outcome
    }

    func releases() throws -> Outcome {
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM release")) releases")
        try violations(
            """
            SELECT 'release ' || name || ' does not have its documents' FROM release AS r
            WHERE documents <> (SELECT count(*) FROM release_document WHERE release = r.id)
            """, into: &outcome)
        try violations(
            """
            SELECT DISTINCT 'documents are listed for release ' || release || ', which there is not'
            FROM release_document WHERE release NOT IN (SELECT id FROM release)
            """, into: &outcome)
        return outcome
    }

    func texts(
        _ decompress: (StoredText) throws -> [UInt8], _ facts: ((_ text: [UInt8]) -> TextFacts)?
    ) throws -> Outcome {
        let further = facts == nil ? "" : ", words and content keys"
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM text")) texts against their digests" + further)
        try violations(
            """
            SELECT 'there is a dictionary for the texts from row ' || first_seq || ' on, which there is not'
            FROM dictionary WHERE first_seq NOT IN (SELECT seq FROM record)
            """, into: &outcome)
        let sql = """
            SELECT t.seq, t.raw_bytes, t.body, (SELECT max(first_seq) FROM dictionary WHERE first_seq <= t.seq), r.document,
                d.tokens, d.content_key, d.bands
            FROM text AS t LEFT JOIN record AS r ON r.seq = t.seq LEFT JOIN document AS d ON d.seq = t.seq ORDER BY t.seq
            """
        let reader = StoreReader(db, shelf: DictionaryShelf())
        try db.forEachRow(sql) { row in
            let (seq, size) = (try row.integer(0), Int(try row.integer(1, in: StoredText.sizes)))
            let stored = try reader.storedText(row, from: 1)
            let digest = try row.optionalDigest(4)
            guard let raw = try? decompress(stored), raw.count == size, Digest.of(raw) == digest else {
                return outcome.fail("the text of document \(seq) is not the one that was kept")
            }
            guard let found = facts?(raw) else { return }
            if try row.optionalInteger(5) != Int64(found.tokens) {
                outcome.fail("document \(seq) does not have as many words as it says")
            }
            if try row.optionalDigest(6) != found.contentKey {
                outcome.fail("document \(seq) does not have the content key of its text")
            }
            if let bands = found.bands, try row.isNull(7) || row.bytes(7) != bands {
                outcome.fail("document \(seq) does not have the bands of its text")
            }
        }
        return outcome
    }
}
