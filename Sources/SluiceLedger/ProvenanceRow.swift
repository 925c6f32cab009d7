import SluiceCore

/// What the ledger says about one record, once and for all: where it came from and what became of it.
///
/// A row holds nothing that differs between two stores of the same input (no run, no time), and nothing that may have
/// to be erased: an address is there only as a commitment.
public struct ProvenanceRow: Sendable, Equatable {
    /// The place in the ledger, from 1, without gaps.
    public var seq: Int64
    /// SHA-256 of the source's bytes.
    public var source: Digest
    /// The place among the records of the source, from 0.
    public var ordinal: Int
    /// Where in the source the record starts; see ``Record/offset``.
    public var offset: UInt64
    /// `WARC-Record-ID` as written, or the `id` of a JSON line.
    public var recordID: String?
    /// The moment of capture as the record states it, RFC 3339 in UTC.
    public var captured: String?
    /// The commitment to the address it was captured from.
    public var urlCommitment: Digest?
    /// SHA-256 of the document's text as stored, or as it would have been; nil where there was none.
    public var document: Digest?
    /// What became of the record.
    public var outcome: Outcome
    /// Who is held to have written the document; always there for a kept one, never for a rejected record.
    public var judgement: RecordedJudgement?
    /// The document's length in words; nil where there is no document.
    public var tokens: Int?

    /// What became of a record (law 1), with its reason.
    public enum Outcome: Sendable, Equatable {
        /// The document is in the store.
        case kept
        /// An earlier kept document has its words.
        case duplicate(DuplicateMatch)
        /// There was no text to keep: why, and what exactly was found.
        case rejected(Reason, detail: String)
    }

    /// A row of its parts.
    public init(
        seq: Int64, source: Digest, ordinal: Int, offset: UInt64, recordID: String? = nil, captured: String? = nil,
        urlCommitment: Digest? = nil, document: Digest? = nil, outcome: Outcome, judgement: RecordedJudgement? = nil,
        tokens: Int? = nil
    ) {
        self.seq = seq
        self.source = source
        self.ordinal = ordinal
        self.offset = offset
        self.recordID = recordID
        self.captured = captured
        self.urlCommitment = urlCommitment
        self.document = document
        self.outcome = outcome
        self.judgement = judgement
        self.tokens = tokens
    }

    /// The outcome without its reason.
    public var decision: DecisionKind {
        switch outcome {
        case .kept: .kept
        case .duplicate: .duplicate
        case .rejected: .rejected
        }
    }
}
