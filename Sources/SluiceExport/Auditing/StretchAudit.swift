import Glibc
import SluiceDetect
import SluiceLedger
import SluiceStore

/// What share of the documents of a stretch of the ledger is machine-written, as far as their texts tell, and what each of them
/// weighs by that. A stretch is what came while a shard was filling, or several small ones.
///
/// A store weighs a document by its probability under one prior, wherever it comes from. Where much more of what comes is
/// synthetic than the prior assumes, those probabilities are too low all together, and so is the ratio that they add up to.
/// The texts tell: the bound on their share (``PrevalenceEstimate``) is a prior of their own. It rests on all that was kept,
/// held documents among them: of what is in a shard the clearly synthetic were kept out, and what is left of them looks like
/// few. A document that was held and admitted later goes by those that came with it.
struct StretchAudit: Sendable, Equatable, Decodable {
    /// The first of its rows of the ledger.
    let first: Int64
    /// The last of them.
    let last: Int64
    /// How many documents the estimate rests on: those that no label and no person speaks for, judged by the detector.
    let judged: Int64
    /// The likeliest share of synthetic ones among them, 0 to 1, to six decimals.
    let estimate: Double
    /// What that share does not exceed, with 95 % confidence, if the detector's ratios hold for these texts; 0 to 1, to six
    /// decimals.
    let upper: Double
    /// Whether they were tested on documents of these rows that are known to be human: ``PrevalenceCount/state(_:)``.
    let state: String
    /// Why they may not hold, a ``PrevalenceCount/Doubt``; nil where they were tested.
    let reason: String?

    /// The prior counts as this many documents, so that few are not judged by chance.
    static let assumedDocuments = 50.0

    /// The audit of the documents that `rows` of the store that `reader` reads kept, of which a share of `prior` was assumed to
    /// be synthetic. Some microseconds a document.
    init(_ rows: ClosedRange<Int64>, _ reader: StoreReader, prior: Double) throws {
        var count = PrevalenceCount()
        try reader.forEachJudgement(ofRows: rows) { count.add($0.authorship) }
        let assumption = PrevalenceEstimate.Assumption(share: prior, texts: StretchAudit.assumedDocuments)
        let found = PrevalenceEstimate(count.judged, assuming: assumption)
        let doubt = count.judged.total > 0 ? count.assessment.doubt : .nothingJudged
        (first, last, judged) = (rows.lowerBound, rows.upperBound, count.judged.total)
        estimate = ((found?.estimate ?? prior) * 1e6).rounded() / 1e6
        upper = ((found?.upper ?? 1) * 1e6).rounded(.up) / 1e6
        (state, reason) = (PrevalenceCount.state(doubt), doubt?.rawValue)
    }

    /// Why the ratios may not hold; nil where they were tested.
    var doubt: PrevalenceCount.Doubt? { reason.flatMap(PrevalenceCount.Doubt.init) }

    /// False where the detector takes texts of the stretch for synthetic that are known to be human: no bound can rest on it.
    var holds: Bool { doubt != .anchorsLookSynthetic }

    /// Whether it is one of rows from `first` on, at most to `size`, with shares that are some and a reason that there is.
    func isSound(from first: Int64, ledgerSize size: Int64) -> Bool {
        self.first == first && first <= last && last <= size && 0 <= estimate && estimate <= upper && upper <= 1
            && (doubt == nil) == (reason == nil) && state == PrevalenceCount.state(doubt)
    }

    /// The machine-written part, in thousandths of a token, of the `mass` of a text that a detector judged, under the bound on
    /// the share; never less than `own`, what the store holds it to be.
    ///
    /// - Parameter ratio: What the text says, in nats.
    func syntheticMass(of mass: Int64, ratio: Double, own: Int64) -> Int64 {
        guard holds else { return own }
        let share = min(max(upper, 1e-6), 1 - 1e-6)
        // Weights have six decimals, and a sum of them is the same in whichever order it was made.
        let logOdds = log(share / (1 - share)) + (ratio * 1e6).rounded() / 1e6
        return min(max(own, Int64((Double(mass) / (1 + exp(-logOdds))).rounded())), mass)
    }
}
