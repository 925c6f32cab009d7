import GRDB
import SluiceCore
import SluiceLedger

/// The statements that write one record, prepared once a batch.
struct RowInsertions {
    private let record: Insertion
    private let address: Insertion
    private let document: Insertion
    private let text: Insertion
    private let held: Insertion

    init(_ db: Database) throws {
        record = try Insertion(db, into: "record", columns: 19)
        address = try Insertion(db, into: "address", columns: 4)
        document = try Insertion(db, into: "document", columns: 6)
        text = try Insertion(db, into: "text", columns: 3)
        held = try Insertion(db, into: "held", columns: 1)
    }

    func insert(_ row: ProvenanceRow, source: Int64) throws {
        record.bind(row.seq, 1)
        record.bind(source, 2)
        record.bind(Int64(row.ordinal), 3)
        record.bind(Int64(clamping: row.offset), 4)
        if let packed = row.recordID.flatMap(StoredRecordID.pack) {
            record.bind(packed, 5)
        } else {
            record.bind(row.recordID, 5)
        }
        if let moment = row.captured.flatMap(StoredMoment.pack) {
            record.bind(moment, 6)
        } else {
            record.bind(row.captured, 6)
        }
        record.bind(row.urlCommitment, 7)
        record.bind(row.document, 8)
        record.bind(row.decision.rawValue, 9)
        var reason: (String?, String?)
        var match: DuplicateMatch?
        switch row.outcome {
        case .kept: break
        case .duplicate(let earlier): match = earlier
        case .rejected(let why, let detail): reason = (why.rawValue, detail)
        }
        record.bind(reason.0, 10)
        record.bind(reason.1, 11)
        record.bind(match?.seq, 12)
        record.bind(match?.kind.rawValue, 13)
        record.bind(match?.similarity, 14)
        record.bind(row.judgement?.verdict.rawValue, 15)
        record.bind(row.judgement?.origin.rawValue, 16)
        record.bind(row.judgement?.probability, 17)
        switch row.judgement?.reasons.form {
        case .packed(let bytes)?: record.bind(bytes, 18)
        case .json(let text)?: record.bind(text, 18)
        case nil: record.bind(nil as String?, 18)
        }
        record.bind(row.tokens.map(Int64.init), 19)
        try record.run()
    }

    func insert(_ value: Address, seq: Int64) throws {
        address.bind(seq, 1)
        address.bind(value.salt, 2)
        address.bind(value.url, 3)
        address.bind(StoredHost.own(value.host, url: value.url), 4)
        try address.run()
    }

    func insert(_ value: KeptDocument, _ admission: Admitter.Document) throws {
        document.bind(admission.seq, 1)
        document.bind(value.contentKey, 2)
        document.bind(value.bands, 3)
        document.bind((admission.synthetic &+ admission.real) / 1000, 4)
        document.bind(admission.synthetic, 5)
        document.bind(admission.real, 6)
        try document.run()
        text.bind(admission.seq, 1)
        text.bind(Int64(value.rawBytes), 2)
        text.bind(value.body, 3)
        try text.run()
    }

    /// Takes down that a kept document is in no shard, until an admission says otherwise.
    func hold(_ document: Int64) throws {
        held.bind(document, 1)
        try held.run()
    }
}
