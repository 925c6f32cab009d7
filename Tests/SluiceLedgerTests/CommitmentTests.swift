import SluiceCore
import SluiceLedger
import Testing

@Suite("A commitment")
struct CommitmentTests {
    private let record = Digest.of(Array("a record".utf8))

    @Test("is SHA-256 of its salt and the value, so that anyone who has both can check it")
    func recomputed() {
        let commitment = Commitment(to: "http://example.org/", inRecord: record)
        #expect(commitment.salt.count == 16)
        #expect(Digest.of(commitment.salt + Array("http://example.org/".utf8)) == commitment.digest)
    }

    @Test("is the same for the same value in the same record, and for nothing else")
    func reproducible() {
        let commitment = Commitment(to: "http://example.org/", inRecord: record)
        #expect(commitment == Commitment(to: "http://example.org/", inRecord: record))
        #expect(commitment.digest != Commitment(to: "http://example.com/", inRecord: record).digest)
        let elsewhere = Commitment(to: "http://example.org/", inRecord: Digest.of(Array("another".utf8)))
        #expect(commitment.salt != elsewhere.salt)
        #expect(commitment.digest != elsewhere.digest)
    }
}

@Suite("A recorded judgement")
struct RecordedJudgementTests {
    @Test("writes its evidence as JSON that needs no second thought")
    func evidence() {
        let judgement = Judgement(
            verdict: .uncertain, origin: .detected, probability: 0.25,
            evidence: [
                Evidence(kind: "prior", weight: -1.0986123, detail: "odds 1 : 3"),
                Evidence(kind: "phrase-signature", weight: 0, detail: "\"delve\"\n"),
            ])
        let recorded = RecordedJudgement(judgement)
        #expect(recorded.verdict == .uncertain)
        #expect(recorded.origin == .detected)
        #expect(recorded.probability == 0.25)
        #expect(
            recorded.evidence
                == #"[{"kind":"prior","weight":-1.098612,"detail":"odds 1 : 3"},"#
                + #"{"kind":"phrase-signature","weight":0,"detail":"\"delve\"\n"}]"#)
        #expect(RecordedJudgement.json([]) == "[]")
    }
}
