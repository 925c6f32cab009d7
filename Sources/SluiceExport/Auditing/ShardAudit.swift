import Glibc
import SluiceDetect
import SluiceLedger
import SluiceStore

/// What share of the documents was machine-written that a shard was picked from, as far as the texts tell, and what each
/// weighs by that.
///
/// A store weighs a document by its probability under one prior, wherever it comes from. Where much more of what comes is
/// synthetic than the prior assumes, those probabilities are too low all together, and so is the ratio that they add up to.
/// The texts tell: the bound on their share (``PrevalenceEstimate``) is a prior of the shard's own. It rests on all that was
/// kept while the shard was filling, held documents among them: of what is in the shard the clearly synthetic were kept out,
/// and what is left of them looks like few.
public struct ShardAudit: Sendable, Equatable {
    /// The store's shard.
    public let shard: Int64
    /// How many documents the estimate rests on: those that no label and no person speaks for, judged by the detector.
    public let judged: Int64
    /// The likeliest share of synthetic ones among them, in millionths.
    public let estimatePPM: Int64
    /// What that share does not exceed, with 95 % confidence, if the detector's ratios hold for these texts; in millionths.
    public let upperPPM: Int64
    /// Why they may not hold; nil where they were tested.
    public let doubt: PrevalenceCount.Doubt?

    /// The prior counts as this many documents, so that a shard of few is not judged by chance.
    static let assumedDocuments = 50.0

    /// The audit of a shard with these documents, in which a share of `prior` was assumed to be synthetic.
    init(shard: Int64, _ count: PrevalenceCount, prior: Double) {
        let assumption = PrevalenceEstimate.Assumption(share: prior, texts: ShardAudit.assumedDocuments)
        let found = PrevalenceEstimate(count.judged, assuming: assumption)
        self.init(
            shard: shard, judged: count.judged.total,
            estimatePPM: Int64(((found?.estimate ?? prior) * 1e6).rounded()),
            upperPPM: Int64(((found?.upper ?? 1) * 1e6).rounded(.up)), doubt: count.doubt)
    }

    /// An audit of its parts, as a manifest states them.
    init(shard: Int64, judged: Int64, estimatePPM: Int64, upperPPM: Int64, doubt: PrevalenceCount.Doubt?) {
        (self.shard, self.judged, self.doubt) = (shard, judged, doubt)
        (self.estimatePPM, self.upperPPM) = (estimatePPM, upperPPM)
    }

    /// The audits of `shards` of the store that `reader` reads: some microseconds for each document that was kept meanwhile.
    static func of(_ shards: [Int64], _ reader: StoreReader, prior: Double) throws -> [ShardAudit] {
        let stretches = try reader.rowsByShard()
        var known: (rows: ClosedRange<Int64>, count: PrevalenceCount)?
        return try shards.map { shard in
            let rows = stretches[shard] ?? 1...1
            if let known, known.rows == rows { return ShardAudit(shard: shard, known.count, prior: prior) }
            var count = PrevalenceCount()
            try reader.forEachOpinion(ofRows: rows) { opinion in
                count.add(
                    verdict: opinion.verdict, origin: opinion.origin, ratio: opinion.evidence.text,
                    isAbstention: opinion.evidence.isAbstention, isEarly: opinion.evidence.isEarly)
            }
            known = (rows, count)
            return ShardAudit(shard: shard, count, prior: prior)
        }
    }

    /// What the ratio of a shard's documents does not exceed, as its audit weighs them; nil where no bound can rest on it, or
    /// nothing in the shard is real. Some ten microseconds a document.
    public static func bound(onShard shard: Int64, _ reader: StoreReader, prior: Double) throws -> Double? {
        let audit = ExportAudit(try ShardAudit.of([shard], reader, prior: prior), isEnforced: true)
        guard audit.holds else { return nil }
        var totals = ShardTotals()
        try StoreSupply(reader, audit: audit, checksTexts: false).forEachDocument { totals.add($0.audited) }
        return totals.ratio
    }

    /// False where the detector takes texts of the shard for synthetic that are known to be human: no bound can rest on it.
    public var holds: Bool { doubt != .anchorsLookSynthetic }

    /// The machine-written mass, in thousandths of a token, of a text of `tokens` words that a detector judged, under the
    /// bound on the shard's share; never less than `own`, what the store holds it to be.
    ///
    /// - Parameter ratio: What the text says, in nats.
    func syntheticMass(ofTokens tokens: Int64, ratio: Double, own: Int64) -> Int64 {
        guard holds else { return own }
        let share = Double(min(max(upperPPM, 1), 999_999)) / 1e6
        // Weights have six decimals, and a sum of them is the same in whichever order it was made.
        let logOdds = log(share / (1 - share)) + (ratio * 1e6).rounded() / 1e6
        return max(own, Int64((Double(1000 &* tokens) / (1 + exp(-logOdds))).rounded()))
    }
}
