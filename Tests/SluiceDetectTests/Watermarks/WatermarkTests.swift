import Foundation
import SluiceCore
import SluiceDetect
import Testing

@Suite(.serialized) struct `A watermark` {
    /// A language of words that are one token each, and a generator that favours what a mark favours.
    private struct Toy {
        static let words = (0..<800).map { number in
            " w"
                + String(number).map { ["a", "b", "c", "d", "e", "f", "g", "h", "i", "k"][$0.wholeNumberValue ?? 0] }
                .joined()
        }
        /// The numbers of its tokens start behind those of the bytes.
        static let first = 256

        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("toy-\(UUID().uuidString)")
        var vocabulary: String { folder.appendingPathComponent("toy.tiktoken").path }

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let bytes = (0..<Toy.first).map { Data([UInt8($0)]) }
            let lines = (bytes + Toy.words.map { Data($0.utf8) }).enumerated().map {
                "\($0.element.base64EncodedString()) \($0.offset)\n"
            }
            try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: vocabulary))
        }

        func settings(_ scheme: WatermarkScheme, keys: String) -> WatermarkSettings {
            var settings = WatermarkSettings()
            settings.scheme = scheme.rawValue
            settings.keys = keys
            settings.vocabulary = vocabulary
            return settings
        }

        /// `count` tokens, each chosen from thirty by the chances that `mark` gives these after the tokens before.
        func text(_ count: Int, seed: UInt64, mark: ([Int], [Int]) -> [Double] = { $1.map { _ in 1 } }) -> [UInt8] {
            var random = SplitMix64(seed: seed)
            var tokens: [Int] = []
            while tokens.count < count {
                // Frequent words are frequent here too: the square of a uniform number.
                let choices = (0..<30).map { _ in
                    Toy.first + Int(pow(Double.random(in: 0..<1, using: &random), 2) * Double(Toy.words.count))
                }
                let chances = mark(tokens, choices)
                var place = Double.random(in: 0..<chances.reduce(0, +), using: &random)
                tokens.append(
                    choices[
                        chances.firstIndex {
                            place -= $0; return place < 0
                        } ?? 0])
            }
            return Array(tokens.map { Toy.words[$0 - Toy.first] }.joined().utf8)
        }
    }

    private static let layers = (0..<30).map { String(($0 * 7919 + 654) % 1000) }.joined(separator: ",")

    /// What the schemes' publications say of the chances of tokens after those before, written down anew.
    private static func mark(_ scheme: WatermarkScheme, keys: [UInt64]) -> ([Int], [Int]) -> [Double] {
        var lists: [Int: Set<UInt32>] = [:]
        func green(_ previous: Int) -> Set<UInt32> {
            if let known = lists[previous] { return known }
            var random = TorchRandom(seed: keys[0] * UInt64(previous))
            let size = Toy.first + Toy.words.count
            lists[previous] = Set(random.permutation(of: size, prefix: size / 4))
            return lists[previous] ?? []
        }
        func step(_ hash: Int64, _ data: Int) -> Int64 { (hash &+ Int64(data)) &* 6_364_136_223_846_793_005 &+ 1 }
        var table: [Int64] = []
        var twister = TorchRandom(seed: 0)
        for _ in 0..<65_536 { table.append(Int64(twister.next() % 2)) }
        // SHA-256 of the keys, 64 bits each, little-endian; as a number modulo 2^63 - 1, by long division.
        let digest = Digest.of(
            keys.flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key >> (8 * UInt64($0))) } })
        var start: UInt64 = 0
        for byte in digest.bytes {
            for bit in (0..<8).reversed() {
                start = start << 1 | UInt64(byte >> UInt8(bit) & 1)
                if start >= UInt64(Int64.max) { start -= UInt64(Int64.max) }
            }
        }
        return { before, choices in
            switch scheme {
            case .greenListTorch:
                guard let previous = before.last else { return choices.map { _ in 1 } }
                return choices.map { green(previous).contains(UInt32($0)) ? exp(2) : 1 }
            case .greenListKeyed:
                guard let previous = before.last else { return choices.map { _ in 1 } }
                return choices.map { token in
                    var z = keys[0] ^ (UInt64(previous) &* 0x9E37_79B9_7F4A_7C15)
                    z = z &+ UInt64(token) &* 0x2436_8C2B_4DE2_F4A1
                    for _ in 0..<2 {
                        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
                        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
                        z = z ^ (z >> 31)
                    }
                    return Double(z >> 11) / pow(2, 53) < 0.25 ? exp(2) : 1
                }
            case .tournament, .tournamentTorch:
                var chances = choices.map { _ in 1 / Double(choices.count) }
                guard before.count >= 4 else { return chances }
                let isTable = scheme == .tournamentTorch
                let first = isTable ? 1 : Int64(start)
                let hashes: [Int64] = choices.map { token in
                    let gram: [Int] = before.suffix(4) + [token]
                    return gram.reduce(first) { step($0, $1) }
                }
                for key in keys {
                    let bits: [Double] = hashes.map { hash in
                        var g = step(hash, Int(key))
                        if isTable { return Double(table[Int(((g % 65_536) + 65_536) % 65_536)]) }
                        for _ in 0..<12 { g = step(g, 1) >> 5 }
                        return (g >> 30) & 1 == 1 ? 1 : 0
                    }
                    // Of two that are drawn the one with the bit goes on, or either where both have it or neither.
                    let mass = zip(chances, bits).reduce(0) { $0 + $1.0 * $1.1 }
                    chances = zip(chances, bits).map { $0 * (1 + $1 - mass) }
                }
                return chances
            }
        }
    }

    private static func keys(_ scheme: WatermarkScheme) -> String {
        scheme == .greenListTorch || scheme == .greenListKeyed ? "15485863" : layers
    }

    @Test(arguments: WatermarkScheme.allCases)
    func `is found with its key, and with no other`(scheme: WatermarkScheme) throws {
        let toy = try Toy()
        defer { try? FileManager.default.removeItem(at: toy.folder) }
        let keys = Self.keys(scheme)
        let mark = Self.mark(scheme, keys: keys.split(separator: ",").compactMap { UInt64($0) })
        let test = try #require(try WatermarkTest(toy.settings(scheme, keys: keys)))
        let other = try #require(
            try WatermarkTest(
                toy.settings(scheme, keys: keys.split(separator: ",").map { "1\($0)" }.joined(separator: ","))))
        var wrong = 0.0
        for seed in 1...10 as ClosedRange<UInt64> {
            let marked = toy.text(300, seed: seed, mark: mark)
            let (tokens, z) = test.score(marked)
            #expect(tokens > 250 && z > 4, "\(tokens) \(z)")
            #expect(WatermarkTest.weight(z: z, tokens: tokens) > 1)
            #expect(abs(other.score(marked).z) < 4)
            wrong += other.score(marked).z
            #expect(abs(test.score(toy.text(300, seed: seed)).z) < 4)
        }
        // By the published hash of SynthID, keys at round distances from the true ones, as here, are not independent.
        #expect(abs(wrong) / 10 < (scheme == .tournament ? 3 : 1.3), "\(wrong)")
    }

    @Test(arguments: WatermarkScheme.allCases)
    func `is not found in what has none`(scheme: WatermarkScheme) throws {
        let toy = try Toy()
        defer { try? FileManager.default.removeItem(at: toy.folder) }
        let test = try #require(try WatermarkTest(toy.settings(scheme, keys: Self.keys(scheme))))
        let count = scheme == .greenListTorch ? 150 : 500
        let scores = (0..<count).map { test.score(toy.text(200, seed: 1000 + UInt64($0))).z }
        #expect(scores.count { abs($0) <= 3 } >= count * 99 / 100)
        let mean = scores.reduce(0, +) / Double(count)
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        #expect(abs(mean) < 4 / Double(count).squareRoot() && (0.7...1.35).contains(variance), "\(mean) \(variance)")
    }

    @Test func `counts what is said again once`() throws {
        let toy = try Toy()
        defer { try? FileManager.default.removeItem(at: toy.folder) }
        for scheme in WatermarkScheme.allCases {
            let test = try #require(try WatermarkTest(toy.settings(scheme, keys: Self.keys(scheme))))
            let once = toy.text(40, seed: 5)
            let often = Array(repeating: once, count: 30).flatMap { $0 }
            #expect(test.score(often).tokens <= test.score(once).tokens + 5)
        }
    }

    @Test func `weighs as much as its likelihood ratio`() {
        // A share of a hundredth bears it: without a mark hardly anything is known, with a plain one much.
        for tokens in [16, 100, 1000, 4000] {
            var last = -1.0
            for z in stride(from: -100.0, through: 12, by: 0.5) {
                let weight = WatermarkTest.weight(z: z, tokens: tokens)
                #expect(weight >= last && weight >= log(1 - WatermarkTest.bearing) - 1e-9)
                last = weight
            }
            #expect(abs(WatermarkTest.weight(z: 0, tokens: tokens)) < 0.011)
        }
        // By hand: s = 50, 2/√51 · exp(½·36·50/51) · Φ(5.94) = 1.29·10⁷, a hundredth of it 1.29·10⁵.
        #expect(abs(WatermarkTest.weight(z: 6, tokens: 200) - 11.77) < 0.02)
        #expect(WatermarkTest.weight(z: 1e6, tokens: 4000).isFinite)
        #expect(WatermarkTest.weight(z: -1e6, tokens: 4000) < 0)
    }

    @Test func `that is not asked for costs nothing and says nothing`() throws {
        #expect(try WatermarkTest(WatermarkSettings()) == nil)
    }

    @Test func `cannot be looked for with a wrong key, a missing file or half a vocabulary`() throws {
        let toy = try Toy()
        defer { try? FileManager.default.removeItem(at: toy.folder) }
        func code(_ change: (inout WatermarkSettings) -> Void) -> SluiceError.Code? {
            var settings = toy.settings(.greenListKeyed, keys: "7")
            change(&settings)
            return #expect(throws: SluiceError.self) { _ = try WatermarkTest(settings) }?.code
        }
        for keys in ["", "seven", "1,2", "-1", "99999999999999999999"] {
            #expect(code { $0.keys = keys } == .configuration)
        }
        #expect(
            code {
                $0.scheme = "synthid"; $0.keys = "1,,2"
            } == .configuration)
        #expect(code { $0.vocabulary = "" } == .configuration)
        #expect(code { $0.vocabulary = "/nonexistent" } == .configuration)
        #expect(code { $0.vocabularySize = 3 } == .configuration)
        for text in ["YQ== 0\n", "YQ== 0\n!!! 1\n", "YQ==\n", "YQ== x\n", ""] {
            let path = toy.folder.appendingPathComponent("broken").path
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(code { $0.vocabulary = path } == .configuration)
        }
    }

    @Test func `is drawn from PyTorch's random numbers`() {
        // MT19937's first numbers, and torch.manual_seed(0); torch.randperm(10).
        var random = TorchRandom(seed: 0)
        #expect((0..<4).map { _ in random.next() } == [2_357_136_044, 2_546_248_239, 3_071_714_933, 3_626_093_760])
        random = TorchRandom(seed: 5489)
        for _ in 0..<9999 { _ = random.next() }
        #expect(random.next() == 4_123_659_995)
        random = TorchRandom(seed: 0)
        #expect(Array(random.permutation(of: 10, prefix: 10)) == [4, 1, 7, 5, 3, 9, 0, 8, 6, 2])
        random = TorchRandom(seed: 0)
        #expect(Array(random.permutation(of: 10, prefix: 3)) == [4, 1, 7])
        #expect(random.permutation(of: 0, prefix: 5).isEmpty)
    }
}
