import Foundation
import SluiceCore
import SluiceDetect
import Testing

@Suite("The judge")
struct JudgeTests {
    private func score(_ llr: Double) -> TextScore {
        TextScore(llr: llr, evidence: [Evidence(kind: "token-frequency", weight: llr, detail: "")])
    }

    private func logOdds(_ judgement: Judgement) -> Double { log(judgement.probability / (1 - judgement.probability)) }

    @Test("The weights of the evidence add up to the posterior's log-odds")
    func additive() throws {
        var random = Seeded(state: 3)
        for _ in 0..<500 {
            let judge = try Judge(
                prior: Double(1 + random.below(998)) / 1000, anchorWeight: -Double(random.below(500)) / 100)
            let judgement = judge.judge(
                score: score(Double(random.below(24_000_000) - 12_000_000) / 1e6),
                captured: ["2020-01-01T00:00:00Z", "2024-01-01", nil, "yesterday"][random.below(4)])
            let sum = judgement.evidence.reduce(0) { $0 + $1.weight }
            #expect(abs(sum - logOdds(judgement)) < 1e-6)
        }
    }

    @Test(
        "Verdicts follow from the posterior", arguments: [(3.0, Verdict.synthetic), (-3.0, .real), (2.9, .uncertain)])
    func verdicts(llr: Double, verdict: Verdict) throws {
        let judgement = try Judge(prior: 0.5).judge(score: score(llr))
        #expect(judgement.verdict == verdict)
        #expect(judgement.origin == .detected)
    }

    @Test("Words that do not speak for a machine are not said to show nothing where the verdict is synthetic")
    func contradiction() throws {
        let counts = "3 of 20 known words and word groups speak for a machine"
        let words = Evidence(
            kind: "token-frequency", weight: -1, detail: "no evidence of machine writing found: \(counts)")
        let phrase = Evidence(kind: "phrase-signature", weight: 4, detail: "")
        func detail(_ prior: Double, _ evidence: [Evidence]) throws -> String? {
            let llr = evidence.reduce(0) { $0 + $1.weight }
            let judgement = try Judge(prior: prior).judge(score: TextScore(llr: llr, evidence: evidence))
            return judgement.evidence.first { $0.kind == words.kind }?.detail
        }
        #expect(try detail(0.99, [words]) == "the assumed share decides, not the words: \(counts)")
        #expect(try detail(0.5, [words, phrase]) == "what stands beside them decides, not the words: \(counts)")
        #expect(try detail(0.5, [words]) == words.detail)
        #expect(try detail(0.001, [words]) == words.detail)
    }

    @Test(
        "The ratio from which a text is called synthetic is the judge's own", arguments: [0.01, 0.1, 0.5, 0.95, 0.99])
    func needed(prior: Double) throws {
        let judge = try Judge(prior: prior)
        #expect(judge.judge(score: score(judge.syntheticFrom + 1e-6)).verdict == .synthetic)
        #expect(judge.judge(score: score(judge.syntheticFrom - 1e-6)).verdict != .synthetic)
    }

    @Test("The prior moves the verdict")
    func prior() throws {
        #expect(try Judge(prior: 0.5).judge(score: score(4)).verdict == .synthetic)
        #expect(try Judge(prior: 0.1).judge(score: score(4)).verdict == .uncertain)
    }

    @Test("A declared label outweighs any text, any date and any prior")
    func declared() throws {
        for isSynthetic in [true, false] {
            let against = isSynthetic ? -Detector.llrLimit : Detector.llrLimit
            let judge = try Judge(prior: isSynthetic ? 0.0001 : 0.9999, anchorWeight: isSynthetic ? -5 : 0)
            let label = DeclaredLabel(isSynthetic: isSynthetic, generator: "gpt-x", isVerified: true)
            let judgement = judge.judge(score: score(against), declared: label, captured: "2019-05-05")
            #expect(judgement.verdict == (isSynthetic ? .synthetic : .real))
            #expect(Verdict(probability: judgement.probability) == judgement.verdict)
            #expect(judgement.origin == .declared)
            let item = judgement.evidence.first { $0.kind == "declared" }
            #expect(item?.weight == (isSynthetic ? 30 : -30))
            #expect(item?.detail.contains("gpt-x") == true)
            #expect(item?.detail.contains("verified") == true)
        }
    }

    @Test(
        "Where the detector abstains and says nothing, nothing but the prior is known", arguments: Abstention.allCases)
    func abstained(reason: Abstention) throws {
        let judgement = try Judge(prior: 0.01, anchorWeight: -4).judge(
            score: TextScore(llr: 0, evidence: [], abstention: reason), captured: "2001-01-01")
        #expect(judgement.verdict == .uncertain)
        #expect(judgement.origin == .prior)
        #expect(judgement.evidence.last?.kind == "abstained")
        #expect(judgement.evidence.last?.weight == 0)
    }

    @Test("What a text weighs on which the detector abstains moves the probability, and gives no verdict")
    func abstainedWithScore() throws {
        for weight in [-9.0, 9] {
            let words = Evidence(kind: "token-frequency", weight: weight, detail: "")
            let judgement = try Judge(prior: 0.5).judge(
                score: TextScore(llr: weight, evidence: [words], abstention: .tooShort))
            #expect(judgement.verdict == .uncertain && judgement.origin == .prior)
            #expect((judgement.probability > 0.99) == (weight > 0) && (judgement.probability < 0.01) == (weight < 0))
            #expect(judgement.evidence.map(\.kind) == ["prior", "token-frequency", "abstained"])
        }
    }

    @Test("Without a detector the verdict is uncertain, and the probability is the prior")
    func nothingKnown() throws {
        let judgement = try Judge(prior: 0.25).judge(score: nil)
        #expect(judgement.verdict == .uncertain)
        #expect(judgement.origin == .prior)
        #expect(abs(judgement.probability - 0.25) < 1e-6)
    }

    @Test(
        "A capture before the anchor day counts only if it has a weight",
        arguments: [
            (-3.0, "2022-11-29T23:59:59Z", true), (-3.0, "2022-11-30T00:00:00Z", false), (0.0, "2010-01-01", false),
            (-3.0, "2010", false), (-3.0, "", false),
        ])
    func captureDate(weight: Double, captured: String, counts: Bool) throws {
        let judgement = try Judge(prior: 0.5, anchorWeight: weight).judge(score: score(0), captured: captured)
        #expect(judgement.evidence.contains { $0.kind == "capture-date" } == counts)
    }

    @Test("Impossible assumptions are refused")
    func refusals() {
        #expect(throws: SluiceError.self) { try Judge(prior: 0) }
        #expect(throws: SluiceError.self) { try Judge(prior: 1) }
        #expect(throws: SluiceError.self) { try Judge(prior: .nan) }
        #expect(throws: SluiceError.self) { try Judge(prior: 0.5, anchorWeight: 1) }
        #expect(throws: SluiceError.self) { try Judge(prior: 0.5, anchorWeight: .nan) }
        #expect(throws: SluiceError.self) { try Judge(prior: 0.5, anchorBefore: "30.11.2022") }
    }

    @Test("A long generator name does not exceed the limit of a detail")
    func longDetail() throws {
        let label = DeclaredLabel(isSynthetic: true, generator: String(repeating: "ü", count: 500))
        let judgement = try Judge(prior: 0.5).judge(score: nil, declared: label)
        #expect(judgement.evidence.allSatisfy { $0.detail.utf8.count <= Evidence.detailLimit })
    }
}
