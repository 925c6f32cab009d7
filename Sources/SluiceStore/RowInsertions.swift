import GRDB
import SluiceCore
import SluiceLedger

/// Writes the rows of records, one table after the other and many rows to a statement.
struct RowInsertions {
    let db: Database
    /// A text of more packed bytes is written by itself: SQLite has all of a statement in memory twice.
    private static let largest = 64 << 10

    /// Writes the records of `entries` with their addresses, documents and texts; `source` gives the number of a source.
    func insert(_ entries: ArraySlice<StoreEntry>, source: (Digest) throws -> Int64) throws {
        try Insertion.insert(entries, into: "record", columns: 19, db) { entry, record in
            bind(entry.row, source: try source(entry.row.source), record)
        }
        let addressed = entries.indices.filter { entries[$0].address != nil }
        try Insertion.insert(addressed, into: "address", columns: 4, db) { index, insertion in
            if let address = entries[index].address { bind(address, seq: entries[index].row.seq, insertion) }
        }
        let kept = entries.indices.filter { entries[$0].document != nil }
        try Insertion.insert(kept, into: "document", columns: 6, db) { index, insertion in
            if let document = entries[index].document, let admission = entries[index].admission {
                bind(document, admission, insertion)
            }
        }
        let isSmall = kept.allSatisfy { entries[$0].document?.body.count ?? 0 <= RowInsertions.largest }
        try Insertion.insert(kept, into: "text", columns: 3, atOnce: isSmall, db) { index, text in
            guard let document = entries[index].document else { return }
            text.bind(entries[index].row.seq, 1)
            text.bind(Int64(document.rawBytes), 2)
            text.bind(document.body, 3)
        }
    }

    /// Takes down that kept documents are in no shard, until an admission says otherwise.
    func hold(_ documents: [Int64]) throws {
        try Insertion.insert(documents, into: "held", columns: 1, db) { document, held in held.bind(document, 1) }
    }

    private func bind(_ row: ProvenanceRow, source: Int64, _ record: Insertion) {
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
    }

    private func bind(_ value: Address, seq: Int64, _ address: Insertion) {
        address.bind(seq, 1)
        address.bind(value.salt, 2)
        address.bind(value.url, 3)
        address.bind(StoredHost.own(value.host, url: value.url), 4)
    }

    private func bind(_ value: KeptDocument, _ admission: Admitter.Document, _ document: Insertion) {
        document.bind(admission.seq, 1)
        document.bind(value.contentKey, 2)
        document.bind(value.bands, 3)
        document.bind((admission.synthetic &+ admission.real) / 1000, 4)
        document.bind(admission.synthetic, 5)
        document.bind(admission.real, 6)
    }
}

extension StoreEntry {
    /// The document as far as shards are concerned; nil where none was kept.
    var admission: Admitter.Document? {
        guard let document else { return nil }
        let mass = 1000 &* Int64(row.tokens ?? 0)
        return Admitter.Document(seq: row.seq, synthetic: document.synthetic, real: mass &- document.synthetic)
    }
}
