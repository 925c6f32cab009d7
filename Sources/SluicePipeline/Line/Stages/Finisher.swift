import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect
import SluiceLedger
import SluiceStore
import SluiceText

/// The pure part of the flow behind the decision: kept documents are judged and compressed, and every record becomes the
/// rows that are written of it. Duplicates cost nothing here. Safe to run on many batches at once.
struct Finisher: Sendable {
    private let detector: Detector
    private let further: FurtherEvidence
    private var judge: Judge
    private var templatingWeight: Double
    private var compressionLevel: Int

    /// What `settings` ask for, with the detector's `model`.
    init(settings: Settings, model: DetectorModel) throws(SluiceError) {
        detector = Detector(model: model)
        further = try FurtherEvidence(settings.watermark)
        judge = try settings.judge
        templatingWeight = settings.detection.templatingWeight
        compressionLevel = settings.ingest.textCompression
    }

    /// The same under other settings, but with the model and the vocabulary that were read at the start.
    func using(_ settings: Settings) throws(SluiceError) -> Finisher {
        var changed = self
        changed.judge = try settings.judge
        changed.templatingWeight = settings.detection.templatingWeight
        changed.compressionLevel = settings.ingest.textCompression
        return changed
    }

    /// Finishes records of a source, whose label stands where a record brings none of its own.
    func finish(_ decided: DecidedRecords, of source: SourceUnderWay) throws(SluiceError) -> FinishedRecords {
        // One step for the whole batch, then the next: what each looks up does not fit a core's cache beside the other's.
        let judgements = judgements(decided, source.request.declared)
        let compressor = ZstdCompressor()
        var finished = FinishedRecords()
        finished.entries.reserveCapacity(decided.records.count)
        var (seq, packing) = (decided.firstSeq, decided.packing)
        for ((record, outcome), judgement) in zip(zip(decided.records, decided.outcomes), judgements) {
            var entry = StoreEntry(
                row: ProvenanceRow(
                    seq: seq, source: source.description.digest, ordinal: record.ordinal, offset: record.offset,
                    recordID: record.id, captured: record.captured, urlCommitment: record.commitment?.digest,
                    outcome: outcome))
            entry.dictionary = packing.begin(row: seq)
            if let url = record.url, let commitment = record.commitment {
                entry.address = Address(salt: commitment.salt, url: url, host: Host.of(url))
            }
            if case .document(let document) = record.content {
                entry.row.document = document.digest
                entry.row.tokens = document.tokens
                entry.row.judgement = judgement
                if outcome == .kept, let judgement {
                    entry.document = KeptDocument(
                        contentKey: document.fingerprint.contentKey, bands: document.fingerprint.packedBands,
                        synthetic: judgement.syntheticMass(ofTokens: document.tokens),
                        rawBytes: document.text.bytes.count,
                        body: try compressor.compress(
                            document.text.bytes, level: compressionLevel, dictionary: packing.dictionary))
                }
            }
            entry.keys = LookupKeys(of: entry)
            finished.tally.count(record, outcome, verdict: judgement?.verdict)
            finished.entries.append(entry)
            seq += 1
        }
        return finished
    }

    /// By record the judgement on it: of a kept document all that is known, of a duplicate what is declared of it, else nil.
    private func judgements(_ decided: DecidedRecords, _ sourceLabel: DeclaredLabel?) -> [RecordedJudgement?] {
        var scratch = DetectorScratch(for: detector)
        return zip(decided.records.indices, decided.outcomes).map { index, outcome in
            let record = decided.records[index]
            guard case .document(let document) = record.content else { return nil }
            guard outcome == .kept else {
                return (record.declared ?? sourceLabel).map { RecordedJudgement(judge.judge(score: nil, declared: $0)) }
            }
            let template = decided.templates[decided.firstSeq + Int64(index)]
            return judgement(on: document, record, template, sourceLabel, &scratch)
        }
    }

    private func judgement(
        on document: PreparedDocument, _ record: PreparedRecord, _ template: Neighbour?,
        _ sourceLabel: DeclaredLabel?, _ scratch: inout DetectorScratch
    ) -> RecordedJudgement {
        let namesFrom = judge.syntheticFrom - further.most - templatingWeight
        let score = detector.score(document.words, namesFrom: namesFrom, scratch: &scratch)
        var notes = document.text.notes + record.notes
        notes += further.find(in: document.text.bytes, words: document.words, score: score)
        if let template { notes.append(template.evidence(weight: templatingWeight)) }
        return RecordedJudgement(
            judge.judge(
                score: score, declared: record.declared ?? sourceLabel, captured: record.captured, notes: notes))
    }
}

extension Settings {
    /// Who weighs the evidence.
    fileprivate var judge: Judge {
        get throws(SluiceError) {
            try Judge(
                prior: detection.prior, anchorWeight: detection.anchorWeight, anchorBefore: detection.anchorBefore)
        }
    }
}

extension Tally {
    /// Counts one record with its decision, and a kept one with its verdict.
    fileprivate mutating func count(_ record: PreparedRecord, _ outcome: ProvenanceRow.Outcome, verdict: Verdict?) {
        if case .document(let document) = record.content { textBytes += UInt64(document.readBytes) }
        let isDocument = if case .rejected = outcome { false } else { true }
        if isDocument, record.notes.contains(where: { $0.kind == Evidence.unreadLabel }) { unreadLabels += 1 }
        switch outcome {
        case .kept:
            kept += 1
            if let verdict { verdicts[verdict, default: 0] += 1 }
        case .duplicate(let match) where match.kind == .exact: exactDuplicates += 1
        case .duplicate: nearDuplicates += 1
        case .rejected(let reason, let detail):
            rejected[reason, default: 0] += 1
            guard reason.isDamage, errors.count < Tally.errorLimit else { return }
            errors.append(
                RecordError(ordinal: record.ordinal, offset: record.offset, reason: reason, detail: detail))
        }
    }
}
