import Foundation
import Testing

/// The 20,000 real documents beside the checkout, against their truth.
@Suite("The crawl sample", .serialized, .enabled(if: Program.hasSample, "../shared/crawl-sample is not there"))
struct CrawlSampleTests {
    static let sample = Program.shared.appendingPathComponent("crawl-sample")

    /// One ingest of the WET dump, shared by the tests that only read it.
    private static let ingested = Result { () throws -> (folder: Folder, run: Program.Outcome) in
        let folder = try Folder()
        let run = try Program.run(
            "ingest", "--json", "--store", folder.path("store"), sample.appendingPathComponent("wet").path)
        return (folder, run)
    }

    @Test("is read to the last record, and every record has one decision")
    func accounting() throws {
        let run = try Self.ingested.get().run
        let summary = run.json
        let duplicates = try #require(summary["duplicates"] as? [String: Int])
        let kept = try #require(summary["kept"] as? Int)
        let rejected = try #require(summary["rejected"] as? [String: Int])
        #expect(run.exitCode == 0)
        #expect(summary["records"] as? Int == 20_000)
        #expect(kept + duplicates.values.reduce(0, +) + rejected.values.reduce(0, +) == 20_000)
        let bytes = try #require(summary["bytes"] as? [String: Int])
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.sample.appendingPathComponent("wet"), includingPropertiesForKeys: [.fileSizeKey])
        #expect(
            bytes["read"]
                == (try files.map { try $0.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0 }.reduce(0, +)))
        #expect(bytes["skipped"] == 0)
        #expect(bytes["text"] == 53_994_483)
    }

    @Test("loses no duplicate that the truth knows, and nothing else")
    func recallAndPrecision() throws {
        let folder = try Self.ingested.get().folder
        let rows = try Program.run(
            "provenance", "--json", "--limit", "0", "--decision", "kept", "--store", folder.path("store")
        ).rows
        let kept = Set(rows.compactMap { Self.uuid(of: $0) })
        #expect(kept.count == rows.count)

        var planted = Tally(), plantedHigh = Tally(), copies = Tally()
        for line in try Self.table("planted.tsv") {
            let similarity = Double(line[4]) ?? 0
            let found = !(kept.contains(line[0]) && kept.contains(line[1]))
            if similarity >= 0.72 { planted.add(found) }
            if similarity >= 0.80 { plantedHigh.add(found) }
            if line[2] == "exact" || line[2] == "norm" { copies.add(found) }
        }
        var all = Tally()
        var best: [String: Double] = [:]
        for line in try Self.table("pairs.tsv.gz") {
            let similarity = Double(line[2]) ?? 0
            for id in line[0...1] { best[id] = max(best[id, default: 0], similarity) }
            if similarity >= 0.72 { all.add(!(kept.contains(line[0]) && kept.contains(line[1]))) }
        }
        var precise = Tally()
        for line in try Self.table("docs.tsv.gz") where !kept.contains(line[0]) {
            precise.add(best[line[0], default: 0] >= 0.72)
        }
        print(
            "planted J>=.72 \(planted), J>=.80 \(plantedHigh), exact and norm \(copies), all \(all), precision \(precise)"
        )
        #expect(planted.share >= 0.998)
        #expect(plantedHigh.share == 1)
        #expect(copies.share == 1)
        #expect(all.share >= 0.999)
        #expect(precise.share >= 0.999)
    }

    @Test("gives every duplicate an earlier kept document and the similarity that their words have")
    func duplicateRows() throws {
        let folder = try Self.ingested.get().folder
        let rows = try Program.run("provenance", "--json", "--limit", "0", "--store", folder.path("store")).rows
        #expect(rows.count == 20_000)
        var texts: [String: String] = [:]
        for part in ["part-0000", "part-0001"] {
            let lines = try Self.unpacked("jsonl/\(part).jsonl.gz").split(separator: UInt8(ascii: "\n"))
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] ?? [:]
                if let id = object["id"] as? String { texts[id] = object["text"] as? String }
            }
        }
        let bySeq = Dictionary(uniqueKeysWithValues: rows.map { ($0["seq"] as? Int ?? 0, $0) })
        var wrong = 0
        for row in rows where row["decision"] as? String == "duplicate" {
            let match = try #require(row["duplicateOf"] as? [String: Any])
            let seq = try #require(match["seq"] as? Int)
            let earlier = try #require(bySeq[seq])
            let similarity = try #require(match["similarity"] as? Double)
            let text = try #require(Self.uuid(of: row).flatMap { texts[$0] })
            let other = try #require(Self.uuid(of: earlier).flatMap { texts[$0] })
            let truth = Reference.jaccard(text, other)
            if seq >= (row["seq"] as? Int ?? 0) || earlier["decision"] as? String != "kept"
                || earlier["document"] as? String != match["document"] as? String
                || abs(truth - similarity) > 1e-4 || truth < 0.72
            {
                wrong += 1
            }
        }
        #expect(wrong == 0)
    }

    @Test("keeps nothing new when it comes again, as JSONL, renamed or compressed anew")
    func again() throws {
        let folder = try Self.ingested.get().folder
        let copy = try Folder()
        let store = copy.path("store")
        try FileManager.default.copyItem(atPath: folder.path("store"), toPath: store)
        let part = Self.sample.appendingPathComponent("wet/part-0000.warc.wet.gz")
        try FileManager.default.copyItem(atPath: part.path, toPath: copy.path("renamed.wet.gz"))
        let plain = try copy.file("plain.warc.wet", Self.unpacked("wet/part-0001.warc.wet.gz"))
        for input in [
            Self.sample.appendingPathComponent("wet").path, Self.sample.appendingPathComponent("jsonl").path,
            copy.path("renamed.wet.gz"), plain,
        ] {
            let run = try Program.run("ingest", "--json", "--store", store, input)
            #expect(run.exitCode == 0)
            #expect(run.json["kept"] as? Int == 0, "\(input)")
        }
    }

    /// The UUID by which the truth knows the record of a provenance row.
    static func uuid(of row: [String: Any]) -> String? {
        ((row["record"] as? [String: Any])?["id"] as? String)?
            .replacingOccurrences(of: "<urn:uuid:", with: "").replacingOccurrences(of: ">", with: "")
    }

    static func unpacked(_ name: String) throws -> Data {
        try Program.tool("/bin/gzip", "-dc", sample.appendingPathComponent(name).path).output
    }

    static func table(_ name: String) throws -> [[String]] {
        let data =
            name.hasSuffix(".gz")
            ? try unpacked(name) : try Data(contentsOf: sample.appendingPathComponent(name))
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

/// How many of how many.
struct Tally: CustomStringConvertible {
    private var hits = 0
    private var all = 0

    mutating func add(_ hit: Bool) {
        hits += hit ? 1 : 0
        all += 1
    }

    var share: Double { all == 0 ? 0 : Double(hits) / Double(all) }
    var description: String { "\(hits)/\(all)" }
}

/// Near-duplicate similarity, written as plainly as it can be, to hold the fast one against.
enum Reference {
    /// The Jaccard similarity of two texts' sets of word 5-grams.
    static func jaccard(_ a: String, _ b: String) -> Double {
        let (a, b) = (shingles(a), shingles(b))
        let common = a.intersection(b).count
        return Double(common) / Double(a.count + b.count - common)
    }

    private static func shingles(_ text: String) -> Set<[Substring]> {
        let words = text.lowercased().unicodeScalars.split { !isWord($0) }.map { Substring($0) }
        guard words.count > 5 else { return [words] }
        return Set((0...(words.count - 5)).map { Array(words[$0..<($0 + 5)]) })
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || CharacterSet.alphanumerics.contains(scalar)
    }
}
