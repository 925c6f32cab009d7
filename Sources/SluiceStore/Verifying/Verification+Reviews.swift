import GRDB

extension Verification {
    /// Joins, to an admission `a`, the review `v` that gave its document `d` its mass at that moment.
    static let reviewThen = """
        LEFT JOIN review AS v ON v.id = (
            SELECT max(id) FROM review WHERE document = a.document AND after_admission < a.id)
        """

    /// Asks whether the reviews are whole, say what their verdicts weigh, and were written where the shards allow it.
    func reviews() throws -> Outcome {
        let size = try count("SELECT ifnull(max(id), 0) FROM review")
        var outcome = Outcome(looked: "\(size) reviews")
        if try count("SELECT count(*) FROM review") != size { outcome.fail("there are gaps among the reviews") }
        try violations(
            """
            SELECT 'review ' || v.id || ' does not have the mass of its verdict'
            FROM review AS v LEFT JOIN document AS d ON d.seq = v.document
            WHERE d.seq IS NULL OR v.synthetic IS NOT CASE v.verdict
                WHEN 'real' THEN 0 WHEN 'synthetic' THEN 1000 * d.tokens WHEN 'uncertain' THEN d.synthetic END
            """, into: &outcome)
        try violations(
            """
            SELECT 'review ' || id || ' is dated before the one before it, or behind the last admission' FROM (
                SELECT id, after_admission, lag(after_admission, 1, 0) OVER (ORDER BY id) AS earlier FROM review)
            WHERE after_admission < earlier OR after_admission > (SELECT ifnull(max(id), 0) FROM admission)
            """, into: &outcome)
        try violations(
            """
            SELECT 'review ' || v.id || ' was written while its document was in an open shard'
            FROM review AS v WHERE EXISTS (
                SELECT 1 FROM admission AS a WHERE a.document = v.document AND a.id <= v.after_admission
                GROUP BY a.shard HAVING sum(a.action) <> 0 AND (
                    (SELECT state FROM shard WHERE id = a.shard) IS NOT 'sealed'
                    OR (SELECT max(id) FROM admission WHERE shard = a.shard) > v.after_admission))
            """, into: &outcome)
        return outcome
    }
}
