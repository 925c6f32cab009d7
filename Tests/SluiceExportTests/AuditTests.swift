import Foundation
import SluiceCore
import SluiceDetect
import SluiceExport
import SluiceStore
import Testing

@Suite struct `The bound on an export's ratio` {
    private static let words = 40

    /// Documents a share of which is synthetic, with the ratios of a calibrated detector: normal around ±3 with variance 6.
    private static func mixture(_ count: Int, synthetic share: Double, seed: UInt64) -> (
        documents: [Fixture.Document], synthetic: Set<Int>
    ) {
        var random = SeededGenerator(seed)
        var synthetic: Set<Int> = []
        let documents = (0..<count).map { index in
            if Double.random(in: 0..<1, using: &random) < share { synthetic.insert(index + 1) }
            // Box and Muller.
            let (u, v) = (Double.random(in: 1e-9..<1, using: &random), Double.random(in: 0..<1, using: &random))
            let normal = (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
            return Fixture.Document(
                share: 0, words: words, ratio: (synthetic.contains(index + 1) ? 3 : -3) + 6.0.squareRoot() * normal)
        }
        return (documents, synthetic)
    }

    private static func settings(enforces: Bool = true) -> ExportSettings {
        ExportSettings(
            prior: 0.1, enforcesBound: enforces, compression: .none, fileBytes: 60_000, toolVersion: "test",
            configuration: Digest.of([3]))
    }

    /// Synthetic to real documents of an export by the truth; all are equally long.
    private static func truth(_ folder: Folder, _ name: String, _ synthetic: Set<Int>) throws -> Double {
        var counts = (synthetic: 0.0, real: 0.0)
        for (file, bytes) in try folder.files(name) where file.hasPrefix("shard-") {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                let sluice = (object?["metadata"] as? [String: Any])?["sluice"] as? [String: Any]
                if synthetic.contains(try #require(sluice?["seq"] as? Int)) {
                    counts.synthetic += 1
                } else {
                    counts.real += 1
                }
            }
        }
        return counts.synthetic / counts.real
    }

