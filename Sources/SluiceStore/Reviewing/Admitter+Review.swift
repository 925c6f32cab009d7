/// A review changes what a document weighs: it is taken out at its old masses and put back at its new ones.
extension Admitter {
    /// Takes a held document, or one in the open shard, out of where it is.
    ///
    /// Where the shard would be over its cap without it, admitted documents go first, the largest synthetic share first,
    /// of equal ones the latest, until it would not be; they are held then. Each of these steps keeps the cap, since what
    /// leaves is at least as synthetic as the shard.
    ///
    /// O(*h* log *h*) in the held documents, and in those that `others` gives where they are asked for.
    ///
    /// - Parameters:
    ///   - document: as it was placed, with the masses of then.
    ///   - isAdmitted: whether it is in the open shard.
    ///   - others: every document in the open shard with synthetic mass, in any order.
    public mutating func takeOut(
        _ document: Document, isAdmitted: Bool, others: () throws -> [Document], _ steps: inout [Step]
    ) rethrows {
        // As after a restart, which does not know who did not fit when.
        waiting.insert(oversized)
        oversized = []
        guard isAdmitted, let shard = open else { return waiting.remove(seq: document.seq) }
        func hasRoom(_ totals: ShardTotals) -> Bool { totals.removing(document).obey(capPPM: shard.settings.capPPM) }
        if !hasRoom(shard.totals) {
            var candidates = try others().filter { $0.seq != document.seq }.sorted(by: Admitter.staysLonger)
            var withdrawn: [Document] = []
            while let totals = open?.totals, !hasRoom(totals), let next = candidates.popLast() {
                withdraw(next, &steps)
                withdrawn.append(next)
            }
            waiting.insert(withdrawn)
        }
        withdraw(document, &steps)
    }

    /// Places a document that was taken out, with the masses it has now: admitted like a newly kept one, or held where
    /// its age puts it. Then the held documents follow, as always.
    public mutating func putBack(_ document: Document, _ steps: inout [Step]) {
        if fits(document) { admit(document, &steps) } else { waiting.insert([document]) }
        admitHeld(&steps)
    }

    private mutating func withdraw(_ document: Document, _ steps: inout [Step]) {
        guard var shard = open else { return }
        shard.totals = shard.totals.removing(document)
        steps.append(.withdraw(shard: shard.id, document: document.seq, shard.totals))
        open = shard
    }

    /// True where `a` has the smaller synthetic share, or the same and is older. In integers, so that no rounding takes
    /// out what is less synthetic than the shard.
    private static func staysLonger(_ a: Document, _ b: Document) -> Bool {
        let left = a.synthetic.multipliedFullWidth(by: b.synthetic &+ b.real)
        let right = b.synthetic.multipliedFullWidth(by: a.synthetic &+ a.real)
        if left.high != right.high { return left.high < right.high }
        if left.low != right.low { return left.low < right.low }
        return a.seq < b.seq
    }
}
