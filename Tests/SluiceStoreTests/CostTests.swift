import Foundation
import Glibc
import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

/// What the store costs; prints figures and judges nothing but that the rows arrived. Runs where `SLUICE_MEASURE`
/// says how many records (several numbers with commas between); `SLUICE_MEASURE_READS` measures reading as well.
@Suite("The store's costs", .enabled(if: ProcessInfo.processInfo.environment["SLUICE_MEASURE"] != nil), .serialized)
struct CostTests {
    private static func microseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    @Test(
        "of a record, all in",
        arguments: (ProcessInfo.processInfo.environment["SLUICE_MEASURE"] ?? "20000").split(separator: ",").compactMap {
            Int($0)
        })
    func append(count: Int) throws {
        var generator = SeededGenerator(1)
        let body = (0..<1800).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let directory = TemporaryDirectory()
        let store = try Sample.fill(
            directory, [], settings: ShardSettings(capPPM: 100_000, targetTokens: 10_000_000),
            recentKeys: true)
        var (made, spent) = (0, 0.0)
        let clock = ContinuousClock()
        var wall = Duration.zero
        while made < count {
            let batch = (Int64(made) + 1...Int64(made) + 500).map { seq in
                var entry = Sample.kept(seq, synthetic: seq % 4 == 0 ? 25_000 : 3_000)
                entry.document?.body = body
                entry.row.recordID = "<urn:uuid:\(UUID().uuidString)>"
                entry.row.document = Digest.of(withUnsafeBytes(of: seq) { Array($0) })
                entry.address?.host = "host\(seq &* 7919 % 5000).example.org"
                entry.row.judgement?.reasons = RecordedEvidence([
                    Evidence(kind: "prior", weight: -2.197225, detail: "assumed share of synthetic documents 0.1"),
                    Evidence(kind: "token-frequency", weight: -2.1, detail: String(repeating: "x", count: 16)),
                ])
                return entry
            }
            let start = Self.microseconds()
            wall += try clock.measure {
                try store.write { writer in
                    try writer.append(batch, run: 1, timeMicroseconds: 1)
                    var progress = SourceProgress()
                    progress.kept = Int64(made + 500)
                    progress.nextOrdinal = progress.kept
                    try writer.setProgress(progress, ofSource: 1)
                }
            }
            spent += Self.microseconds() - start
            made += 500
        }
        let bytes = try FileManager.default.attributesOfItem(atPath: directory.database)[.size] as? Int ?? 0
        print(
            "cost: \(count) kept records: \(spent / Double(count)) µs CPU each, wall \(wall / count), file \(bytes / count) B each"
        )
        #expect(try store.read { try $0.nextSeq() } == Int64(count) + 1)
        guard ProcessInfo.processInfo.environment["SLUICE_MEASURE_READS"] != nil else { return }
        try measure("statistics") { _ = try store.read { try $0.statistics() } }
        try measure("all keys") { try store.read { try $0.forEachIndexKey { _, _, _ in } } }
        try measure("one document by digest") {
            let digest = Digest.of(withUnsafeBytes(of: Int64(777)) { Array($0) })
            let found = try store.read { try $0.provenance(ProvenanceQuery(filter: .document(digest))) }
            #expect(found.map(\.row.seq) == [777])
        }
        try lookUps(store, count, generator)
        try measure("a host") { () throws in
            #expect(try !store.read { try $0.provenance(ProvenanceQuery(filter: .host("host7.example.org"))) }.isEmpty)
        }
        try measure("all rows") { try store.read { try $0.forEachProvenance(ProvenanceQuery(limit: 0)) { _ in } } }
        try measure("the review queue") { () throws in
            #expect(try store.read { try $0.reviewQueue(limit: 100) }.count == 100)
        }
        // The shard is full to the cap here, so that a person's "synthetic" sends others out with it.
        for verdict in [Verdict.synthetic, .real] {
            try measure("a review: \(verdict)") {
                let review = ReviewDescription(document: 778, verdict: verdict, reviewer: "ada")
                _ = try store.write { try $0.review(review, timeMicroseconds: 1) }
            }
        }
        store.close()
        try measure("opening, and who is held") {
            let again = try Store.open(
                directory: directory.path, mode: .write,
                settings: StoreSettings(shards: ShardSettings(capPPM: 100_000, targetTokens: 10_000_000)))
            _ = try again.write { try $0.heldCount() }
            again.close()
        }
        let reader = try Store.open(directory: directory.path, mode: .read)
        try measure("verify without texts") { () throws in #expect(try reader.verify().count == 14) }
    }

    /// Documents here and there, in a process that has the store open: how long most of them take.
    private func lookUps(_ store: Store, _ count: Int, _ generator: SeededGenerator) throws {
        var (generator, times) = (generator, [Duration]())
        for round in 0..<6000 {
            let seq = Int64.random(in: 1...Int64(count), using: &generator)
            let digest = Digest.of(withUnsafeBytes(of: seq) { Array($0) })
            let query = ProvenanceQuery(filter: .document(digest), limit: 1)
            var found: [Int64] = []
            let time = try ContinuousClock().measure { () throws in
                found = try store.read { try $0.provenance(query).map(\.row.seq) }
            }
            #expect(found == [seq])
            // The first ones fill the page cache.
            if round >= 1000 { times.append(time) }
        }
        times.sort()
        print("cost: look-ups by document: p50 \(times[times.count / 2]), p99 \(times[times.count * 99 / 100])")
    }

    private func measure(_ name: String, _ body: () throws -> Void) throws {
        print("cost: \(name): \(try ContinuousClock().measure(body))")
    }
}
