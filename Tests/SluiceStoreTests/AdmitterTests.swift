import SluiceLedger
import SluiceStore
import Testing

/// The rules of admission, written as slowly and plainly as they can be said: everything is recomputed each time.
private struct SlowModel {
    var settings: ShardSettings
    /// Shards by number from 1: settings, members in order, sealed or not.
    var shards: [(members: [Admitter.Document], isSealed: Bool)] = []
    var held: [Admitter.Document] = []

    private func obeys(_ members: [Admitter.Document]) -> Bool {
        let synthetic = members.reduce(0) { $0 + $1.synthetic }
        let real = members.reduce(0) { $0 + $1.real }
        return synthetic * 1_000_000 <= settings.capPPM * real
    }

    private mutating func tryToAdmit(_ document: Admitter.Document) -> Bool {
        if let last = shards.last, !last.isSealed {
            guard obeys(last.members + [document]) else { return false }
            shards[shards.count - 1].members.append(document)
        } else {
            guard obeys([document]) else { return false }
            shards.append(([document], false))
        }
        let mass = shards[shards.count - 1].members.reduce(0) { $0 + $1.synthetic + $1.real }
        if mass / 1000 >= settings.targetTokens { shards[shards.count - 1].isSealed = true }
        return true
    }

    private func canNeverFit(_ document: Admitter.Document) -> Bool {
        document.synthetic * 1_000_000 > settings.capPPM * (1000 * (settings.targetTokens - 1) + document.real)
    }

    mutating func place(_ document: Admitter.Document) -> Bool {
        guard tryToAdmit(document) else {
            held.append(document)
            return false
        }
        while let index = held.firstIndex(where: { !canNeverFit($0) }), tryToAdmit(held[index]) {
            held.remove(at: index)
        }
        return true
    }
}

