import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceLedger
import SluiceText

/// The pure part of the flow before the decision: raw records in, prepared records out, each by itself. Safe to run on
/// many batches at once.
struct Preparer: Sendable {
    private let decoder: RecordDecoder
    private let tools: ToolPool<Tools>

    private struct Tools: Sendable {
        var tokenizer = Tokenizer()
        var fingerprinter: Fingerprinter
    }

    /// What `settings` ask for.
    init(settings: Settings) throws(SluiceError) {
        decoder = RecordDecoder(limits: settings.limits)
        let (parameters, limits) = (try settings.dedup.validated(), settings.limits)
        // A tokeniser learns its Unicode tables as it goes, which for a small batch would cost more than its texts.
        tools = ToolPool { Tools(fingerprinter: Fingerprinter(parameters: parameters, limits: limits)) }
    }

    /// Prepares a batch; the answer has its records' order.
    func prepare(_ batch: [RawRecord]) -> [PreparedRecord] {
        tools.withTool { tools in
            batch.map { raw in
                let record = decoder.decode(raw)
                let address = record.url.map { (url: $0, bytes: Digest.of(raw.bytes)) }
                return PreparedRecord(
                    ordinal: record.ordinal, offset: record.offset, id: record.id, url: record.url,
                    captured: record.captured, declared: record.declared, notes: record.notes,
                    commitment: address.map { Commitment(to: $0.url, inRecord: raw.digest(bytes: $0.bytes)) },
                    content: Preparer.content(of: record, address.map { (raw.bytes, $0.bytes) }, &tools))
            }
        }
    }

    /// - Parameter known: the record's bytes with their digest, where that was needed: it is the text's too where they are
    ///   all text.
    private static func content(
        of record: Record, _ known: (bytes: [UInt8], digest: Digest)?, _ tools: inout Tools
    ) -> PreparedRecord.Content {
        let raw: [UInt8]
        switch record.content {
        case .rejected(let reason, let detail): return .rejected(reason, detail: detail)
        case .text(let bytes): raw = bytes
        }
        let (text, words): (CleanText, Words)
        switch UsableText(of: raw, in: record, &tools.tokenizer) {
        case .none(let reason, let detail): return .rejected(reason, detail: detail)
        case .text(let clean, let found): (text, words) = (clean, found)
        }
        let digest = if let known, known.bytes == text.bytes { known.digest } else { Digest.of(text.bytes) }
        return .document(
            PreparedDocument(
                digest: digest, readBytes: raw.count, text: text, words: words,
                fingerprint: tools.fingerprinter.fingerprint(words)))
    }
}
