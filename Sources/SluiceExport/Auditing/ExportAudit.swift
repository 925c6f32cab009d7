import SluiceCore
import SluiceDetect
import SluiceStore

/// The audits of the shards that an export was made from.
struct ExportAudit: Sendable, Equatable {
    /// An audit for each shard of the store that is in the export.
    let shards: [ShardAudit]
    /// Whether the files keep their cap by what the audits say, and not only by what the store does.
    let isEnforced: Bool
    private let byShard: [Int64: ShardAudit]

    init(_ shards: [ShardAudit], isEnforced: Bool) {
        (self.shards, self.isEnforced) = (shards, isEnforced)
        byShard = Dictionary(shards.map { ($0.shard, $0) }) { first, _ in first }
    }

    /// True where each shard has a bound.
    var holds: Bool { shards.allSatisfy(\.holds) }

    /// What a document weighs by the audit of its shard: a judged one by the bound on the shard's share, any other as ever.
    ///
    /// - Parameters:
    ///   - document: As the store weighs it.
    ///   - shard: The store's shard that it is in.
    ///   - ratio: What the text says, in nats; nil where a label, a person or a date speaks for it, or nothing does.
    /// - Returns: nil where there is no audit of the shard.
    func weigh(
        _ document: Admitter.Document, in shard: Int64, judged ratio: Double?
    ) -> Admitter.Document? {
        guard let audit = byShard[shard] else { return nil }
        guard let ratio else { return document }
        var weighed = document
        let mass = document.synthetic &+ document.real
        weighed.synthetic = min(
            audit.syntheticMass(ofTokens: mass / 1000, ratio: ratio, own: document.synthetic), mass)
        weighed.real = mass &- weighed.synthetic
        return weighed
    }
}

extension ExportAudit {
    /// The audit in a manifest.
    struct Form: Sendable, Equatable, Decodable {
        var enforced: Bool
        var shards: [Shard]

        /// That of one shard.
        struct Shard: Sendable, Equatable, Decodable {
            var shard: Int64
            var judged: Int64
            var estimate: Double
            var upper: Double
            var state: String
            var reason: String?
        }
    }

    /// The audit that a manifest states; nil where it states none.
    init?(_ form: Form) {
        var shards: [ShardAudit] = []
        for shard in form.shards {
            let doubt = shard.reason.flatMap(PrevalenceCount.Doubt.init)
            guard (0...1).contains(shard.estimate), (0...1).contains(shard.upper),
                (doubt == nil) == (shard.reason == nil), shard.state == ExportAudit.state(doubt)
            else { return nil }
            shards.append(
                ShardAudit(
                    shard: shard.shard, judged: shard.judged, estimatePPM: Int64((shard.estimate * 1e6).rounded()),
                    upperPPM: Int64((shard.upper * 1e6).rounded()), doubt: doubt))
        }
        self.init(shards, isEnforced: form.enforced)
    }

    /// The audit as a manifest states it.
    var form: Form {
        Form(
            enforced: isEnforced,
            shards: shards.map { audit in
                Form.Shard(
                    shard: audit.shard, judged: audit.judged, estimate: Double(audit.estimatePPM) / 1e6,
                    upper: Double(audit.upperPPM) / 1e6, state: ExportAudit.state(audit.doubt),
                    reason: audit.doubt?.rawValue)
            })
    }

    fileprivate static func state(_ doubt: PrevalenceCount.Doubt?) -> String {
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