@Suite("The admitter")
struct AdmitterTests {
    private static func document(_ seq: Int64, _ generator: inout SeededGenerator, longest: Int64)
        -> Admitter.Document
    {
        let mass = 1000 * Int64.random(in: 1...longest, using: &generator)
        let synthetic: Int64 =
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: 0
            case 1: mass
            case 2: mass / 10
            default: Int64.random(in: 0...mass, using: &generator)
            }
        return Admitter.Document(seq: seq, synthetic: synthetic, real: mass - synthetic)
    }

    @Test("admits, holds and seals as the slow model does, step by step", arguments: 1...60)
    func model(seed: Int) {
        var generator = SeededGenerator(UInt64(seed))
        let settings = ShardSettings(
            capPPM: [0, 1, 50_000, 100_000, 333_333, 1_000_000].randomElement(using: &generator) ?? 0,
            targetTokens: Int64.random(in: 1...3000, using: &generator))
        var admitter = Admitter(settings: settings)
        var model = SlowModel(settings: settings)
        var totals: [Int64: ShardTotals] = [:]
        var members: [Int64: [Int64]] = [:]
        var sealed: Set<Int64> = []
        for seq in Int64(1)...400 {
            let document = AdmitterTests.document(seq, &generator, longest: seed % 2 == 0 ? 100 : 1000)
            var steps: [Admitter.Step] = []
            #expect(admitter.place(document, &steps) == model.place(document))
            #expect(admitter.heldCount == model.held.count)
            for step in steps {
                switch step {
                case .open(let shard, let with):
                    #expect(with == settings)
                    #expect(totals[shard] == nil)
                    #expect(shard == Int64(totals.count) + 1)
                    totals[shard] = ShardTotals()
                case .seal(let shard): #expect(sealed.insert(shard).inserted)
                case .admit(let shard, let document, let after):
                    #expect(!sealed.contains(shard))
                    #expect(after.documents == (totals[shard]?.documents ?? -1) + 1)
                    #expect(after.synthetic * 1_000_000 <= settings.capPPM * after.real)
                    totals[shard] = after
                    members[shard, default: []].append(document)
                case .withdraw: Issue.record("nothing was reviewed")
                }
            }
        }
        #expect(members.count == model.shards.count)
        for (index, shard) in model.shards.enumerated() {
            #expect(members[Int64(index) + 1] == shard.members.map(\.seq))
            #expect(sealed.contains(Int64(index) + 1) == shard.isSealed)
        }
    }

    @Test("passes over a held document for which a shard that is still open never has room", arguments: [99, 100, 101])
    func oversized(words: Int64) {
        var admitter = Admitter(settings: ShardSettings(capPPM: 100_000, targetTokens: 1000))
        var steps: [Admitter.Step] = []
        _ = admitter.place(Admitter.Document(seq: 1, synthetic: 1000 * words, real: 0), &steps)
        _ = admitter.place(Admitter.Document(seq: 2, synthetic: 10_000, real: 0), &steps)
        for seq in Int64(3)...400 {
            _ = admitter.place(Admitter.Document(seq: seq, synthetic: 0, real: 90_000), &steps)
        }
        // A shard that holds 999 tokens by people is open yet, and has room for 99 by a machine.
        #expect(admitter.heldCount == (words > 99 ? 1 : 0))
    }

    @Test("writes a cap down in millionths, and never as more than it is")
    func millionths() {
        let caps = [(0.1, 100_000), (0.07, 70_000), (0.29, 290_000), (1, 1_000_000), (0, 0), (0.0000019, 1), (1e-9, 0)]
        for (cap, millionths) in caps { #expect(ShardSettings.ppm(cap) == Int64(millionths), "\(cap)") }
        for ppm in Int64(0)...1_000_000 { #expect(ShardSettings.ppm(Double(ppm) / 1_000_000) == ppm) }
    }

    @Test("takes no notice of batches, restarts or failed transactions", arguments: 1...6)
    func restarts(seed: Int) throws {
        var generator = SeededGenerator(UInt64(seed) &* 7919)
        let settings = ShardSettings(capPPM: 100_000, targetTokens: 900)
        var entries: [StoreEntry] = []
        for seq in Int64(1)...120 {
            let document = AdmitterTests.document(seq, &generator, longest: 120)
            let tokens = Int((document.synthetic + document.real) / 1000)
            entries.append(Sample.kept(seq, synthetic: document.synthetic, tokens: tokens))
        }
        let whole = TemporaryDirectory()
        let expected = try Self.image(try Sample.fill(whole, entries, settings: settings))
        #expect(expected.contains { $0.hasPrefix("shard 2") })

        let pieces = TemporaryDirectory()
        var store = try Sample.fill(pieces, [], settings: settings)
        var start = 0
        while start < entries.count {
            let end = min(start + Int.random(in: 1...30, using: &generator), entries.count)
            if Bool.random(using: &generator) {
                store.close()
                store = try Store.open(
                    directory: pieces.path, mode: .write,
                    settings: StoreSettings(shards: settings, deduplication: "x=1"))
            }
            if Bool.random(using: &generator) {
                struct Stop: Error {}
                #expect(throws: (any Error).self) {
                    try store.write { writer in
                        try writer.append(Array(entries[start..<end]), run: 1, timeMicroseconds: 1)
                        throw Stop()
                    }
                }
            }
            try store.write { writer in
                try writer.append(Array(entries[start..<end]), run: 1, timeMicroseconds: 1)
                try writer.setProgress(Sample.progress(Array(entries[..<end])), ofSource: 1)
            }
            start = end
        }
        #expect(try Self.image(store) == expected)
        #expect(try store.verifyAll().allSatisfy(\.passed))
    }

    /// Everything about the shards of a store, line by line.
    private static func image(_ store: Store) throws -> [String] {
        try store.read { reader throws in
            var lines: [String] = []
            for shard in try reader.shards() {
                lines.append("shard \(shard.id) \(shard.isSealed) \(shard.totals)")
                try reader.forEachAdmitted(toShard: shard.id) { lines.append("\($0.admission) \($0.row.seq)") }
            }
            return lines + (try Sample.held(reader).map { "held \($0)" })
        }
    }
}
