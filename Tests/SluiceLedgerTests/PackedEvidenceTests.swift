import SluiceCore
import SluiceLedger
import Testing

@Suite struct `Packed evidence` {
    private static let details = [
        "", "assumed share of synthetic documents 0.1", "declared synthetic, verified, generator gpt “x”, and so on",
        "no evidence of machine writing found: 112 of 283 known words and word groups speak for a machine",
        "125 of 263 known words and word groups speak for a machine, most of all “here is a”, “sentence”",
        "“delve into”, and 2 more such: in 12 synthetic and 3 human training texts", " of  of of “”", "\0\u{1}\"\\\n",
        "the detector abstains: not in English, the only language the model knows", "漢字 \u{10FFFF} é e\u{301} 👩‍🚀",
        "41 repeated lines of 50", "the watermark of “kgw”, z = 6.1",
        "content credentials of 12 bytes at byte 9: whole",
    ]
    private static let kinds = [
        "prior", "token-frequency", "phrase-signature", "abstained", "declared", "c2pa", "repetition", "templating",
        "watermark", "", "new \"kind\"", "é",
    ]
    private static let weights = [
        0, -0.0, -2.197225, 1.571879, 30, -30, 0.000001, -0.0000004, 0.0000005, 1.23456789, 99_999_999.999999, 1e8,
        -1e9,
        999_999_999.9999999, 1e300, .infinity, -.infinity, .nan, 60, -7.831363,
    ]

    private func expectRoundTrip(_ evidence: [Evidence]) {
        let recorded = RecordedEvidence(evidence)
        #expect(recorded.json == RecordedJudgement.json(evidence))
        guard case .packed(let bytes) = recorded.form else { return }
        #expect(RecordedEvidence(packed: bytes)?.json == RecordedJudgement.json(evidence))
    }

    @Test func `reads as the JSON of what was packed, for every kind, weight and detail`() {
        expectRoundTrip([])
        for kind in Self.kinds {
            for weight in Self.weights {
                for detail in Self.details { expectRoundTrip([Evidence(kind: kind, weight: weight, detail: detail)]) }
            }
        }
    }

    @Test func `reads as the JSON of what was packed, for texts thrown together`() {
        var random = SplitMix64(seed: 7)
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        for _ in 0..<3000 {
            let evidence = (0..<pick(5)).map { _ in
                let detail = (0..<pick(4)).map { _ in
                    let text = Array(Self.details[pick(Self.details.count)])
                    let start = pick(text.count + 1)
                    return String(text[start..<start + pick(text.count - start + 1)])
                }.joined()
                let weight = (Double(pick(2_000_001)) - 1e6) / Double(1 + pick(1_000_000))
                return Evidence(kind: Self.kinds[pick(Self.kinds.count)], weight: weight, detail: detail)
            }
            expectRoundTrip(evidence)
        }
    }

    @Test func `takes a small part of the room of its JSON`() {
        let usual = [
            Evidence(kind: "prior", weight: -2.197225, detail: Self.details[1]),
            Evidence(kind: "token-frequency", weight: -2.177498, detail: Self.details[3]),
        ]
        guard case .packed(let bytes) = RecordedEvidence(usual).form else {
            Issue.record("it was not packed")
            return
        }
        #expect(bytes.count <= 32)
        #expect(RecordedJudgement.json(usual).utf8.count > 240)
    }

    @Test func `is refused where it is cut off or was made up, and never trusted`() {
        let evidence = [Evidence(kind: "new", weight: 1.5, detail: Self.details[4])]
        guard case .packed(let whole) = RecordedEvidence(evidence).form else { return }
        for length in 2..<whole.count { #expect(RecordedEvidence(packed: Array(whole.prefix(length))) == nil) }
        let made: [[UInt8]] = [
            [], [0], [2], [1, 0x7F, 0, 0], [1, 1, 0, 1, 0xC0], [1, 1, 0, 2, 0xC0, 0xFF], [1, 1, 0, 1, 0x80],
        ]
        for bytes in made { #expect(RecordedEvidence(packed: bytes) == nil) }
        #expect(RecordedEvidence(packed: [1, 1] + [UInt8](repeating: 0xFF, count: 12)) == nil)
        var random = SplitMix64(seed: 8)
        for _ in 0..<20_000 {
            let noise: [UInt8] = [1] + (0..<random.next() % 24).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(RecordedEvidence(packed: noise)?.json == PackedEvidence.json(of: noise))
            // Nearly right is the harder case: what is let in must be what can be shown.
            var nearly = whole
            nearly[Int(random.next() % UInt64(whole.count))] = UInt8(truncatingIfNeeded: random.next())
            #expect(RecordedEvidence(packed: nearly)?.json == PackedEvidence.json(of: nearly))
        }
    }
}

@Suite struct `What evidence adds up to` {
    @Test func `is told apart into what the text says and what is known besides`() throws {
        let evidence = [
            ("prior", -2.0), ("declared", 30), ("capture-date", -1), ("token-frequency", 1.5), ("c2pa", 0.25),
        ]
        let sum = try #require(
            PackedEvidence.sum(of: PackedEvidence.pack(evidence.map { Evidence(kind: $0, weight: $1, detail: "x") })))
        #expect(sum.total == 28.75 && sum.text == 1.75 && sum.isEarly && !sum.isAbstention)
        let abstained = PackedEvidence.pack([Evidence(kind: "abstained", weight: 0, detail: "")])
        #expect(PackedEvidence.sum(of: abstained)?.isAbstention == true)
        #expect(PackedEvidence.sum(of: [9, 1]) == nil && PackedEvidence.sum(of: []) == nil)
    }
}
