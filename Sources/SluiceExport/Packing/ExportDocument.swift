import SluiceCore
import SluiceLedger
import SluiceStore

/// An admitted document with everything that an exported line says of it but the text.
struct ExportDocument: Sendable, Equatable {
    /// The provenance row that kept it, and its mass in force.
    var admitted: Admitter.Document
    /// What it weighs by the audit of those that came with it.
    var audited: Admitter.Document
    /// Whether that is a bound on what it weighs.
    var isBounded: Bool
    /// The store's shard it is in.
    var shard: Int64
    /// Its place in the order of admission, over all shards.
    var admission: Int64
    /// SHA-256 of the text.
    var digest: Digest
    /// What its source is called.
    var source: String
    /// The moment of capture as the record states it.
    var captured: String?
    /// The address it was captured from, unless it was erased.
    var url: String?
    /// The record's own id.
    var recordID: String?
    /// Who is held to have written it, and why: a person's word before its row's.
    var judgement: RecordedJudgement
    /// Its length in words.
    var tokens: Int64
}

/// Where an export's documents come from: one state of a store, or a test.
protocol ExportSupply {
    /// Hands over every admitted document once, in an order that the state alone determines.
    func forEachDocument(_ body: (ExportDocument) throws -> Void) throws
    /// A document that was handed over before.
    func document(_ entry: DeferredQueue.Entry) throws -> ExportDocument
    /// The text of a document, UTF-8.
    func text(of document: ExportDocument) throws -> [UInt8]
}
