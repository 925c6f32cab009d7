import SluiceCore
import SluiceLedger
import Testing

@Suite struct `What there is to go by of a document` {
    private func sum(_ kinds: String...) -> EvidenceSum {
        var sum = EvidenceSum()
        for kind in kinds + ["token-frequency"] { sum.add(1.5, EvidenceSum.Subject(kind: kind)) }
        return sum
    }

    @Test func `is a label, a person or a date before its text`() {
        #expect(sum("prior").authorship(.uncertain, .detected) == .judged(1.5))
        #expect(sum("declared").authorship(.synthetic, .declared) == .synthetic)
        #expect(sum("declared").authorship(.real, .declared) == .real(anchor: 1.5))
        #expect(sum("capture-date").authorship(.synthetic, .detected) == .real(anchor: 1.5))
        #expect(sum("capture-date").authorship(.synthetic, .declared) == .synthetic)
        #expect(sum("prior").authorship(.real, .reviewed) == .real(anchor: nil))
    }

    @Test func `is nothing where the detector abstained or has not read it`() {
        #expect(sum("abstained").authorship(.uncertain, .prior) == .unknown)
        #expect(sum("prior").authorship(.uncertain, .prior) == .unknown)
        var declared = sum("declared")
        declared.isAbstention = true
        #expect(declared.authorship(.real, .declared) == .real(anchor: nil))
    }

    @Test func `is its text alone where a person cannot tell, and nothing where there was a label besides`() {
        #expect(sum("prior").authorship(.uncertain, .reviewed) == .judged(1.5))
        #expect(sum("declared").authorship(.uncertain, .reviewed) == .unknown)
        #expect(sum("abstained").authorship(.uncertain, .reviewed) == .unknown)
        #expect(sum("capture-date").authorship(.uncertain, .reviewed) == .real(anchor: nil))
    }
}
