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
        let store = try Sample.fill(directory, [], settings: ShardSettings(capPPM: 100_000, targetTokens: 10_000_000))
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
                entry.row.judgement?.evidence = String(repeating: "x", count: 380)
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
        try measure("verify without texts") { () throws in #expect(try store.verify().count == 14) }
    }

    private func measure(_ name: String, _ body: () throws -> Void) throws {
        print("cost: \(name): \(try ContinuousClock().measure(body))")
    }
}
