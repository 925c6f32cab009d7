import GRDB
import SluiceCore
import SluiceLedger

/// A person's verdict on its way into the store.
public struct ReviewDescription: Sendable, Equatable {
    /// The provenance row that kept the document.
    public var document: Int64
    /// What the person concluded.
    public var verdict: Verdict
    /// Who it is.
    public var reviewer: String
    /// What they note; empty is none.
    public var note: String?

    /// A description of its parts.
    public init(document: Int64, verdict: Verdict, reviewer: String, note: String? = nil) {
        self.document = document
        self.verdict = verdict
        self.reviewer = reviewer
        self.note = note
    }

    /// Fails with `usage` where the store would not take the name or the note.
    public func requireLengths() throws(SluiceError) {
        guard 1...Review.reviewerLimit ~= reviewer.utf8.count else {
            throw SluiceError(
                .usage, "a reviewer's name has 1 to \(Review.reviewerLimit) bytes, not \(reviewer.utf8.count)",
                advice: "give another name")
        }
        guard (note ?? "").utf8.count <= Review.noteLimit else {
            throw SluiceError(
                .usage, "a note has at most \(Review.noteLimit) bytes", advice: "write a shorter one")
        }
    }
}

extension StoreWriter {
    /// Writes down a person's verdict, and gives the document's state after it.
    ///
    /// A document that is held or in the open shard is weighed and placed again; one in a sealed shard stays there.
    /// Needs the store to be open with a cap and a size for its shards.
    ///
    /// - Throws: `usage` where the name or the note is too long; `inputMissing` where the row kept no document.
    @discardableResult
    public func review(_ review: ReviewDescription, timeMicroseconds: Int64) throws -> DocumentState {
        try review.requireLengths()
        try requireShardSettings()
        guard let state = try reader.document(review.document) else {
            throw SluiceError(
                .inputMissing, "row \(review.document) of the ledger kept no document",
                advice: "'sluice review list' shows those that wait for a verdict")
        }
        var shards = try currentShards()
        if !state.isSealed {
            let old = Admitter.Document(seq: state.seq, synthetic: state.synthetic, real: state.real)
            var steps: [Admitter.Step] = []
            try shards.takeOut(
                old, isAdmitted: state.shard != nil,
                others: { try reader.synthetic(inShard: state.shard ?? 0) }, &steps)
            try write(steps)
        }
        let mass = Review.syntheticMass(review.verdict, tokens: state.tokens, own: state.ownSynthetic)
        try insert(review, mass: mass, timeMicroseconds: timeMicroseconds)
        if !state.isSealed {
            var steps: [Admitter.Step] = []
            shards.putBack(
                Admitter.Document(seq: state.seq, synthetic: mass, real: 1000 &* state.tokens &- mass), &steps)
            try write(steps)
        }
        self.shards = shards
        guard let after = try reader.document(review.document) else {
            throw SluiceError(.io, "row \(review.document) of the ledger is gone", advice: "run `sluice verify`")
        }
        return after
    }

    private func insert(_ review: ReviewDescription, mass: Int64, timeMicroseconds: Int64) throws {
        let insertion = try Insertion(db, into: "review", columns: 8)
        insertion.bind(try reader.next("id", in: "review"), 1)
        insertion.bind(review.document, 2)
        insertion.bind(review.verdict.rawValue, 3)
        insertion.bind(review.reviewer, 4)
        insertion.bind(review.note.flatMap { $0.isEmpty ? nil : $0 }, 5)
        insertion.bind(timeMicroseconds, 6)
        insertion.bind(mass, 7)
        insertion.bind(try reader.next("id", in: "admission") - 1, 8)
        try insertion.run()
    }
}
