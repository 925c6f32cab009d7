import GRDB
import SluiceCore
import SluiceLedger

/// Reads provenance rows, with their source and address, from a query over `record AS r`, `source AS s`, `address AS a`.
enum RowDecoder {
    /// The columns to select first, in this order.
    static let columns = """
        r.seq, s.sha256, r.ordinal, r.offset, r.record_id, r.captured, r.url_commitment, r.document, r.decision,
            r.reason, r.reason_detail, r.duplicate_seq, r.duplicate_kind, r.similarity, r.verdict, r.origin,
            r.probability, r.evidence, r.tokens, s.name, s.label, a.url
        """
    static let sourceName: Int32 = 19
    static let sourceLabel: Int32 = 20
    static let url: Int32 = 21
    static let columnCount: Int32 = 22

    /// The provenance row in the first columns of `row`. Fails where a value is not one this version knows.
    static func row(_ row: StoredRow) throws(SluiceError) -> ProvenanceRow {
        var result = ProvenanceRow(
            seq: try row.integer(0), source: try row.digest(1), ordinal: Int(try row.integer(2, in: 0 ... .max)),
            offset: UInt64(try row.integer(3, in: 0 ... .max)), recordID: try row.optionalRecordID(4),
            captured: try row.optionalMoment(5), urlCommitment: try row.optionalDigest(6),
            document: try row.optionalDigest(7), outcome: .kept,
            tokens: try row.optionalInteger(18, in: 0 ... .max).map { Int($0) })
        switch try row.word(8) as DecisionKind {
        case .kept: break
        case .rejected: result.outcome = .rejected(try row.word(9), detail: try row.optionalText(10) ?? "")
        case .duplicate:
            result.outcome = .duplicate(
                DuplicateMatch(seq: try row.integer(11), kind: try row.word(12), similarity: try row.share(13)))
        }
        if let verdict: Verdict = try row.optionalWord(14) {
            result.judgement = RecordedJudgement(
                verdict: verdict, origin: try row.word(15), probability: try row.share(16),
                reasons: try row.evidence(17))
        }
        return result
    }
}
