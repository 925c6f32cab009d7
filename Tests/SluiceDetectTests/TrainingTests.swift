import Foundation
import SluiceCore
import SluiceDetect
import SluiceText
import Testing

@Suite("Training and evaluation")
struct TrainingTests {
    @Test("The same texts and seed give the same bytes, another seed learns from other crops")
    func deterministic() async throws {
        let examples = Samples.corpus(200, seed: 1)
        let calibration = Samples.corpus(100, seed: 2)
        func model(_ seed: UInt64) async throws -> DetectorModel {
            var options = Samples.options
            options.seed = seed
            return try await DetectorTrainer(options).train(examples, calibration: calibration)
        }
        let first = try await model(1)
        #expect(try await model(1).encoded() == first.encoded())
        // The calibration is fitted on crops too; the seed itself stands in the file.
        #expect(try await model(2).calibration != first.calibration)
    }

    @Test("One worker and several, more than there are domains included, give the same bytes", arguments: [2, 3, 64])
    func workers(_ workers: Int) async throws {
        var options = Samples.options
        options.unseenShare = 0.3
        let (examples, calibration) = (Samples.corpus(200, seed: 1), Samples.corpus(100, seed: 2))
        func train(_ workers: Int) async throws -> (bytes: [UInt8], lines: Int) {
            var lines = 0
            let model = try await DetectorTrainer(options).train(
                examples, calibration: calibration, workers: workers
            ) { _ in lines += 1 }
            return (model.encoded(), lines)
        }
        let one = try await train(1)
        let several = try await train(workers)
        #expect(several.bytes == one.bytes)
        #expect(one.lines == 4)
        #expect(several.lines == 4)
    }

    @Test("Where the texts settle nothing, the weights are as large as the frequencies that they are pulled to")
    func ratioPull() async throws {
        let (examples, calibration) = (Samples.corpus(200, seed: 1), Samples.corpus(100, seed: 2))
        func strongest(_ pull: Double) async throws -> Double {
            var options = Samples.options
            options.penalty = 1e6
            options.ratioPull = pull
            let model = try await DetectorTrainer(options).train(examples, calibration: calibration)
            return try #require(model.strongest.first).weight
        }
        let (none, single, double) = (try await strongest(0), try await strongest(2), try await strongest(4))
        #expect(abs(none) < 0.01)
        #expect(single > 1)
        #expect(abs(double / single - 2) < 0.01)
        for pull in [-1, .nan, .infinity] {
            await #expect(throws: SluiceError.self) { _ = try await strongest(pull) }
        }
    }

    @Test("What is learnt of supplements is learnt from the texts, and not from how often words stand in them")
    func supplements() async throws {
        let (examples, calibration) = (Samples.corpus(200, seed: 1), Samples.corpus(100, seed: 2))
        func model(penalty: Double, isSupplement: Bool) async throws -> DetectorModel {
            var options = Samples.options
            options.penalty = penalty
            let more = (0..<60).map { number in
                var text = examples[number]
                text.text = Array("\(String(decoding: text.text, as: UTF8.self)) theta theta".utf8)
                text.isSynthetic = true
                text.isSupplement = isSupplement
                return text
            }
            return try await DetectorTrainer(options).train(examples + more, calibration: calibration)
        }
        func weight(_ model: DetectorModel) -> Double { model.strongest.first { $0.text == "theta" }?.weight ?? 0 }
        // Where the texts settle nothing, a supplement's words weigh nothing; those of other texts do.
        #expect(weight(try await model(penalty: 1e6, isSupplement: false)) > 0.5)
        #expect(weight(try await model(penalty: 1e6, isSupplement: true)) < 0.1)
        #expect(weight(try await model(penalty: 0.1, isSupplement: true)) > 0.5)
    }

    @Test("A model that is learnt on from keeps its features and goes by the new texts where they gainsay it")
    func base() async throws {
        let base = try await Samples.toy.value
        // People who write with ten of the words that only machines used in what the model was made of.
        let people = Samples.corpus(300, seed: 5).filter(\.isSynthetic).map { text in
            var text = text
            let words = String(decoding: text.text, as: UTF8.self).split(separator: " ").map { word in
                word.hasPrefix("alpha") ? "alpha\(word.suffix(1))" : String(word)
            }
            text.text = Array(words.joined(separator: " ").utf8)
            text.isSynthetic = false
            text.domain = "forum"
            return text
        }
        let new = Array(people.prefix(90)) + Samples.corpus(60, seed: 6)
        func learnt(penalty: Double, baseShare: Double = 0) async throws -> DetectorModel {
            var options = Samples.options
            options.penalty = penalty
            options.baseShare = baseShare
            return try await DetectorTrainer(options, base: base).train(new, calibration: Samples.corpus(100, seed: 2))
        }
        func accused(_ model: DetectorModel) throws -> Double {
            let rows = DetectorEvaluation(model: model, examples: Array(people.dropFirst(90))).rows
            return try #require(rows.first?.falseVerdicts)
        }
        let (free, bound) = (try await learnt(penalty: 0.1), try await learnt(penalty: 1e6))
        #expect(try accused(base) > 0.5)
        #expect(try accused(bound) > 0.5)
        #expect(try accused(free) < 0.5 * accused(bound))
        // The more of the base's weights it keeps, the less it has learnt.
        let (half, most) = (
            try await learnt(penalty: 0.1, baseShare: 0.5), try await learnt(penalty: 0.1, baseShare: 0.95)
        )
        #expect(try accused(free) < accused(half))
        #expect(try accused(half) < accused(most))
        #expect(try accused(most) > 0.5)
        #expect(free.vocabularyCount == base.vocabularyCount)
        #expect(free.phrases == base.phrases)
        // Where the texts settle nothing it ranks as the model that it was.
        func rank(_ model: DetectorModel) throws -> Double {
            let rows = DetectorEvaluation(model: model, examples: Samples.corpus(200, seed: 7)).rows
            return try #require(rows.first?.auroc)
        }
        #expect(abs(try rank(bound) - rank(base)) < 0.002)
    }

