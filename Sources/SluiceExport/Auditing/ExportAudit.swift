import SluiceCore
import SluiceDetect
import SluiceStore

/// The audits that the documents of an export, or of a shard, are weighed by.
public struct ExportAudit: Sendable, Equatable {
    /// In the order of the ledger, without a gap.
    let stretches: [StretchAudit]

    init(_ stretches: [StretchAudit]) { self.stretches = stretches }

    /// The audits of everything in the store that `reader` reads, in which a share of `prior` was assumed to be synthetic.
    init(_ reader: StoreReader, prior: Double) throws {
        self.init(
            try reader.stretchesOfShards().map { try StretchAudit($0, reader, prior: prior) })
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
        var weighed = document
        let mass = document.synthetic &+ document.real
        weighed.synthetic = min(
            audit.syntheticMass(ofTokens: mass / 1000, ratio: ratio, own: document.synthetic), mass)
        weighed.real = mass &- weighed.synthetic
        return (weighed, audit.holds)
    }

    private func audit(of seq: Int64) -> StretchAudit? {
        var (low, high) = (0, stretches.count)
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].rows.upperBound < seq { low = middle + 1 } else { high = middle }
        }
        return low < stretches.count && stretches[low].rows.contains(seq) ? stretches[low] : nil
    }

    /// The ratio that a shard's documents have by the audits, and why they may not hold. Some ten microseconds for each
    /// document that was kept while the shard was filling.
    public static func bound(onShard shard: Int64, _ reader: StoreReader, prior: Double) throws -> RatioBound {
        let documents = try reader.documents(inShard: shard)
        var rest = documents[...]
        let stretches = try reader.stretchesOfShards().filter { stretch in
            let count = rest.prefix { $0 <= stretch.upperBound }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        let audit = ExportAudit(try stretches.map { try StretchAudit($0, reader, prior: prior) })
        var totals = ShardTotals()
        var isBounded = true
        try StoreSupply(reader, shards: [shard], audit: audit, checksTexts: false).forEachDocument {
            totals.add($0.audited)
            isBounded = isBounded && $0.isBounded
        }
        return RatioBound(ratio: isBounded ? totals.ratio : nil, doubt: audit.doubt)
    }
}

extension ExportAudit {
    /// The audit in a manifest.
    struct Form: Sendable, Equatable, Decodable {
        /// Whether the files keep their cap by what the audits say, and not only by what the store does.
        var enforced: Bool
        /// The share of synthetic documents that was assumed before any text was read.
        var prior: Double
        var stretches: [Stretch]

        /// That of one stretch of the ledger.
        struct Stretch: Sendable, Equatable, Decodable {
            var first: Int64
            var last: Int64
            var judged: Int64
            var estimate: Double
            var upper: Double
            var state: String
            var reason: String?
        }
    }

    /// The audit that a manifest of a ledger of `size` rows states; nil where it states none.
    init?(_ form: Form, ledgerSize size: Int64) {
        var stretches: [StretchAudit] = []
        for stretch in form.stretches {
            let doubt = stretch.reason.flatMap(PrevalenceCount.Doubt.init)
            guard stretch.first == (stretches.last?.rows.upperBound ?? 0) &+ 1, stretch.first <= stretch.last,
                stretch.last <= size, stretch.estimate >= 0, stretch.estimate <= stretch.upper, stretch.upper <= 1,
                (doubt == nil) == (stretch.reason == nil), stretch.state == PrevalenceCount.state(doubt)
            else { return nil }
            stretches.append(
                StretchAudit(
                    rows: stretch.first...stretch.last, judged: stretch.judged,
                    estimatePPM: Int64((stretch.estimate * 1e6).rounded()),
                    upperPPM: Int64((stretch.upper * 1e6).rounded()), doubt: doubt))
        }
        guard !stretches.isEmpty else { return nil }
        self.init(stretches)
    }

    /// The audit as a manifest states it.
    func form(enforced: Bool, prior: Double) -> Form {
        Form(
            enforced: enforced, prior: prior,
            stretches: stretches.map { audit in
                Form.Stretch(
                    first: audit.rows.lowerBound, last: audit.rows.upperBound, judged: audit.judged,
                    estimate: Double(audit.estimatePPM) / 1e6, upper: Double(audit.upperPPM) / 1e6,
                    state: PrevalenceCount.state(audit.doubt), reason: audit.doubt?.rawValue)
            })
    }
}

extension ExportAudit.Form {
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
