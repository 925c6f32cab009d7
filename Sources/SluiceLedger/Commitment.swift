import SluiceCore

/// A salted commitment to a value that may have to be erased: the ledger keeps the digest, an erasable side table the
/// salt and the value, so that erasing those two leaves every row and every proof as it was (law 7).
///
/// The salt is made of a digest over the record's own bytes under a domain prefix. It is reproducible, so that the same input
/// gives the same store, and whoever holds the record can compute it, and has the value already. Where every other byte
/// of the record can be had elsewhere (a JSON line whose text was exported before), a guess at the value can be
/// confirmed; a secret part of the salt, which the same input could not reproduce, would be the cure.
public struct Commitment: Sendable, Equatable {
    /// The salt, 16 bytes.
    public var salt: [UInt8]
    /// SHA-256(salt ‖ value).
    public var digest: Digest

    private static let domain = Array("sluice/commitment/1".utf8)

    /// The commitment to `value` as found in a record; `record` is a digest over its header and its bytes.
    public init(to value: String, inRecord record: Digest) {
        var salting = Digester()
        salting.update(Commitment.domain)
        salting.update(record)
        salt = salting.finish().withBytes { Array($0.prefix(16)) }
        var committing = Digester()
        committing.update(salt)
        committing.update(value)
        digest = committing.finish()
    }
}
