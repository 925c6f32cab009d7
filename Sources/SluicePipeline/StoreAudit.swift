import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceStore
import SluiceText

/// Recomputes everything that a store claims.
public enum StoreAudit {
    /// What was checked in `store`, one finding a check. Words and fingerprints are made again where `settings` have the
    /// parameters of deduplication that the store was made with; where not, a finding says so.
    ///
    /// The rows on one processor, texts and index on another, each on one state of the store. O(*n* log *n*) in the
    /// records, some 70 µs each; memory does not grow with them.
    ///
    /// - Throws: ``SluiceError`` where the store cannot be read.
    public static func findings(on store: Store, settings: Settings) async throws -> [Finding] {
        async let rows = store.verify()
        async let further = textsAndIndex(of: store, settings)
        return try await rows + further
    }

    private static func textsAndIndex(
        of store: Store, _ settings: Settings
    ) async throws(SluiceError) -> [Finding] {
        let decompressor = ZstdDecompressor()
        var tokenizer = Tokenizer()
        var fingerprinter = Fingerprinter(parameters: try settings.dedup.validated(), limits: settings.limits)
        func facts(_ text: [UInt8]) -> TextFacts {
            let words = tokenizer.tokenize(text)
            let fingerprint = fingerprinter.fingerprint(words)
            return TextFacts(
                tokens: words.count, contentKey: fingerprint.contentKey, bands: fingerprint.packedBands)
        }
        let hasOurParameters = try store.read { try $0.deduplication() } == settings.identity
        var findings = [
            try store.verifyTexts(
                decompress: { try decompressor.decompress($0.body, limit: $0.rawBytes, dictionary: $0.dictionary) },
                read: hasOurParameters ? facts : nil)
        ]
        if !hasOurParameters {
            findings.append(
                Finding(
                    check: "fingerprints", passed: true,
                    detail: "not made again: the configuration has other parameters of deduplication than the store"))
        }
        findings.append(try IndexCheck.finding(on: store))
        return findings
    }
}