    private static func manifest(_ folder: Folder, _ name: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(folder.bytes("\(name)/manifest.json")))
        return try #require(object as? [String: Any])
    }

    @Test func `keeps the truth under the cap where far more is synthetic than the prior assumes`() throws {
        let folder = try Folder()
        let (documents, synthetic) = Self.mixture(4000, synthetic: 0.5, seed: 1)
        let store = try Fixture.store(in: folder, documents)
        let stated = try Exporter(store: store, settings: Self.settings(enforces: false)).export(
            to: folder.path("stated"))
        let kept = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("kept"))
        let (before, after) = (
            try Self.truth(folder, "stated", synthetic), try Self.truth(folder, "kept", synthetic)
        )
        #expect(try #require(stated.totals.ratio) <= 0.1 && before > 0.15, "by the probabilities alone: \(before)")
        #expect(try #require(stated.bound.ratio) >= before)
        #expect(after <= 0.1 && kept.leftOut > stated.leftOut, "by the bound: \(after)")
        let bound = try #require(kept.bound.ratio)
        #expect(bound <= 0.1 && bound > 0.095 && kept.files.count > 3)
        #expect(kept.files.allSatisfy { $0.audited.obey(capPPM: 100_000) && $0.totals.obey(capPPM: 100_000) })
        for name in ["stated", "kept"] {
            #expect(try ExportVerifier.verify(directory: folder.path(name), against: store).allSatisfy(\.passed))
        }
        let audit = try #require(try Self.manifest(folder, "kept")["audit"] as? [String: Any])
        let shard = try #require((audit["stretches"] as? [[String: Any]])?.first)
        let (estimate, upper) = (shard["estimate"] as? Double ?? 0, shard["upper"] as? Double ?? 0)
        // Of all that came, and not of what the cap let through.
        #expect(abs(estimate - 0.5) < 0.03 && upper > estimate && upper < estimate + 0.04)
        #expect(shard["state"] as? String == "uncalibrated" && shard["reason"] as? String == "few-anchors")
    }

    @Test func `goes for a document that was held by those that came with it, and not by those it was admitted with`()
        throws
    {
        let folder = try Folder()
        let (first, synthetic) = Self.mixture(2500, synthetic: 0.5, seed: 6)
        let shards = ShardSettings(capPPM: 100_000, targetTokens: 50_000)
        let store = try Fixture.store(in: folder, first, shards: shards)
        _ = try store.write { try $0.sealShard() }
        // What comes now makes room for documents that were held.
        try Fixture.append(Self.mixture(2500, synthetic: 0, seed: 7).documents, after: 2500, to: store)
        let last = try store.read { try #require(try $0.shards().last).id }
        #expect(try store.read { try $0.documents(inShard: last) }.contains { $0 <= 2500 })
        let kept = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("kept"))
        let audit = try #require(try Self.manifest(folder, "kept")["audit"] as? [String: Any])
        let stretches = try #require(audit["stretches"] as? [[String: Any]])
        let estimates = stretches.compactMap { $0["estimate"] as? Double }
        #expect(stretches.first?["first"] as? Int == 1 && stretches.last?["last"] as? Int == 5000)
        // A stretch ends with the last document that its shard took, so the second begins before row 2,500.
        let (oldest, newest) = (try #require(estimates.first), try #require(estimates.last))
        #expect(estimates.count > 1 && oldest > 0.4 && newest < 0.1, "\(estimates)")
        #expect(try Self.truth(folder, "kept", synthetic) <= 0.1 && kept.leftOut > 0)
        #expect(try ExportVerifier.verify(directory: folder.path("kept"), against: store).allSatisfy(\.passed))
    }

    @Test func `of a sealed shard is one on the ratio that it was sealed with, whatever people said since`() throws {
        let folder = try Folder()
        let store = try Fixture.store(
            in: folder, (0..<100).map { _ in Fixture.Document(share: 0, words: Self.words, ratio: -6) })
        func review(_ verdict: Verdict) throws {
            _ = try store.write { writer in
                for document in Int64(1)...3 {
                    let review = ReviewDescription(document: document, verdict: verdict, reviewer: "ada")
                    _ = try writer.review(review, timeMicroseconds: 3)
                }
            }
        }
        func bound() throws -> RatioBound { try store.read { try ExportAudit.bound(onShard: 1, $0, prior: 0.1) } }
        try review(.synthetic)
        _ = try store.write { try $0.sealShard() }
        let ratio = try #require(try store.read { try $0.shard(1) }?.totals.ratio)
        let sealed = try bound()
        #expect(try ratio > 0.03 && #require(sealed.ratio) >= ratio)
        try review(.real)
        #expect(try bound() == sealed)
        let summary = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("out"))
        #expect(try #require(summary.bound.ratio) < ratio, "an export weighs them by what is held now")
    }

    @Test func `rests on no text that had a label of which a person could not tell`() throws {
        let folder = try Folder()
        let declared = Fixture.Document(share: 0, words: Self.words, ratio: 9, isDeclaredReal: true)
        let store = try Fixture.store(
            in: folder, [declared] + (0..<20).map { _ in Fixture.Document(share: 0, words: Self.words, ratio: -3) })
        _ = try store.write {
            try $0.review(ReviewDescription(document: 1, verdict: .uncertain, reviewer: "ada"), timeMicroseconds: 3)
        }
        _ = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("out"))
        let audit = try #require(try Self.manifest(folder, "out")["audit"] as? [String: Any])
        #expect((audit["stretches"] as? [[String: Any]])?.first?["judged"] as? Int == 20)
    }

    @Test func `is never below the ratio, and changes nothing where little is synthetic`() throws {
        let folder = try Folder()
        let (documents, synthetic) = Self.mixture(2000, synthetic: 0.02, seed: 2)
        let store = try Fixture.store(in: folder, documents)
        let stated = try Exporter(store: store, settings: Self.settings(enforces: false)).export(
            to: folder.path("stated"))
        let kept = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("kept"))
        #expect(kept.bound.ratio == kept.totals.ratio && kept.leftOut == stated.leftOut)
        #expect(try Self.truth(folder, "kept", synthetic) <= 0.1)
        #expect(try folder.bytes("kept/shard-00000.jsonl") == folder.bytes("stated/shard-00000.jsonl"))
    }

    @Test func `is none where the detector takes texts known to be human for synthetic`() throws {
        let folder = try Folder()
        let anchors = (0..<150).map {
            Fixture.Document(share: 0, words: Self.words, ratio: $0 < 30 ? 6 : -3, isDeclaredReal: true)
        }
        let store = try Fixture.store(in: folder, anchors + Self.mixture(500, synthetic: 0.4, seed: 3).documents)
        let stated = try Exporter(store: store, settings: Self.settings(enforces: false)).export(
            to: folder.path("stated"))
        let summary = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("out"))
        #expect(
            summary.bound.ratio == nil && summary.bound.doubt == .anchorsLookSynthetic
                && summary.files.map(\.digest) == stated.files.map(\.digest))
        let manifest = try Self.manifest(folder, "out")
        let shard = ((manifest["audit"] as? [String: Any])?["stretches"] as? [[String: Any]])?.first
        #expect(shard?["reason"] as? String == "anchors-look-synthetic")
        #expect(
            manifest["bound"] is NSNull && manifest["synthetic_at_most"] as? Double == manifest["synthetic"] as? Double)
        #expect(try ExportVerifier.verify(directory: folder.path("out")).allSatisfy(\.passed))
    }

    @Test func `is none of the files alone that hold what came with such texts`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixture(2300, synthetic: 0.3, seed: 8).documents)
        _ = try store.write { try $0.sealShard() }
        let anchors = (0..<150).map {
            Fixture.Document(share: 0, words: Self.words, ratio: $0 < 30 ? 6 : -3, isDeclaredReal: true)
        }
        let others = Self.mixture(2000, synthetic: 0.1, seed: 9).documents
        try Fixture.append(anchors + others, after: 2300, to: store)
        let summary = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("out"))
        let bounds = summary.files.map(\.bound)
        #expect(bounds.first.flatMap { $0 } != nil && bounds.last.flatMap { $0 } == nil, "\(bounds)")
        #expect(summary.bound.ratio == nil && summary.bound.doubt == .anchorsLookSynthetic)
        #expect(summary.files.allSatisfy { $0.audited.obey(capPPM: 100_000) })
        #expect(try ExportVerifier.verify(directory: folder.path("out"), against: store).allSatisfy(\.passed))
        #expect(try ExportSummary(reading: folder.path("out"), as: folder.path("out"), askedCapPPM: nil) == summary)
    }

    @Test func `counts a document as ever for which a label, a date or a person speaks who can tell`() throws {
        let folder = try Folder()
        let kinds = [
            Fixture.Document(share: 0, words: Self.words, ratio: 1),
            Fixture.Document(share: 0, words: Self.words, ratio: 1, isEarly: true),
            Fixture.Document(share: 0, words: Self.words, ratio: 1, isDeclaredReal: true),
        ]
        let store = try Fixture.store(
            in: folder, Self.mixture(1500, synthetic: 0.4, seed: 10).documents + (0..<60).map { kinds[$0 % 3] })
        // Rows 1501, 1504 … are judged, and 1503 is declared.
        _ = try store.write {
            for (document, verdict) in [
                (1501, Verdict.uncertain), (1503, .uncertain), (1504, .real), (1507, .synthetic),
            ] {
                let review = ReviewDescription(document: Int64(document), verdict: verdict, reviewer: "ada")
                try $0.review(review, timeMicroseconds: 3)
            }
        }
        _ = try Exporter(store: store, settings: Self.settings(enforces: false)).export(to: folder.path("out"))
        let stretches = try #require(
            (try Self.manifest(folder, "out")["audit"] as? [String: Any])?["stretches"] as? [[String: Any]])
        let upper = try #require(stretches.first?["upper"] as? Double)
        var (most, weighedAgain) = (0, 0)
        for (file, bytes) in try folder.files("out") where file.hasPrefix("shard-") {
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                let sluice = try #require((object?["metadata"] as? [String: Any])?["sluice"] as? [String: Any])
                let evidence = try #require(sluice["evidence"] as? [[String: Any]])
                let weights = Dictionary(
                    uniqueKeysWithValues: evidence.map { ($0["kind"] as? String, $0["weight"] as? Double) })
                let own = Int(((sluice["synthetic"] as? Double ?? -1) * 1000).rounded())
                let isJudged = sluice["origin"] as? String == "detected" || sluice["verdict"] as? String == "uncertain"
                guard isJudged, weights["capture-date"] == nil, weights["declared"] == nil else {
                    most += own
                    continue
                }
                weighedAgain += 1
                let odds = log(upper / (1 - upper)) + (try #require(weights["token-frequency"] ?? nil))
                most += max(own, Int((Double(Self.words * 1000) / (1 + exp(-odds))).rounded()))
            }
        }
        let said = try #require(try Self.manifest(folder, "out")["synthetic_at_most"] as? Double)
        #expect(Int((said * 1000).rounded()) == most)
        #expect(weighedAgain > 800 && upper > 0.35)
    }

    @Test(arguments: [
        ("\"upper\":0.", "\"upper\":0.0", "out/manifest.json"),
        ("\"last\":300", "\"last\":299", "out/manifest.json"), ("\"first\":1,", "\"first\":2,", "out/manifest.json"),
        ("\"state\":\"uncalibrated\"", "\"state\":\"calibrated\"", "out/manifest.json"),
        ("\"ledger_size\": 300", "\"ledger_size\": 0", "out/manifest.json"),
        ("\"ledger_size\": 300", "\"ledger_size\": -9223372036854775808", "out/manifest.json"),
        ("\"estimate\":", "\"estimate\":1", "out/manifest.json"),
        ("\"synthetic_at_most\": ", "\"synthetic_at_most\": 1", "out/manifest.json"),
        ("{\"kind\":\"token-frequency\"", "{\"kind\":\"capture-date\"", "out/shard-00000.jsonl"),
    ])
    func `is counted again from the files, so that digests over a false one do not help`(
        true: String, false: String, name: String
    ) throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixture(300, synthetic: 0.3, seed: 4).documents)
        _ = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("out"))
        #expect(try ExportVerifier.verify(directory: folder.path("out")).allSatisfy(\.passed))
        let bytes = String(decoding: try folder.bytes(name), as: UTF8.self)
        let forged = bytes.replacingOccurrences(of: `true`, with: `false`)
        #expect(forged != bytes)
        try folder.forge(name, Array(forged.utf8))
        let findings = try ExportVerifier.verify(directory: folder.path("out"))
        #expect(findings.contains { !$0.passed && $0.check != "export-sums" }, "\(findings)")
    }

    @Test func `is not asked of an export from before there were bounds`() throws {
        let folder = try Folder()
        let store = try Fixture.store(in: folder, Self.mixture(300, synthetic: 0.02, seed: 5).documents)
        _ = try Exporter(store: store, settings: Self.settings()).export(to: folder.path("out"))
        var manifest = String(decoding: try folder.bytes("out/manifest.json"), as: UTF8.self)
        manifest = manifest.replacingOccurrences(of: "sluice-export/2", with: "sluice-export/1")
        for (what, form) in [
            ("\"audit\": [^\n]*\n", ""), ("\"synthetic_at_most\": [0-9.]*,\n\"bound\": [0-9.]*,\n", ""),
            ("\"synthetic_at_most\": [0-9.]*, \"bound\": [0-9.]*", "\"bound\": null"),
        ] {
            let old = manifest
            manifest = manifest.replacingOccurrences(of: what, with: form, options: .regularExpression)
            #expect(manifest != old, "\(what)")
        }
        try folder.forge("out/manifest.json", Array(manifest.utf8))
        let failed = try ExportVerifier.verify(directory: folder.path("out")).filter { !$0.passed }
        #expect(failed.isEmpty, "\(failed)")
    }
}
