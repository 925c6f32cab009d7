import SluiceCore
import SluiceDetect
import SluiceStore

/// The audits that the documents of an export, or of a shard, are weighed by.
public struct ExportAudit: Sendable, Equatable {
    /// In the order of the ledger, without a gap.
    let shards: [ShardAudit]

    init(_ shards: [ShardAudit]) { self.shards = shards }

    /// The audits of everything in the store that `reader` reads, in which a share of `prior` was assumed to be synthetic.
    init(_ reader: StoreReader, prior: Double) throws {
        self.init(
            try reader.stretchesOfShards().map { try ShardAudit($0.shard, $0.rows, reader, prior: prior) })
    }

    /// True where each of them holds.
    var holds: Bool { shards.allSatisfy(\.holds) }

    /// What a document weighs by the audit of the rows that it came with: a judged one by the bound on their share, any other
    /// as ever.
    ///
    /// - Parameters:
    ///   - document: As the store weighs it.
    ///   - ratio: What the text says, in nats; nil where a label, a person or a date speaks for it, or nothing does.
    func weigh(_ document: Admitter.Document, judged ratio: Double?) -> Admitter.Document {
        guard let ratio, let audit = audit(of: document.seq) else { return document }
        var weighed = document
        let mass = document.synthetic &+ document.real
        weighed.synthetic = min(
            audit.syntheticMass(ofTokens: mass / 1000, ratio: ratio, own: document.synthetic), mass)
        weighed.real = mass &- weighed.synthetic
        return weighed
    }

    private func audit(of seq: Int64) -> ShardAudit? {
        var (low, high) = (0, shards.count)
        while low < high {
            let middle = (low + high) / 2
            if shards[middle].rows.upperBound < seq { low = middle + 1 } else { high = middle }
        }
        return low < shards.count && shards[low].rows.contains(seq) ? shards[low] : nil
    }

    /// What the ratio of a shard's documents does not exceed by the audits; nil where no bound can rest on them, or nothing in
    /// the shard is real. Some ten microseconds for each document that was kept while the shard was filling.
    public static func bound(onShard shard: Int64, _ reader: StoreReader, prior: Double) throws -> Double? {
        let documents = try reader.documents(inShard: shard)
        var rest = documents[...]
        let stretches = try reader.stretchesOfShards().filter { stretch in
            let count = rest.prefix { $0 <= stretch.rows.upperBound }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        let audit = ExportAudit(try stretches.map { try ShardAudit($0.shard, $0.rows, reader, prior: prior) })
        guard audit.holds else { return nil }
        var totals = ShardTotals()
        try StoreSupply(reader, shards: [shard], audit: audit, checksTexts: false).forEachDocument {
            totals.add($0.audited)
        }
        return totals.ratio
    }
}

extension ExportAudit {
    /// The audit in a manifest.
    struct Form: Sendable, Equatable, Decodable {
        /// Whether the files keep their cap by what the audits say, and not only by what the store does.
        var enforced: Bool
        var shards: [Shard]

        /// That of one shard.
        struct Shard: Sendable, Equatable, Decodable {
            var shard: Int64
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
        var shards: [ShardAudit] = []
        for shard in form.shards {
            let doubt = shard.reason.flatMap(PrevalenceCount.Doubt.init)
            guard shard.first == (shards.last?.rows.upperBound ?? 0) &+ 1, (shard.first...size).contains(shard.last),
                (0...1).contains(shard.estimate), (0...1).contains(shard.upper),
                (doubt == nil) == (shard.reason == nil),
                shard.state == ExportAudit.state(doubt)
            else { return nil }
            shards.append(
                ShardAudit(
                    shard: shard.shard, rows: shard.first...shard.last, judged: shard.judged,
                    estimatePPM: Int64((shard.estimate * 1e6).rounded()),
                    upperPPM: Int64((shard.upper * 1e6).rounded()), doubt: doubt))
        }
        guard shards.last?.rows.upperBound == size else { return nil }
        self.init(shards)
    }

    /// The audit as a manifest states it.
    func form(enforced: Bool) -> Form {
        Form(
            enforced: enforced,
            shards: shards.map { audit in
                Form.Shard(
                    shard: audit.shard, first: audit.rows.lowerBound, last: audit.rows.upperBound, judged: audit.judged,
                    estimate: Double(audit.estimatePPM) / 1e6, upper: Double(audit.upperPPM) / 1e6,
                    state: ExportAudit.state(audit.doubt), reason: audit.doubt?.rawValue)
            })
    }

    private static func state(_ doubt: PrevalenceCount.Doubt?) -> String {
        doubt == nil ? "calibrated" : "uncalibrated"
    }
}

extension ExportAudit.Form {
    /// The JSON object that stands in a manifest.
    var rendered: String {
        var json = JSONText()
        json.object { json in
            json.member("enforced", enforced)
            json.key("shards")
            json.array { json in
                for shard in shards {
                    json.object { json in
                        json.member("shard", shard.shard)
                        json.member("first", shard.first)
                        json.member("last", shard.last)
                        json.member("judged", shard.judged)
                        json.member("estimate", shard.estimate)
                        json.member("upper", shard.upper)
                        json.member("state", shard.state)
                        json.member("reason", shard.reason)
                    }
                }
            }
        }
        return json.string
    }
}
