import SluiceCore
import SluiceDedup
import SluiceLedger
import SluiceStore
import SluiceText

/// A record after everything that the decision on it rests on, and that can be said without looking at any other.
struct PreparedRecord: Sendable {
    /// The record, without its content.
    var ordinal: Int
    var offset: UInt64
    var id: String?
    var url: String?
    var captured: String?
    var declared: DeclaredLabel?
    var notes: [Evidence]
    /// The commitment to its address, where it has one.
    var commitment: Commitment?
    var content: Content

    enum Content: Sendable {
        case document(PreparedDocument)
        case rejected(Reason, detail: String)
    }
}

/// A document with what it is compared by.
struct PreparedDocument: Sendable {
    /// SHA-256 of the text as stored.
    var digest: Digest
    /// The length in bytes of the text as it came, before repair.
    var readBytes: Int
    /// The text as it is stored, and what was done to it.
    var text: CleanText
    /// What near duplicates are checked on.
    var words: Words
    var fingerprint: Fingerprint
    /// Words of the text.
    var tokens: Int { words.count }
}

/// A batch on its way through the line: the records of one source, between two commits of it.
struct LineBatch<Records: Sendable>: Sendable {
    /// The source, as it was when it was opened.
    var source: SourceUnderWay
    var records: Records
    /// How far they reach; nil where the source turned out to hold no more.
    var extent: BatchExtent?

    /// The same stretch with its records one stage further on.
    func with<Next: Sendable>(_ records: Next) -> LineBatch<Next> {
        LineBatch<Next>(source: source, records: records, extent: extent)
    }
}

/// Records with the decisions on them.
struct DecidedRecords: Sendable {
    /// The first record's number in the ledger.
    var firstSeq: Int64
    var records: [PreparedRecord]
    /// One a record.
    var outcomes: [ProvenanceRow.Outcome]
    /// How the texts among them are compressed.
    var packing: TextPacking
    /// The pages of other hosts with which kept documents share a template, by these documents' numbers in the ledger.
    var templates: [Int64: Neighbour]
}

/// Records as they are written.
struct FinishedRecords: Sendable {
    var entries: [StoreEntry] = []
    var tally = Tally()
    /// The last record's number in the ledger; nil where there are none.
    var lastSeq: Int64? { entries.last?.row.seq }
    /// The numbers in the ledger among which duplicates with a label are; nil where there are none.
    var labelledDuplicates: ClosedRange<Int64>? {
        let isOne = { (entry: StoreEntry) in entry.document == nil && entry.row.judgement != nil }
        guard let first = entries.first(where: isOne), let last = entries.last(where: isOne) else { return nil }
        return first.row.seq...last.row.seq
    }
}
