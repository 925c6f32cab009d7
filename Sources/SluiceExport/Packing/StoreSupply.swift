import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

/// The admitted documents of one state of a store: shard by shard, in the order of admission.
struct StoreSupply: ExportSupply {
    private let reader: StoreReader
    private let shards: [StoredShard]
    private let decompressor = ZstdDecompressor()

    init(_ reader: StoreReader, shards: [StoredShard]) {
        self.reader = reader
        self.shards = shards
    }

    func forEachDocument(_ body: (ExportDocument) throws -> Void) throws {
        for shard in shards {
            try reader.forEachAdmitted(toShard: shard.id) { admitted in
                let mass = ShardLedger.Candidate(
                    seq: admitted.row.seq, synthetic: admitted.synthetic, real: admitted.real)
                try body(
                    document(
                        mass, shard: shard.id, row: admitted.row, source: admitted.sourceLabel ?? admitted.sourceName,
                        url: admitted.url))
            }
        }
    }

    func document(_ candidate: ShardLedger.Candidate, shard: Int64) throws -> ExportDocument {
        let query = ProvenanceQuery(decision: .kept, limit: 1, after: candidate.seq - 1)
        guard let entry = try reader.provenance(query).first, entry.row.seq == candidate.seq else {
            throw damaged(candidate.seq, "its provenance row is missing")
        }
        return try document(
            candidate, shard: shard, row: entry.row, source: entry.sourceLabel ?? entry.sourceName, url: entry.url)
    }

    func text(of document: ExportDocument) throws -> [UInt8] {
        let seq = document.candidate.seq
        guard let stored = try reader.text(of: seq) else { throw damaged(seq, "its text is missing") }
        let text = try decompressor.decompress(stored.body, limit: stored.rawBytes)
        guard Digest.of(text) == document.digest else { throw damaged(seq, "its text is not the one that was kept") }
        return text
    }

    private func document(
        _ candidate: ShardLedger.Candidate, shard: Int64, row: ProvenanceRow, source: String, url: String?
    ) throws -> ExportDocument {
        guard let digest = row.document, let judgement = row.judgement, let tokens = row.tokens else {
            throw damaged(candidate.seq, "a kept document without digest, judgement or length")
        }
        return ExportDocument(
            candidate: candidate, shard: shard, digest: digest, source: source, captured: row.captured, url: url,
            recordID: row.recordID, judgement: judgement, tokens: Int64(tokens))
    }

    private func damaged(_ seq: Int64, _ what: String) -> SluiceError {
        SluiceError(
            .io, "the store is damaged at row \(seq): \(what)",
            advice: "run `sluice verify`, or restore the store from a copy")
    }
}
