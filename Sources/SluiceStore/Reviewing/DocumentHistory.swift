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
    /// What its row says, and then each review, oldest first.
    public var standings: [Standing]
}

extension StoreReader {
    /// The document that row `seq` kept; nil where it kept none.
    public func history(ofRow seq: Int64) throws -> DocumentHistory? {
        let sql = """
            SELECT r.document, r.tokens, r.verdict, r.origin, r.probability, d.synthetic
            FROM record AS r CROSS JOIN document AS d ON d.seq = r.seq WHERE r.seq = ?
            """
        let found = try db.firstRow(sql, [seq]) { row in
            DocumentHistory(
                document: try row.digest(0), tokens: try row.integer(1),
                standings: [
                    DocumentHistory.Standing(
                        verdict: try row.word(2), origin: try row.word(3), probability: try row.share(4),
                        synthetic: try row.integer(5, in: ShardTotals.masses))
                ])
        }
        guard var found, let own = found.standings.first else { return nil }
        found.standings += try reviews(of: seq).map { review in
            DocumentHistory.Standing(
                verdict: review.verdict, origin: .reviewed, probability: review.probability(over: own.probability),
                synthetic: review.synthetic)
        }
        return found
    }
}
