import SluiceCore
import SluiceCrawl
import SluiceLedger
import SluiceStore

/// The text of a kept document, out of the store.
enum DocumentText {
    /// The text of this digest, UTF-8; nil where no document of it was kept.
    static func text(of digest: Digest, _ reader: StoreReader) throws -> [UInt8]? {
        let query = ProvenanceQuery(filter: .document(digest), decision: .kept, limit: 1)
        guard let seq = try reader.provenance(query).first?.row.seq, let stored = try reader.text(of: seq) else {
            return nil
        }
        return try ZstdDecompressor().decompress(
            stored.body, limit: stored.rawBytes, dictionary: stored.dictionary)
    }
}
