import SluiceCore
import SluiceDedup
import SluiceLedger
import SluiceText

/// A record after everything that can be said of it without looking at any other.
struct PreparedRecord: Sendable {
    /// The record, without its content.
    var ordinal: Int
    var offset: UInt64
    var id: String?
    var url: String?
    var captured: String?
    var rawDigest: Digest
    var content: Content

    enum Content: Sendable {
        case document(PreparedDocument)
        case rejected(Reason, detail: String)
    }
}

/// A document with all that the committer needs to decide on it and to store it.
struct PreparedDocument: Sendable {
    /// SHA-256 of the text as stored.
    var digest: Digest
    /// The length in bytes of the text as it came, before repair.
    var readBytes: Int
    /// The text as it is stored, before compression.
    var text: [UInt8]
    /// What near duplicates are checked on.
    var words: Words
    var fingerprint: Fingerprint
    var judgement: RecordedJudgement
    /// Words of the text.
    var tokens: Int { words.count }

    /// The synthetic mass in thousandths of a token: the whole text where a label says so, else its expected share.
    var syntheticMass: Int64 {
        let total = Int64(tokens) * 1000
        switch judgement.origin {
        case .declared, .reviewed: return judgement.verdict == .synthetic ? total : 0
        case .detected, .prior: return min(total, Int64((Double(total) * judgement.probability).rounded()))
        }
    }
}
