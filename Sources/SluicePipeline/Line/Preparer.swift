import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect
import SluiceLedger
import SluiceText

/// The pure part of the flow: raw records in, prepared records out, each by itself. Safe to run on many batches at once.
struct Preparer: Sendable {
    private let decoder: RecordDecoder
    private let parameters: DedupParameters
    private let limits: Limits
    private let detector: Detector
    private let further: FurtherEvidence
    private let judge: Judge
    private let compressionLevel: Int

    /// What `settings` ask for, with the detector's `model`.
    init(settings: Settings, model: DetectorModel) throws(SluiceError) {
        decoder = RecordDecoder(limits: settings.limits)
        parameters = try settings.dedup.validated()
        limits = settings.limits
        detector = Detector(model: model)
        further = try FurtherEvidence(settings.watermark)
        judge = try Judge(
            prior: settings.detection.prior, anchorWeight: settings.detection.anchorWeight,
            anchorBefore: settings.detection.anchorBefore)
        compressionLevel = settings.ingest.textCompression
    }

    /// Prepares a batch; the answer has its records' order. The label stands where a record brings none of its own.
    func prepare(_ batch: [RawRecord], sourceLabel: DeclaredLabel?) throws(SluiceError) -> [PreparedRecord] {
        var tools = Tools(
            tokenizer: Tokenizer(), fingerprinter: Fingerprinter(parameters: parameters, limits: limits),
            scratch: DetectorScratch(for: detector), compressor: ZstdCompressor())
        var prepared: [PreparedRecord] = []
        prepared.reserveCapacity(batch.count)
        for raw in batch {
            let record = decoder.decode(raw)
            prepared.append(
                PreparedRecord(
                    ordinal: record.ordinal, offset: record.offset, id: record.id, url: record.url,
                    captured: record.captured, rawDigest: record.rawDigest,
                    content: try content(of: record, sourceLabel, &tools)))
        }
        return prepared
    }

    private struct Tools: ~Copyable {
        var tokenizer: Tokenizer
        var fingerprinter: Fingerprinter
        var scratch: DetectorScratch
        var compressor: ZstdCompressor
    }

    private func content(
        of record: Record, _ sourceLabel: DeclaredLabel?, _ tools: inout Tools
    ) throws(SluiceError) -> PreparedRecord.Content {
        let raw: [UInt8]
        switch record.content {
        case .rejected(let reason, let detail): return .rejected(reason, detail: detail)
        case .text(let bytes): raw = bytes
        }
        let clean = TextCleaner.clean(raw)
        let words = tools.tokenizer.tokenize(clean.bytes)
        guard words.count > 0 else {
            return .rejected(.noWords, detail: "\(clean.bytes.count) bytes without a letter or a digit")
        }
        let score = detector.score(words, scratch: &tools.scratch)
        let judgement = judge.judge(
            score: score, declared: record.declared ?? sourceLabel, captured: record.captured,
            notes: notes(on: clean) + further.find(in: clean.bytes, words: words, score: score))
        return .document(
            PreparedDocument(
                digest: Digest.of(clean.bytes), readBytes: raw.count, rawBytes: clean.bytes.count,
                body: try tools.compressor.compress(clean.bytes, level: compressionLevel), words: words,
                fingerprint: tools.fingerprinter.fingerprint(words), judgement: RecordedJudgement(judgement)))
    }

    /// What was seen in the raw bytes and is not in the text any more; it speaks neither for nor against.
    private func notes(on clean: CleanText) -> [Evidence] {
        var notes = clean.marks.map { mark in
            Evidence(
                kind: mark.kind.rawValue, weight: 0,
                detail: "content credentials of \(mark.length) bytes at byte \(mark.offset): \(mark.status.rawValue)")
        }
        if clean.replacements > 0 {
            notes.append(
                Evidence(
                    kind: "utf8-repair", weight: 0, detail: "\(clean.replacements) invalid sequences became U+FFFD"))
        }
        return notes
    }
}
