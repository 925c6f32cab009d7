import SluiceCore
import SluiceDedup
import SluiceText
import Testing

@Suite("The index of kept documents")
struct DedupIndexTests {
    private func fingerprint(_ bands: [UInt32], key: UInt64 = 0) -> Fingerprint {
        let bytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? key >> (56 - 8 * $0) : 0) }
        return Fingerprint(contentKey: Digest(bytes: bytes) ?? Digest.of([]), bands: bands)
    }

    @Test("finds what a walk over all documents finds, while it grows")
    func bruteForce() {
        var random = SplitMix64(seed: 1)
        let parameters = DedupParameters(bands: 3, rows: 1)
        var index = DedupIndex(parameters: parameters)
        var all: [(seq: Int64, bands: [UInt32], key: UInt64)] = []
        for step in 0..<6000 {
            // Some keys are shared by many, some are neighbours, most are alone.
            let bands = (0..<3).map { _ in
                switch Int.random(in: 0..<4, using: &random) {
                case 0: UInt32.random(in: 0...400, using: &random)
                case 1: UInt32.max - UInt32.random(in: 0...400, using: &random)
                default: UInt32.random(in: 0 ... .max, using: &random)
                }
            }
            let key = UInt64.random(in: 0...500, using: &random) << 32 | UInt64.random(in: 0...3, using: &random)
            if step % 10 == 0 {
                let expected = all.filter { zip($0.bands, bands).contains { $0 == $1 } }.map(\.seq)
                #expect(index.candidates(bands, limit: .max) == expected)
                #expect(index.candidates(bands, limit: 3) == Array(expected.prefix(3)))
                #expect(index.exactCandidates(key) == all.filter { $0.key == key }.map(\.seq))
            }
            let seq = Int64(step) * 3 + 7
            index.insert(document: seq, fingerprint: fingerprint(bands, key: key))
            all.append((seq, bands, key))
        }
        #expect(index.count == 6000)
        #expect(index.fullBuckets == 0)
    }

    @Test("is the same when it is rebuilt from what the store keeps")
    func rebuilt() throws {
        var random = SplitMix64(seed: 2)
        var fingerprinter = Fingerprinter(parameters: DedupParameters(), limits: Limits())
        var index = DedupIndex(parameters: DedupParameters())
        var builder = DedupIndexBuilder(parameters: DedupParameters())
        let documents = (0..<500).map { _ in randomWords(20, using: &random) }
        for (seq, document) in documents.enumerated() {
            let fingerprint = fingerprinter.fingerprint(document)
            index.insert(document: Int64(seq), fingerprint: fingerprint)
            try fingerprint.packedBands.withUnsafeBytes {
                try builder.append(
                    document: Int64(seq), contentKeyPrefix: fingerprint.contentKey.prefix, packedBands: $0)
            }
        }
        #expect(throws: SluiceError.self) {
            try [UInt8](repeating: 0, count: 71).withUnsafeBytes {
                try builder.append(document: 500, contentKeyPrefix: 0, packedBands: $0)
            }
        }
        var rebuilt = builder.build()
        // What is added afterwards is found in both, too.
        let last = fingerprinter.fingerprint(randomWords(20, using: &random))
        for seq in Int64(500)..<700 {
            index.insert(document: seq, fingerprint: last)
            rebuilt.insert(document: seq, fingerprint: last)
        }
        #expect(rebuilt.candidates(last.bands, limit: 300) == index.candidates(last.bands, limit: 300))
        #expect(rebuilt.fullBuckets == index.fullBuckets)
        for document in documents {
            let fingerprint = fingerprinter.fingerprint(edited(document, rate: 0.1, using: &random))
            #expect(
                index.candidates(fingerprint.bands, limit: 10) == rebuilt.candidates(fingerprint.bands, limit: 10))
            let prefix = fingerprinter.fingerprint(document).contentKey.prefix
            #expect(rebuilt.exactCandidates(prefix) == index.exactCandidates(prefix))
        }
        #expect(rebuilt.count == 700)
    }

    @Test("built at once leaves out the same boilerplate as one document after the other")
    func builtBoilerplate() throws {
        let parameters = DedupParameters(bands: 2, rows: 1)
        var index = DedupIndex(parameters: parameters)
        var builder = DedupIndexBuilder(parameters: parameters)
        for seq in Int64(0)..<1000 {
            let one = fingerprint([seq % 3 == 0 ? 42 : UInt32(seq), UInt32(seq / 400)], key: UInt64(seq / 2) << 32)
            index.insert(document: seq, fingerprint: one)
            try one.packedBands.withUnsafeBytes {
                try builder.append(document: seq, contentKeyPrefix: one.contentKey.prefix, packedBands: $0)
            }
        }
        let built = builder.build()
        #expect(built.fullBuckets == index.fullBuckets && index.fullBuckets > 700)
        for key in [42, 1, 2, 998] as [UInt32] {
            #expect(built.candidates([key, 1], limit: 500) == index.candidates([key, 1], limit: 500))
        }
        #expect(built.exactCandidates(7 << 32) == [14, 15])
    }

    @Test("stops filing documents under a key that is boilerplate, and counts that")
    func boilerplate() {
        var index = DedupIndex(parameters: DedupParameters(bands: 2, rows: 1))
        for seq in 0..<1000 {
            index.insert(document: Int64(seq), fingerprint: fingerprint([42, UInt32(seq)], key: UInt64(seq) << 32))
        }
        #expect(index.candidates([42, 5000], limit: .max) == (0..<Int64(DedupIndex.bucketLimit)).map { $0 })
        #expect(index.candidates([41, 777], limit: .max) == [777])
        #expect(index.fullBuckets == 1000 - DedupIndex.bucketLimit)
    }

    @Test("takes no more than a quarter of a kilobyte a document")
    func memory() {
        var random = SplitMix64(seed: 3)
        var index = DedupIndex(parameters: DedupParameters())
        for seq in 0..<200_000 {
            let bands = (0..<18).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
            index.insert(document: Int64(seq), fingerprint: fingerprint(bands, key: random.next()))
            if seq > 20_000, seq % 1000 == 0 { #expect(index.memoryBytes <= 256 * index.count) }
        }
        #expect(index.fullBuckets == 0)
    }

    @Test("names the earliest document with the same words before any similar one")
    func exactFirst() throws {
        var random = SplitMix64(seed: 4)
        var kept = KeptDocuments()
        var fingerprinter = Fingerprinter(parameters: kept.parameters, limits: kept.limits)
        var index = DedupIndex(parameters: kept.parameters)
        let document = randomWords(200, using: &random)
        let similar = edited(document, rate: 0.005, using: &random)
        for (seq, words) in [(10, similar), (20, document), (30, randomWords(200, using: &random))] as [(Int64, Words)]
        {
            kept.words[seq] = words
            index.insert(document: seq, fingerprint: fingerprinter.fingerprint(words))
        }
        let exact = try index.findDuplicate(
            of: fingerprinter.fingerprint(document), words: document, limits: kept.limits, lookup: &kept)
        #expect(exact == DuplicateMatch(seq: 20, kind: .exact, similarity: 1))
        #expect(kept.questions == 0)
        let other = edited(document, rate: 0.005, using: &random)
        let near = try index.findDuplicate(
            of: fingerprinter.fingerprint(other), words: other, limits: kept.limits, lookup: &kept)
        let truth = try kept.shingles(of: near?.seq ?? 0)
            .jaccard(ShingleSet(other, parameters: kept.parameters, limits: kept.limits))
        #expect(near?.kind == .near)
        #expect(near?.similarity == truth)
        let stranger = randomWords(200, using: &random)
        let none = try index.findDuplicate(
            of: fingerprinter.fingerprint(stranger), words: stranger, limits: kept.limits, lookup: &kept)
        #expect(none == nil)
    }

    @Test("does not call documents equal because the first bytes of their content keys are")
    func equalPrefixes() throws {
        var random = SplitMix64(seed: 5)
        var kept = KeptDocuments()
        let (a, b) = (randomWords(50, using: &random), randomWords(50, using: &random))
        kept.words[1] = a
        var index = DedupIndex(parameters: kept.parameters)
        let key = Digest.of(b.normalized)
        index.insert(
            document: 1, fingerprint: Fingerprint(contentKey: key, bands: [UInt32](repeating: 1, count: 18)))
        let match = try index.findDuplicate(
            of: Fingerprint(contentKey: key, bands: [UInt32](repeating: 2, count: 18)), words: b,
            limits: kept.limits, lookup: &kept)
        #expect(match == nil)
    }

    @Test("asks for no more candidates than the limit allows")
    func boundedCandidates() throws {
        var random = SplitMix64(seed: 6)
        var kept = KeptDocuments()
        kept.limits.candidates = 5
        var index = DedupIndex(parameters: kept.parameters)
        for seq in 1...100 as ClosedRange<Int64> {
            kept.words[seq] = randomWords(20, using: &random)
            index.insert(document: seq, fingerprint: fingerprint([UInt32](repeating: 9, count: 18), key: UInt64(seq)))
        }
        let words = randomWords(20, using: &random)
        let match = try index.findDuplicate(
            of: fingerprint([UInt32](repeating: 9, count: 18), key: 1 << 60), words: words, limits: kept.limits,
            lookup: &kept)
        #expect(match == nil)
        #expect(kept.questions == 5)
    }
}