    @Test("Numbers are never kept as words of their own, from nothing and from a base that kept them")
    func numerals() async throws {
        func numbered(_ count: Int, seed: UInt64) -> [LabelledText] {
            Samples.corpus(count, seed: seed).map { text in
                var text = text
                text.text += Array((text.isSynthetic ? " 1 2 3" : " 7 2019 04").utf8)
                return text
            }
        }
        func model(_ examples: [LabelledText]) async throws -> DetectorModel {
            try await DetectorTrainer(Samples.options).train(examples, calibration: Samples.corpus(100, seed: 2))
        }
        let without = try await model(Samples.corpus(200, seed: 1))
        let with = try await model(numbered(200, seed: 1))
        #expect(with.vocabularyCount == without.vocabularyCount)
        // What ships was learnt on from one that kept them.
        let old = try DetectorModel.load(
            path: Samples.root.appendingPathComponent("Benchmarks/detector/base.model").path)
        let shipped = try DetectorModel.load(path: Samples.shipped)
        #expect(shipped.vocabularyCount < old.vocabularyCount)
    }

    @Test("A lexicon moves what the weights are pulled to, and keeps its words where they would be masked")
    func lexicon() async throws {
        let (examples, calibration) = (Samples.corpus(200, seed: 1), Samples.corpus(100, seed: 2))
        func model(_ lexicon: String, _ change: (inout DetectorTrainer.Options) -> Void) async throws -> DetectorModel {
            var options = Samples.options
            options.lexicon = try Samples.lexicon(lexicon)
            change(&options)
            return try await DetectorTrainer(options).train(examples, calibration: calibration)
        }
        let pulled = try await model("# nats\n\nOmega1\t9\nalpha2\t-9\nalpha3 omega3 unheard\t1\n") {
            $0.penalty = 1e6
        }
        #expect(pulled.strongest.first?.text == "omega1")
        #expect(pulled.strongest.last?.text == "alpha2")
        #expect(pulled.figures.contains { $0.name == "lexicon.entries" && $0.value == 3 })
        // There are three domains, so that nothing is kept but what the lexicon has and the texts too.
        let masked = try await model("alpha4 alpha5\t0\nunheard\t0\n") { $0.minimumDomains = 4 }
        #expect(masked.vocabularyCount == 2)
    }

    @Test(
        "A lexicon is refused with the line where it is none",
        arguments: [
            "of the people by\t1", "\t1", "!\t1", "word", "word 1", "word\tmuch", "word\tnan", "word\t11", "word\t1\t2",
            "Of The\t1\nof  the\t2",
        ])
    func lexiconErrors(lines: String) throws {
        let error = #expect(throws: SluiceError.self) { _ = try Samples.lexicon("# words\tnats\n\(lines)\n") }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("line \(lines.split(separator: "\n").count + 1): expected") == true)
    }

    @Test("Two kinds of text that differ in their words are told apart, calibrated, on texts not seen before")
    func learns() async throws {
        let evaluation = DetectorEvaluation(model: try await Samples.toy.value, examples: Samples.corpus(400, seed: 3))
        let all = try #require(evaluation.rows.first)
        #expect(all.human + all.synthetic + all.abstained == 400)
        #expect(all.abstained < 20)
        #expect(try #require(all.auroc) > 0.95)
        #expect(try #require(all.calibrationError) < 0.1)
    }

    @Test("Labels drawn at random teach nothing, if they are not refused")
    func chance() async throws {
        var random = Seeded(state: 8)
        func shuffled(_ texts: [LabelledText]) -> [LabelledText] {
            texts.map { text in
                var text = text
                text.isSynthetic = random.below(2) == 0
                return text
            }
        }
        let (examples, others) = (shuffled(Samples.corpus(400, seed: 1)), shuffled(Samples.corpus(200, seed: 2)))
        guard let model = try? await DetectorTrainer(Samples.options).train(examples, calibration: others) else {
            return
        }
        let evaluation = DetectorEvaluation(model: model, examples: shuffled(Samples.corpus(400, seed: 3)))
        let auroc = try #require(evaluation.rows.first?.auroc)
        #expect(abs(auroc - 0.5) < 0.1)
        #expect(try #require(evaluation.rows.first?.trueVerdicts) < 0.2)
    }

