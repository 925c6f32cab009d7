import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceText

/// The pure part of the flow before the decision: raw records in, prepared records out, each by itself. Safe to run on
/// many batches at once.
struct Preparer: Sendable {
    private let decoder: RecordDecoder
    private let parameters: DedupParameters
    private let limits: Limits

    /// What `settings` ask for.
    init(settings: Settings) throws(SluiceError) {
        decoder = RecordDecoder(limits: settings.limits)
        parameters = try settings.dedup.validated()
        limits = settings.limits
    }

    /// Prepares a batch; the answer has its records' order.
    func prepare(_ batch: [RawRecord]) -> [PreparedRecord] {
        var tokenizer = Tokenizer()
        var fingerprinter = Fingerprinter(parameters: parameters, limits: limits)
        var prepared: [PreparedRecord] = []
        prepared.reserveCapacity(batch.count)
        for raw in batch {
            let record = decoder.decode(raw)
            prepared.append(
                PreparedRecord(
                    ordinal: record.ordinal, offset: record.offset, id: record.id, url: record.url,
                    captured: record.captured, declared: record.declared, rawDigest: record.rawDigest,
                    content: Preparer.content(of: record, &tokenizer, &fingerprinter)))
        }
        return prepared
    }

    private static func content(
        of record: Record, _ tokenizer: inout Tokenizer, _ fingerprinter: inout Fingerprinter
    ) -> PreparedRecord.Content {
        let raw: [UInt8]
        switch record.content {
        case .rejected(let reason, let detail): return .rejected(reason, detail: detail)
        case .text(let bytes): raw = bytes
        }
        let text = TextCleaner.clean(raw)
        let words = tokenizer.tokenize(text.bytes)
        guard words.count > 0 else {
            return .rejected(.noWords, detail: "\(text.bytes.count) bytes without a letter or a digit")
        }
        return .document(
            PreparedDocument(
                digest: Digest.of(text.bytes), readBytes: raw.count, text: text, words: words,
                fingerprint: fingerprinter.fingerprint(words)))
    }
}
