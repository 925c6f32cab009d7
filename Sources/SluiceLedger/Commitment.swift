import SluiceCore

/// A salted commitment to a value that may have to be erased: the ledger keeps the digest, an erasable side table the
/// salt and the value, so that erasing those two leaves every row and every proof as it was (law 7).
///
/// The salt is the digest of the record's own bytes under a domain prefix. It is reproducible, so that the same input
/// gives the same store, and yet cannot be computed from what stays in the store: whoever can compute it holds the
/// record, and with it the value, already.
public struct Commitment: Sendable, Equatable {
    /// The salt, 16 bytes.
    public var salt: [UInt8]
    /// SHA-256(salt ‖ value).
    public var digest: Digest

    private static let domain = Array("sluice/commitment/1".utf8)

    /// The commitment to `value` as found in the record whose bytes have the digest `record`.
    public init(to value: String, inRecord record: Digest) {
        salt = Array(Digest.of(Commitment.domain + record.bytes).bytes.prefix(16))
        digest = Digest.of(salt + Array(value.utf8))
    }
}
