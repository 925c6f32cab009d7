import Foundation
import GRDB
import SluiceCore
import SluiceLedger

/// Where a kept document stands now: what is held of it, what it weighs, and which shard it is in.
public struct DocumentState: Sendable, Equatable {
    /// The provenance row that kept it.
    public var seq: Int64
    /// SHA-256 of its text.
    public var digest: Digest
    /// Its length in words.
    public var tokens: Int64
    /// What its own row says of its author.
    public var recorded: RecordedJudgement
    /// What people said of it since, oldest first.
    public var reviews: [Review]
    /// The machine-written mass that its own row gave it, in thousandths of a token.
    public var ownSynthetic: Int64
    /// The shard it is in; nil where it is held.
    public var shard: Int64?
    /// True where that shard is sealed.
    public var isSealed: Bool

    /// What is held of it: the latest review, else its own row.
    public var judgement: RecordedJudgement { reviews.last?.judgement(over: recorded) ?? recorded }
    /// Its machine-written mass now, in thousandths of a token.
    public var synthetic: Int64 { reviews.last?.synthetic ?? ownSynthetic }
    /// Its human mass now, in thousandths of a token.
    public var real: Int64 { 1000 &* tokens &- synthetic }

    /// Writes where a verdict left it as the members that the command line and the service show.
    public func write(to json: inout JSONText) {
        json.member("document", digest.hex)
        json.member("seq", seq)
        json.member("review", reviews.last?.id)
        json.member("verdict", judgement.verdict.rawValue)
        json.member("origin", judgement.origin.rawValue)
        json.member("probability", judgement.probability)
        json.member("reviewer", reviews.last?.reviewer)
        json.member("note", reviews.last?.note)
        json.member("shard", shard)
    }
}

extension StoreReader {
    /// The state of the document that row `seq` kept; nil where it kept none.
    public func document(_ seq: Int64) throws -> DocumentState? {
        let sql = """
            SELECT d.seq, r.document, d.tokens, r.verdict, r.origin, r.probability, r.evidence, d.synthetic,
                p.shard, s.state = 'sealed'
            FROM document AS d JOIN record AS r ON r.seq = d.seq
            LEFT JOIN (
                SELECT document, shard FROM admission WHERE document = ?1 GROUP BY shard HAVING sum(action) = 1
            ) AS p ON p.document = d.seq
            LEFT JOIN shard AS s ON s.id = p.shard
            WHERE d.seq = ?1
            """
        return try db.firstRow(sql, [seq]) { row in
            let tokens = try row.integer(2, in: 1...1_000_000_000)
            let shard = try row.optionalInteger(8)
            return DocumentState(
                seq: try row.integer(0), digest: try row.digest(1), tokens: tokens,
                recorded: RecordedJudgement(
                    verdict: try row.word(3), origin: try row.word(4), probability: try row.share(5),
                    reasons: try row.evidence(6)),
                reviews: try reviews(of: seq), ownSynthetic: try row.integer(7, in: 0...1000 * tokens), shard: shard,
                isSealed: shard == nil ? false : try row.flag(9))
        }
    }

    /// Whether the last time that the document of row `seq` was taken out of a shard was for a verdict on itself: such a
    /// review names the step that took it out as the last one before it.
    public func wasTakenOutByItsReview(_ seq: Int64) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM review WHERE document = ?1 AND after_admission = (
                SELECT max(id) FROM admission WHERE document = ?1 AND action = -1))
            """
        return try db.firstRow(sql, [seq]) { try $0.flag(0) } ?? false
    }

    /// The state of the kept document whose text has this digest.
    ///
    /// - Throws: `inputMissing` where no record had that text; `noUsableData` where none that did was kept.
    public func document(_ digest: Digest) throws -> DocumentState {
        let kept = ProvenanceQuery(filter: .document(digest), decision: .kept, limit: 1)
        if let seq = try provenance(kept).first?.row.seq, let state = try document(seq) { return state }
        guard let other = try provenance(ProvenanceQuery(filter: .document(digest), limit: 1)).first else {
            throw SluiceError(
                .inputMissing, "the store holds no document \(digest.hex)",
                advice: "name one by the SHA-256 of its text; 'sluice review list' shows those that wait")
        }
        let reason = other.duplicateDocument.map { "it repeats \($0.hex)" } ?? "it was rejected"
        throw SluiceError(
            .noUsableData, "the document \(digest.hex) was not kept: \(reason)",
            advice: "only a kept document has a verdict")
    }

    /// The documents with synthetic mass that are in a shard now, with the masses in force.
    func synthetic(inShard shard: Int64) throws -> [Admitter.Document] {
        let sql = """
            SELECT d.seq, \(StoreReader.masses)
            FROM (SELECT document FROM admission WHERE shard = ? GROUP BY document HAVING sum(action) = 1) AS a
            CROSS JOIN document AS d ON d.seq = a.document \(StoreReader.latestReview)
            WHERE ifnull(v.synthetic, d.synthetic) > 0
            """
        return try db.rows(sql, [shard]) { row in
            Admitter.Document(
                seq: try row.integer(0), synthetic: try row.integer(1, in: ShardTotals.masses),
                real: try row.integer(2, in: ShardTotals.masses))
        }
    }
}
