import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

/// The admitted documents of one state of a store: shard by shard, in the order of admission.
struct StoreSupply: ExportSupply {
    private let reader: StoreReader
    private let shards: [Int64]
    private let audit: ExportAudit
    private let checksTexts: Bool
    private let asAdmitted: Bool
    private let beforeEach: () throws -> Void
    private let decompressor = ZstdDecompressor()

    /// The documents of `shards`, weighed by `audit`.
    ///
    /// - Parameters:
    ///   - checksTexts: Whether a text's digest is made before it is handed over; not needed by those who make it again of what
    ///     they wrote.
    ///   - asAdmitted: Whether each document is as it was when it was admitted, without the reviews since.
    ///   - beforeEach: May end it before each document.
    init(
        _ reader: StoreReader, shards: [Int64], audit: ExportAudit, checksTexts: Bool, asAdmitted: Bool = false,
        beforeEach: @escaping () throws -> Void = {}
    ) {
        self.reader = reader
        self.shards = shards
        self.checksTexts = checksTexts
        self.asAdmitted = asAdmitted
        self.audit = audit
        self.beforeEach = beforeEach
    }

    func forEachDocument(_ body: (ExportDocument) throws -> Void) throws {
        for shard in shards {
            try reader.forEachAdmitted(toShard: shard, asAdmitted: asAdmitted) { found in
                try beforeEach()
                try body(document(found, shard: shard))
            }
        }
    }

    func document(_ entry: DeferredQueue.Entry) throws -> ExportDocument {
        try beforeEach()
        var found: ExportDocument?
        let admissions = entry.admission...entry.admission
        try reader.forEachAdmitted(toShard: entry.shard, by: admissions, asAdmitted: asAdmitted) {
            found = try document($0, shard: entry.shard)
        }
        guard let found else { throw SluiceError.damaged(entry.document.seq, "it is in no shard any more") }
        return found
    }

    func text(of document: ExportDocument) throws -> [UInt8] {
        try reader.text(of: document.admitted.seq, digest: checksTexts ? document.digest : nil, decompressor)
    }

    func document(_ found: AdmittedDocument, shard: Int64) throws -> ExportDocument {
        let (row, review) = (found.row, found.review)
        guard (1...SeqSet.largestLedger).contains(row.seq) else {
            throw SluiceError.damaged(row.seq, "a ledger has no such row")
        }
        guard let digest = row.document, let judgement = row.judgement, let tokens = row.tokens else {
            throw SluiceError.damaged(row.seq, "a kept document without digest, judgement or length")
        }
        let admitted = Admitter.Document(seq: row.seq, synthetic: found.synthetic, real: found.real)
        let (audited, isBounded) = try weigh(admitted, judgement, review)
        return ExportDocument(
            admitted: admitted, audited: audited, isBounded: isBounded, shard: shard, admission: found.admission,
            digest: digest, source: found.sourceLabel ?? found.sourceName, captured: row.captured, url: found.url,
            recordID: row.recordID, judgement: review?.judgement(over: judgement) ?? judgement, tokens: Int64(tokens))
    }

    /// A document as the audit weighs it, of which its row says `judgement` and a person, at last, `review`.
    private func weigh(
        _ document: Admitter.Document, _ judgement: RecordedJudgement, _ review: Review?
    ) throws -> (Admitter.Document, isBounded: Bool) {
        let evidence = try judgement.reasons.sum ?? reader.evidenceSum(ofRecord: document.seq)
        let ratio = evidence.judged(review?.verdict ?? judgement.verdict, review == nil ? judgement.origin : .reviewed)
        return audit.weigh(document, judged: ratio)
    }
}

extension StoreReader {
    /// The text of the kept document at row `seq`, after it was found to have `digest` where one is given.
    func text(of seq: Int64, digest: Digest?, _ decompressor: ZstdDecompressor) throws -> [UInt8] {
        guard let stored = try text(of: seq) else { throw SluiceError.damaged(seq, "its text is missing") }
        let text = try decompressor.decompress(
            stored.body, limit: stored.rawBytes, dictionary: stored.dictionary)
        guard digest.map({ Digest.of(text) == $0 }) ?? true else {
            throw SluiceError.damaged(seq, "its text is not the one that was kept")
        }
        return text
    }
}

extension SluiceError {
    fileprivate static func damaged(_ seq: Int64, _ what: String) -> SluiceError {
        SluiceError(
            .io, "the store is damaged at row \(seq): \(what)",
            advice: "run `sluice verify`, or restore the store from a copy")
    }
}
