import SluiceCore
import SluiceDetect
import SluiceStore

/// The audits that the documents of an export, or of a shard, are weighed by; in a manifest as they stand here.
public struct ExportAudit: Sendable, Equatable, Decodable {
    /// Whether files keep their cap by what the audits say, and not only by what the store does.
    let enforced: Bool
    /// The share of synthetic documents that was assumed before any text was read.
    let prior: Double
    /// In the order of the ledger, without a gap.
    let stretches: [StretchAudit]

    /// That of `rows` of the store that `reader` reads; `beforeEach` may end it before each of them.
    init(
        _ rows: [ClosedRange<Int64>], _ reader: StoreReader, prior: Double, enforced: Bool,
        beforeEach: () throws -> Void = {}
    ) throws {
        (self.prior, self.enforced) = (prior, enforced)
        stretches = try rows.map { rows in
            try beforeEach()
            return try StretchAudit(rows, reader, prior: prior)
        }
    }

    private init() { (enforced, prior, stretches) = (false, 0, []) }

    /// That of nothing: for whoever does not look at what documents weigh.
    static let none = ExportAudit()

    /// Whether it is one of a ledger of `size` rows, from the first one on.
    func isSound(ledgerSize size: Int64) -> Bool {
        var next: Int64 = 1
        for stretch in stretches {
            guard stretch.isSound(from: next, ledgerSize: size) else { return false }
            next = stretch.last &+ 1
        }
        return !stretches.isEmpty
    }

    /// The gravest doubt of all of them; nil where there is none.
    var doubt: PrevalenceCount.Doubt? {
        let doubts: [PrevalenceCount.Doubt] = [.anchorsLookSynthetic, .fewAnchors, .nothingJudged]
        return doubts.first { doubt in stretches.contains { $0.doubt == doubt } }
    }

    /// What a document weighs by the audit of the rows that it came with: a judged one by the bound on their share, any other
    /// as ever. `isBounded` is false where that audit does not hold or there is none, so that nothing bounds what a judged one
    /// weighs.
    ///
    /// - Parameters:
    ///   - document: As the store weighs it.
    ///   - ratio: What the text says, in nats; nil where a label, a person or a date speaks for it, or nothing does.
    func weigh(
        _ document: Admitter.Document, judged ratio: Double?
    ) -> (document: Admitter.Document, isBounded: Bool) {
        guard let ratio else { return (document, true) }
        guard let audit = audit(of: document.seq) else { return (document, false) }
        let mass = document.synthetic &+ document.real
        let synthetic = audit.syntheticMass(of: mass, ratio: ratio, own: document.synthetic)
        return (
            Admitter.Document(seq: document.seq, synthetic: synthetic, real: mass &- synthetic), audit.holds
        )
    }

    private func audit(of seq: Int64) -> StretchAudit? {
        var (low, high) = (0, stretches.count)
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].last < seq { low = middle + 1 } else { high = middle }
        }
        return low < stretches.count && stretches[low].first <= seq ? stretches[low] : nil
    }

    /// The ratio that a shard's documents have by the audits, and why they may not hold: as they were when they were admitted, so
    /// that it bounds the shard's own ratio; what people said since counts in the audits alone. Some microseconds for each
    /// document that was kept while the shard was filling, and some ten for each that is in it.
    public static func bound(onShard shard: Int64, _ reader: StoreReader, prior: Double) throws -> RatioBound {
        var documents = try reader.documents(inShard: shard)[...]
        let rows = try reader.stretchesOfShards().filter { stretch in
            let count = documents.prefix { $0 <= stretch.upperBound }.count
            documents = documents.dropFirst(count)
            return count > 0
        }
        let audit = try ExportAudit(rows, reader, prior: prior, enforced: false)
        var totals = ShardTotals()
        var isBounded = true
        let supply = StoreSupply(reader, shards: [shard], audit: audit, checksTexts: false, asAdmitted: true)
        try supply.forEachDocument {
            totals.add($0.audited)
            isBounded = isBounded && $0.isBounded
        }
        return RatioBound(ratio: isBounded ? totals.ratio : nil, doubt: audit.doubt)
    }

    /// The JSON object that stands in a manifest.
    var rendered: String {
        var json = JSONText()
        json.object { json in
            json.member("enforced", enforced)
            json.member("prior", prior)
            json.key("stretches")
            json.array { json in
                for stretch in stretches {
                    json.object { json in
                        json.member("first", stretch.first)
                        json.member("last", stretch.last)
                        json.member("judged", stretch.judged)
                        json.member("estimate", stretch.estimate)
                        json.member("upper", stretch.upper)
                        json.member("state", stretch.state)
                        json.member("reason", stretch.reason)
                    }
                }
            }
        }
        return json.string
    }
}
