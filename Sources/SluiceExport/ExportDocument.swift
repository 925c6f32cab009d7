import SluiceCore
import SluiceStore

/// An admitted document with everything that an exported line says of it.
struct ExportDocument: Sendable, Equatable {
    /// The provenance row that kept it, and its mass.
    var candidate: ShardLedger.Candidate
    /// The store's shard it is in.
    var shard: Int64
    /// SHA-256 of `text`.
    var document: Digest
    /// The text, UTF-8.
    var text: [UInt8]
    /// What its source is called.
    var source: String
    /// The moment of capture as the record states it.
    var captured: String?
    /// The address it was captured from, unless it was erased.
    var url: String?
    /// The record's own id.
    var recordID: String?
    /// Who is held to have written it.
    var verdict: Verdict
    /// Where the verdict comes from.
    var origin: Origin
    /// The posterior probability that it is synthetic, 0 to 1.
    var probability: Double
    /// The evidence, a JSON array.
    var evidence: String
    /// Its length in words.
    var tokens: Int64
}

/// Where an export's documents come from: the store, or a test.
protocol ExportSupply {
    /// The last seq of the ledger that this supply can see.
    var ledgerSize: Int64 { get }
    /// The shards with something in them, by number.
    var shards: [StoredShard] { get }
    /// Hands over the mass of every admitted document, shard by shard, in an order that the store alone determines.
    func forEachCandidate(
        _ body: (ShardLedger.Candidate, _ shard: Int64) throws(SluiceError) -> Void
    ) throws(SluiceError)
    /// One admitted document in full.
    func document(_ candidate: ShardLedger.Candidate, shard: Int64) throws(SluiceError) -> ExportDocument
}