    @Test("Data that lack a label are refused")
    func oneLabel() async {
        let texts = Samples.corpus(20, seed: 1)
        let human = texts.filter { !$0.isSynthetic }
        let trainer = DetectorTrainer(Samples.options)
        for (examples, calibration) in [(human, texts), (texts, human), ([], [])] {
            await #expect(throws: SluiceError.self) {
                _ = try await trainer.train(examples, calibration: calibration)
            }
        }
    }

    @Test("An evaluation lists every domain, and a domain of one label says what it borrows")
    func rows() async throws {
        var texts = Samples.corpus(60, seed: 4)
        for index in texts.indices where texts[index].domain == "domain0" { texts[index].isSynthetic = false }
        let evaluation = DetectorEvaluation(model: try await Samples.toy.value, examples: texts)
        let domains = evaluation.rows.filter { $0.kind == "domain" }
        #expect(domains.map(\.name) == ["domain0", "domain1", "domain2"])
        #expect(domains.map(\.borrowed) == ["synthetic", nil, nil])
        #expect(domains[0].trueVerdicts == nil)
        #expect(evaluation.table.split(separator: "\n").count >= 6)
        let every = evaluation.rows[1]
        #expect(every.kind == "every" && every.abstained == 0 && every.human + every.synthetic == 60)
        #expect(evaluation.table.contains("domain domain0 *") && evaluation.table.contains("\n* lacks one label"))
        #expect(evaluation.json.hasPrefix("{\"rows\":[{\"kind\":\"all\""))
    }

    @Test(
        "The shipped model reaches on dev what its card says",
        .enabled(if: (try? Samples.labelledTexts(Samples.dev)) != nil, "needs ../shared/detector-data/dev.jsonl.gz"))
    func card() throws {
        let model = try DetectorModel.load(path: Samples.shipped)
        let dev = try #require(try Samples.labelledTexts(Samples.dev))
        let all = try #require(DetectorEvaluation(model: model, examples: dev).rows.first)
        let card = Dictionary(uniqueKeysWithValues: model.figures.map { ($0.name, $0.value) })
        let auroc = try #require(card["dev.auroc"])
        #expect(auroc >= 0.985)
        #expect(abs(try #require(all.auroc) - auroc) < 0.002)
        #expect(abs(try #require(all.found1) - (try #require(card["dev.tpr-at-1"]))) < 0.02)
        #expect(try #require(all.falseVerdicts) <= 0.01)
        #expect(try #require(all.calibrationError) <= 0.03)
    }

    @Test("Leaving a domain out is measured for every domain, and its scores temper the calibration")
    func unseen() async throws {
        var options = Samples.options
        options.unseenShare = 0.5
        let model = try await DetectorTrainer(options).train(
            Samples.corpus(400, seed: 1), calibration: Samples.corpus(200, seed: 2))
        for domain in ["domain0", "domain1", "domain2"] {
            #expect(model.figures.contains { $0.name == "unseen.\(domain).auroc" })
            #expect(model.unseenTable.contains(domain))
        }
        let toy = try await Samples.toy.value
        #expect(toy.unseenTable.isEmpty)
        #expect(model.calibration != toy.calibration)
    }

    @Test("The strongest features are named in words of the corpus, those for a machine first")
    func names() async throws {
        let strongest = try await Samples.toy.value.strongest
        #expect(try #require(strongest.first).weight > 0)
        #expect(try #require(strongest.last).weight < 0)
        #expect(strongest.first?.text.contains("alpha") == true)
        #expect(strongest.last?.text.contains("omega") == true)
    }

    @Test(
        "Every synthetic verdict on dev names words that stand in the text",
        .enabled(if: (try? Samples.labelledTexts(Samples.dev)) != nil, "needs ../shared/detector-data/dev.jsonl.gz"))
    func evidence() throws {
        let detector = Detector(model: try DetectorModel.load(path: Samples.shipped))
        var scratch = DetectorScratch(for: detector)
        var found = 0
        for example in try #require(try Samples.labelledTexts(Samples.dev)) {
            let words = Samples.words(String(decoding: example.text, as: UTF8.self))
            let score = detector.score(words, scratch: &scratch)
            guard score.llr >= 2.95 else { continue }
            found += 1
            let details = score.evidence.map(\.detail).joined(separator: " ")
            let quotes = details.split(separator: "“").dropFirst().compactMap { $0.split(separator: "”").first }
            let text = " " + String(decoding: words.normalized, as: UTF8.self) + " "
            #expect(!quotes.isEmpty)
            #expect(quotes.allSatisfy { text.contains(" \($0) ") })
        }
        #expect(found > 500)
    }
}
