import Glibc
import GRDB
import SluiceCore
import SluiceLedger

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
            SELECT seq, record_id, captured FROM record WHERE typeof(record_id) = 'blob' OR typeof(captured) = 'integer'
            """
        try db.forEachRow(sql) { row in
            let seq = try row.integer(0)
            do {
                _ = try row.optionalRecordID(1)
                _ = try row.optionalMoment(2)
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
        try violations(
            """
            SELECT 'meta does not say by which parameters of deduplication they were found'
            WHERE EXISTS (SELECT 1 FROM record) AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'deduplication')
            """, into: &outcome)
        return outcome
    }

    /// Holds every verdict against its probability, and that against the evidence (law 4).
    func judgements() throws -> Outcome {
        var outcome = Outcome()
        var judged = 0
        let sql = """
            SELECT r.seq, r.probability, r.verdict IS \(Verification.verdict),
                iif(typeof(r.evidence) = 'blob', r.evidence, NULL),
                iif(typeof(r.evidence) = 'text' AND json_valid(r.evidence) AND json_type(r.evidence) = 'array',
                    (SELECT total(json_extract(value, '$.weight')) FROM json_each(r.evidence)), NULL)
            FROM record AS r WHERE r.verdict IS NOT NULL
            """
        try db.forEachRow(sql) { row in
            judged += 1
            let (seq, probability) = (try row.integer(0), try row.share(1))
            let total = row.isNull(3) ? try row.optionalNumber(4) : PackedEvidence.sum(of: try row.bytes(3))?.total
            guard let logOdds = total else {
                return outcome.fail("record \(seq): its evidence cannot be read")
            }
            // Weights have six decimals, and a nat is worth a quarter of probability at most.
            if abs(1 / (1 + exp(-logOdds)) - probability) > 1e-6 {
                outcome.fail("record \(seq): its evidence does not add up to its probability")
            }
            if try !row.flag(2) {
                outcome.fail("record \(seq): its verdict is not the one that its origin and its probability give")
            }
        }
        outcome.looked = "\(judged) verdicts against their evidence"
        return outcome
    }

    /// The verdict that a record `r` has to have: the schema's rule, which rows of before it keep as well.
    private static let verdict = """
        CASE r.origin WHEN 'prior' THEN 'uncertain'
            WHEN 'declared' THEN iif(r.probability > 0.5, 'synthetic', 'real')
            WHEN 'detected' THEN
                iif(r.probability >= \(Verdict.syntheticFrom), 'synthetic',
                    iif(r.probability <= \(Verdict.realUpTo), 'real', 'uncertain')) END
        """
    /// The synthetic mass that the document of a record `r` has to have, likewise.
    private static let mass = """
        CASE WHEN r.origin = 'declared' THEN iif(r.verdict = 'synthetic', 1000 * r.tokens, 0)
            ELSE CAST(1000 * r.tokens * r.probability + 0.5 AS INTEGER) END
        """

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
        try violations(
            """
            SELECT 'document ' || d.seq || ' does not weigh what its record says'
            FROM document AS d JOIN record AS r ON r.seq = d.seq WHERE d.synthetic IS NOT \(Verification.mass)
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
