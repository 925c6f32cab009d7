import GRDB
import SluiceCore
import SluiceLedger

/// A kept document with everything that was ever held of its author.
public struct DocumentHistory: Sendable, Equatable {
    /// What was held at a time.
    public struct Standing: Sendable, Equatable {
        /// The conclusion.
        public var verdict: Verdict
        /// Where it came from.
        public var origin: Origin
        /// The probability that the document is synthetic, 0 to 1.
        public var probability: Double
        /// Its machine-written mass, in thousandths of a token.
        public var synthetic: Int64
    }

    /// SHA-256 of the text.
    public var document: Digest
    /// Its length in words.
    public var tokens: Int64
    /// What the evidence of its row adds up to.
    public var evidence: EvidenceSum
    /// What its row says, and then each review, oldest first.
    public var standings: [Standing]
}

extension StoreReader {
    /// The documents that these rows kept, by row; those that kept none are not among them. One query, and one more for each
    /// document that was reviewed.
    public func histories(ofRows rows: [Int64]) throws -> [Int64: DocumentHistory] {
        let sql = """
            SELECT r.seq, r.document, r.tokens, r.verdict, r.origin, r.probability, d.synthetic,
                EXISTS (SELECT 1 FROM review WHERE document = r.seq), r.evidence
            FROM json_each(?) AS j CROSS JOIN record AS r ON r.seq = j.value CROSS JOIN document AS d ON d.seq = r.seq
            """
        var histories: [Int64: DocumentHistory] = [:]
        var reviewed: [Int64] = []
        try db.forEachRow(sql, ["[\(rows.map(String.init).joined(separator: ","))]"]) { row in
            let seq = try row.integer(0)
            if try row.flag(7) { reviewed.append(seq) }
            histories[seq] = DocumentHistory(
                document: try row.digest(1), tokens: try row.integer(2),
                evidence: try row.evidence(8).sum ?? evidenceSum(ofRecord: seq),
                standings: [
                    DocumentHistory.Standing(
                        verdict: try row.word(3), origin: try row.word(4), probability: try row.share(5),
                        synthetic: try row.integer(6, in: ShardTotals.masses))
                ])
        }
        for seq in reviewed {
            guard let own = histories[seq]?.standings.first else { continue }
            histories[seq]?.standings += try reviews(of: seq).map { review in
                DocumentHistory.Standing(
                    verdict: review.verdict, origin: .reviewed, probability: review.probability(over: own.probability),
                    synthetic: review.synthetic)
            }
        }
        return histories
    }
}
