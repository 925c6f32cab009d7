import CSluiceKernels
import SluiceCore
import SluiceDedup
import SluiceText
import Testing

@Suite("A fingerprint")
struct FingerprintTests {
    // Computed by a separate implementation of the definition, from the words "a b c d e f g" and "short".
    @Test("never changes for the same words")
    func pinned() {
        var tokenizer = Tokenizer()
        var fingerprinter = Fingerprinter(parameters: DedupParameters(bands: 2, rows: 3), limits: Limits())
        let seven = fingerprinter.fingerprint(tokenizer.tokenize(Array("A b, c d e. F g!".utf8)))
        #expect(seven.contentKey == Digest.of(Array("a b c d e f g".utf8)))
        #expect(seven.bands == [0x072F_8DD3, 0x46CA_7A42])
        #expect(fingerprinter.fingerprint(tokenizer.tokenize(Array("short".utf8))).bands == [0x0D26_E078, 0xADF8_E3AF])
    }

    @Test("has a key for each band, whatever their number", arguments: [(18, 6), (1, 1), (14, 8), (5, 3), (256, 1)])
    func bandCount(bands: Int, rows: Int) {
        var random = SplitMix64(seed: 1)
        var fingerprinter = Fingerprinter(parameters: DedupParameters(bands: bands, rows: rows), limits: Limits())
        let fingerprint = fingerprinter.fingerprint(randomWords(50, using: &random))
        #expect(fingerprint.bands.count == bands)
        #expect(Set(fingerprint.bands).count == bands)
        #expect(fingerprint.packedBands.count == 4 * bands)
    }

    @Test("does not depend on what was fingerprinted before")
    func scratch() {
        var random = SplitMix64(seed: 2)
        let documents = [700, 3, 5000, 1, 4, 5, 6, 1027].map { randomWords($0, using: &random) }
        var reused = Fingerprinter(parameters: DedupParameters(), limits: Limits())
        for document in documents {
            var fresh = Fingerprinter(parameters: DedupParameters(), limits: Limits())
            #expect(reused.fingerprint(document) == fresh.fingerprint(document))
        }
    }

    @Test("has minima that the vector kernel and plain arithmetic agree on", arguments: [1, 15, 16, 17, 108, 112])
    func kernel(lanes: Int) {
        var random = SplitMix64(seed: 3)
        for count in [0, 1, 2, 31, 500] {
            let values = (0..<count).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
            let a = (0..<lanes).map { _ in UInt32.random(in: 0 ... .max, using: &random) | 1 }
            let b = (0..<lanes).map { _ in UInt32.random(in: 0 ... .max, using: &random) }
            var minima = [UInt32](repeating: .max, count: lanes)
            sluice_minhash(values, count, a, b, &minima, lanes)
            let expected = (0..<lanes).map { lane in values.map { a[lane] &* $0 &+ b[lane] }.min() ?? .max }
            #expect(minima == expected)
        }
    }

    @Test("estimates the Jaccard similarity as well as theory allows", arguments: [0.02, 0.05, 0.15])
    func estimate(rate: Double) {
        var random = SplitMix64(seed: 4)
        let parameters = DedupParameters()
        var fingerprinter = Fingerprinter(parameters: parameters, limits: Limits())
        var errors = 0.0
        var squares = 0.0
        var variance = 0.0
        let values = parameters.bands * parameters.rows
        let trials = 600
        for _ in 0..<trials {
            let a = randomWords(300, using: &random)
            let b = edited(a, rate: rate, using: &random)
            let truth = ShingleSet(a, parameters: parameters, limits: Limits())
                .jaccard(ShingleSet(b, parameters: parameters, limits: Limits()))
            let equal = zip(fingerprinter.signature(a), fingerprinter.signature(b)).count { $0 == $1 }
            let error = Double(equal) / Double(values) - truth
            errors += error
            squares += error * error
            variance += truth * (1 - truth) / Double(values)
        }
        let bias = errors / Double(trials)
        let spread = (variance / Double(trials)).squareRoot()
        #expect(abs(bias) < 4 * spread / Double(trials).squareRoot())
        #expect((0.85...1.15).contains((squares / variance).squareRoot()))
    }

    @Test("of a huge document counts its first shingles only")
    func cap() {
        var random = SplitMix64(seed: 5)
        let document = randomWords(500, using: &random)
        var limits = Limits()
        limits.shingles = 100
        var capped = Fingerprinter(parameters: DedupParameters(), limits: limits)
        var whole = Fingerprinter(parameters: DedupParameters(), limits: Limits())
        let start = Words(hashes: Array(document.hashes[..<104]))
        #expect(capped.signature(document) == whole.signature(start))
        #expect(
            ShingleSet(document, parameters: DedupParameters(), limits: limits)
                == ShingleSet(start, parameters: DedupParameters(), limits: Limits()))
    }

    @Test("refuses parameters that make no sense, and says which")
    func validation() throws {
        #expect(try DedupParameters().validated() == DedupParameters())
        for (parameters, key) in [
            (DedupParameters(shingleWords: 0), "shingle_words"), (DedupParameters(bands: 0), "bands"),
            (DedupParameters(rows: -1), "rows"), (DedupParameters(threshold: 0), "threshold"),
            (DedupParameters(threshold: 1.01), "threshold"), (DedupParameters(threshold: .nan), "threshold"),
            (DedupParameters(bands: .max, rows: .max), "bands"),
        ] {
            let error = #expect(throws: SluiceError.self) { try parameters.validated() }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("dedup.\(key) ") == true)
        }
    }
}

@Suite("A shingle set")
struct ShingleSetTests {
    @Test("has the Jaccard similarity that sets of word 5-grams have")
    func agreesWithSets() {
        var random = SplitMix64(seed: 6)
        for _ in 0..<300 {
            // Few different words, so that 5-grams repeat.
            func document() -> [UInt64] {
                (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt64.random(in: 1...2, using: &random) }
            }
            let (a, b) = (document(), document())
            func grams(_ words: [UInt64]) -> Set<[UInt64]> {
                if words.count < 5 { return words.isEmpty ? [] : [words] }
                return Set((0...(words.count - 5)).map { Array(words[$0..<($0 + 5)]) })
            }
            let common = grams(a).intersection(grams(b)).count
            let all = grams(a).union(grams(b)).count
            let x = ShingleSet(Words(hashes: a), parameters: DedupParameters(), limits: Limits())
            let y = ShingleSet(Words(hashes: b), parameters: DedupParameters(), limits: Limits())
            #expect(x.count == grams(a).count)
            #expect(x.jaccard(y) == (all == 0 ? 1 : Double(common) / Double(all)))
            #expect(x.jaccard(y) == y.jaccard(x))
        }
    }

    @Test("is ascending and distinct, also where words repeat or hashes are not random")
    func order() {
        var random = SplitMix64(seed: 7)
        for count in [0, 1, 4, 5, 6, 31, 36, 37, 100, 5000] {
            for distinct in [1, 2, 3, 10, 1_000_000] as [UInt64] {
                let hashes = (0..<count).map { _ in UInt64.random(in: 0..<distinct, using: &random) }
                let set = ShingleSet(
                    Words(hashes: hashes), parameters: DedupParameters(shingleWords: 1), limits: Limits())
                #expect(zip(set.hashes, set.hashes.dropFirst()).allSatisfy { $0 < $1 })
                #expect(set.count == Set(hashes).count)
            }
        }
    }
}
