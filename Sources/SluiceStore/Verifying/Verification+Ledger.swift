import GRDB
import SluiceCore

extension Verification {
    func sequence() throws -> Outcome {
        let size = try count("SELECT ifnull(max(seq), 0) FROM record")
        var outcome = Outcome(looked: "\(size) records")
        if try count("SELECT count(*) FROM record") != size { outcome.fail("there are gaps in the ledger") }
        try violations(
            """
            SELECT 'batch ' || first_seq || ' does not follow from the one before' FROM (
                SELECT first_seq, lag(first_seq + records, 1, 1) OVER (ORDER BY first_seq) AS expected FROM batch)
            WHERE first_seq <> expected
            """, into: &outcome)
        if try count("SELECT ifnull(sum(records), 0) FROM batch") != size {
            outcome.fail("the batches do not cover the ledger")
        }
        try violations(
            """
            SELECT 'record ' || seq || ': its evidence is no JSON array' FROM record
            WHERE typeof(evidence) = 'text' AND NOT (json_valid(evidence) AND json_type(evidence) = 'array')
            """, into: &outcome)
        try shortForms(&outcome)
        try violations(
            """
            SELECT 'record ' || seq || ' goes back among the ordinals of its source' FROM (
                SELECT seq, ordinal, lag(ordinal, 1, -1) OVER (PARTITION BY source ORDER BY seq) AS before FROM record)
            WHERE ordinal <= before
            """, into: &outcome)
        try violations(
            """
            WITH expected AS (
                SELECT seq, source FROM (SELECT seq, source, lag(source) OVER (ORDER BY seq) AS before FROM record)
                WHERE before IS NOT source)
            SELECT 'no stretch begins at record ' || e.seq FROM expected AS e
                LEFT JOIN stretch AS t ON t.first_seq = e.seq WHERE t.source IS NOT e.source
            UNION ALL SELECT 'the stretches are not those of the ledger'
                WHERE (SELECT count(*) FROM expected) <> (SELECT count(*) FROM stretch)
            """, into: &outcome)
        return outcome
    }

    /// Reads what is stored in another form than it is shown in.
    private func shortForms(_ outcome: inout Outcome) throws {
        let sql = """
            SELECT seq, record_id, captured, evidence FROM record
            WHERE typeof(record_id) = 'blob' OR typeof(captured) = 'integer' OR typeof(evidence) = 'blob'
            """
        try db.forEachRow(sql) { row in
            let seq = try row.integer(0)
            do {
                _ = try row.optionalRecordID(1)
                _ = try row.optionalMoment(2)
                if !row.isNull(3) { _ = try row.evidence(3) }
            } catch {
                outcome.fail("record \(seq) has a part that cannot be read")
            }
        }
    }

    func accounting() throws -> Outcome {
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM source")) sources")
        try violations(
            """
            WITH counted AS (
                SELECT source, count(*) AS records, sum(decision = 'kept') AS kept,
                    sum(duplicate_kind IS 'exact') AS exact, sum(duplicate_kind IS 'near') AS near,
                    sum(decision = 'rejected') AS rejected, max(ordinal) AS last
                FROM record GROUP BY source)
            SELECT 'source ' || s.id || ' (' || s.name || '): its counters are not those of its records'
            FROM source AS s LEFT JOIN progress AS p ON p.source = s.id LEFT JOIN counted AS c ON c.source = s.id
            WHERE p.records IS NOT ifnull(c.records, 0) OR p.kept IS NOT ifnull(c.kept, 0)
                OR p.duplicate_exact IS NOT ifnull(c.exact, 0) OR p.duplicate_near IS NOT ifnull(c.near, 0)
                OR p.rejected IS NOT ifnull(c.rejected, 0)
                OR p.records <> p.kept + p.duplicate_exact + p.duplicate_near + p.rejected
                OR p.next_ordinal <= ifnull(c.last, -1)
            """, into: &outcome)
        let reader = StoreReader(db, shelf: DictionaryShelf())
        let counted = try reader.storedCensus().map { try reader.counted(behind: $0) }
        if try counted != reader.counted(behind: StoreReader.Census()) {
            outcome.fail("what was counted in census is not what there is; empty that table")
        }
        return outcome
    }

    func duplicates() throws -> Outcome {
        var outcome = Outcome(
            looked: "\(try count("SELECT count(*) FROM record WHERE decision = 'duplicate'")) duplicates")
        try violations(
            """
            SELECT 'record ' || r.seq || ' repeats ' || ifnull(r.duplicate_seq, 'nothing') || ', which is not kept before it'
            FROM record AS r LEFT JOIN record AS k ON k.seq = r.duplicate_seq
            WHERE (r.decision = 'duplicate' OR r.duplicate_seq IS NOT NULL)
                AND (r.decision <> 'duplicate' OR k.decision IS NOT 'kept' OR k.seq >= r.seq)
            """, into: &outcome)
        try violations(
            """
            SELECT 'documents ' || min(seq) || ' and ' || max(seq) || ' are both kept and have the same words'
            FROM document GROUP BY content_key HAVING count(*) > 1
            """, into: &outcome)
        return outcome
    }

    func documents() throws -> Outcome {
        var outcome = Outcome(looked: "\(try count("SELECT count(*) FROM document")) kept documents")
        try violations(
            """
            SELECT 'record ' || r.seq || ' is kept without its document or its text'
            FROM record AS r LEFT JOIN document AS d ON d.seq = r.seq
            WHERE r.decision = 'kept' AND (d.tokens IS NOT r.tokens
                OR d.synthetic + d.real <> 1000 * d.tokens OR d.synthetic NOT BETWEEN 0 AND 1000 * d.tokens
                OR NOT EXISTS (SELECT 1 FROM text WHERE seq = r.seq))
            """, into: &outcome)
        for table in ["document", "text"] {
            try violations(
                """
                SELECT '\(table) ' || x.seq || ' belongs to no kept record'
                FROM \(table) AS x LEFT JOIN record AS r ON r.seq = x.seq WHERE r.decision IS NOT 'kept'
                """, into: &outcome)
        }
        return outcome
    }
}
