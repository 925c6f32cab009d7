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
    static let sourceName = 19
    static let sourceLabel = 20
    static let url = 21
    static let columnCount = 22

    /// The provenance row in the first columns of `row`. Fails where a value is not one this version knows.
    static func row(_ row: Row) throws -> ProvenanceRow {
        var result = ProvenanceRow(
            seq: row[0], source: try row.requiredDigest(1), ordinal: row[2], offset: UInt64(row[3] as Int64),
            recordID: row[4], captured: row[5], urlCommitment: row.digest(6), document: row.digest(7),
            outcome: .kept, tokens: row[18])
        switch DecisionKind(rawValue: row[8]) {
        case .kept: break
        case .rejected:
            guard let reason = Reason(rawValue: row[9]) else { throw unknown(row) }
            result.outcome = .rejected(reason, detail: row[10] ?? "")
        case .duplicate:
            guard let kind = DuplicateKind(rawValue: row[12]) else { throw unknown(row) }
            result.outcome = .duplicate(DuplicateMatch(seq: row[11], kind: kind, similarity: row[13]))
        case nil: throw unknown(row)
        }
        guard let verdict: String = row[14] else { return result }
        guard let verdict = Verdict(rawValue: verdict), let origin = Origin(rawValue: row[15]) else {
            throw unknown(row)
        }
        result.judgement = RecordedJudgement(
            verdict: verdict, origin: origin, probability: row[16], evidence: row[17])
        return result
    }

    private static func unknown(_ row: Row) -> SluiceError {
        SluiceError(
            .io, "record \(row[0] as Int64): the store says something that this version does not know",
            advice: "run `sluice verify`, or use the version that wrote it")
    }
}

/// A document in a shard, with what an export says about it.
public struct AdmittedDocument: Sendable, Equatable {
    /// Its place in the order of admission, over all shards.
    public var admission: Int64
    /// Its provenance row.
    public var row: ProvenanceRow
    /// What its source was called when it first came.
    public var sourceName: String
    /// What the operator calls its source.
    public var sourceLabel: String?
    /// The address, where it has not been erased.
    public var url: String?
    /// Machine-written mass in thousandths of a token.
    public var synthetic: Int64
    /// Human mass in thousandths of a token.
    public var real: Int64
}

extension StoreReader {
    /// Calls `body` with each document that is in a shard now, in the order of admission; texts are read with
    /// ``text(of:)``. One document in memory at a time.
    public func forEachAdmitted(toShard shard: Int64, _ body: (AdmittedDocument) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(RowDecoder.columns), m.id, d.synthetic, d.real
                FROM admission AS m
                CROSS JOIN document AS d ON d.seq = m.document
                CROSS JOIN record AS r ON r.seq = m.document
                CROSS JOIN source AS s ON s.id = r.source
                LEFT JOIN address AS a ON a.seq = r.seq
                WHERE m.shard = ? AND m.action = 1
                    AND NOT EXISTS (SELECT 1 FROM admission WHERE document = m.document AND id > m.id)
                ORDER BY m.id
                """, arguments: [shard])
        while let row = try rows.next() {
            let next = RowDecoder.columnCount
            try body(
                AdmittedDocument(
                    admission: row[next], row: try RowDecoder.row(row), sourceName: row[RowDecoder.sourceName],
                    sourceLabel: row[RowDecoder.sourceLabel], url: row[RowDecoder.url], synthetic: row[next + 1],
                    real: row[next + 2]))
        }
    }
}
