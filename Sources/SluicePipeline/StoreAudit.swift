import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceStore
import SluiceText

/// Recomputes what a store claims. What is not: the similarity of a duplicate, whose text is not kept, that no two kept
/// documents are near duplicates, and the cap of a release, which its export's files show.
public enum StoreAudit {
    /// What was checked in `store`, one finding a check. Bands are made again where `settings` have the parameters of
    /// deduplication that the store was made with; where not, a finding says so.
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
        // Where that cannot be read, the check of the duplicates says so.
        let stored = (try? store.read { try $0.deduplication() }) ?? nil
        let hasItsParameters = stored == settings.identity
        var texts = try store.verifyTexts {
            try decompressor.decompress($0.body, limit: $0.rawBytes, dictionary: $0.dictionary)
        } read: { text in
            let words = tokenizer.tokenize(text)
            let fingerprint = fingerprinter.fingerprint(words)
            return TextFacts(
                tokens: words.count, contentKey: fingerprint.contentKey,
                bands: hasItsParameters ? fingerprint.packedBands : nil)
        }
        if !texts.passed, texts.hindrance == nil, let stored, !stored.hasSuffix(Settings.wordsVersion) {
            texts = Finding(
                check: texts.check, passed: false,
                detail: "the store has words of another version (\(stored)), and this one makes "
                    + "\(Settings.wordsVersion): verify it with the program that made it; by this one's words, "
                    + texts.detail)
        }
        let notMade = Finding(
            check: "bands", passed: true,
            detail: "not made again: the configuration has other parameters of deduplication than the store")
        return [texts] + (hasItsParameters ? [] : [notMade]) + [index(of: store)]
    }

    private static func index(of store: Store) -> Finding {
        do throws(SluiceError) {
            return try IndexCheck.finding(on: store)
        } catch {
            return Finding(check: "index", hindrance: error)
        }
    }
}
