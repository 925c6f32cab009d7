import SluiceCore
import SluiceCrawl
import SluiceDetect
import SluiceText

/// What the detector says of one document.
public struct DetectedDocument: Sendable {
    /// The record's own name, or the input's name with the record's ordinal.
    public var id: String
    /// What the input is called.
    public var source: String
    /// The conclusion from the prior and the text.
    public var judgement: Judgement
    /// The text's log likelihood ratio in nats.
    public var llr: Double
    /// Words of the text.
    public var words: Int
    /// Why the record holds no text, and where it stands, where it holds none.
    public var rejection: RecordError?
    /// Where what the judgement's evidence names stands, a list for each piece of it: ranges of bytes of the text, UTF-8.
    public var places: [[Range<Int>]] = []
    /// What a reader may want besides, where explanations were asked for and the text was judged.
    public var reading: Reading?
}

extension DetectedDocument {
    /// The id, and the source where that does not name it.
    public var shownID: String { id.hasPrefix(source) ? id : "\(id) (\(source))" }
}

/// Runs the detector over inputs, without a store.
public struct Detection {
    private let preparer: DetectionPreparer
    private let settings: Settings
    private let workers: Int

    /// A run with `model`, assuming `prior` as the share of synthetic documents.
    ///
    /// - Parameter explains: whether to make a ``Reading`` of each document, for people.
    public init(
        settings: Settings, model: DetectorModel, prior: Double, explains: Bool = false
    ) throws(SluiceError) {
        self.settings = settings
        workers = Processors.workers(settings.ingest.workers)
        preparer = DetectionPreparer(
            decoder: RecordDecoder(limits: settings.limits), detector: Detector(model: model),
            further: try FurtherEvidence(settings.watermark), judge: try Judge(prior: prior), explains: explains)
    }

    /// Judges every document of `inputs`, and calls `body` with the answers of a batch, in input order.
    ///
    /// - Throws: ``SluiceError`` where reading fails; what `body` throws.
    public func run(
        _ inputs: [String], format: SourceFormat, body: ([DetectedDocument]) throws -> Void
    ) async throws -> DetectionSummary {
        let list = try InputList(expanding: inputs)
        var summary = DetectionSummary(failures: list.failures, passedOver: list.passedOver)
        for input in list.inputs {
            if input.isStandardInput {
                let copy = try StandardInputCopy()
                defer { withExtendedLifetime(copy) {} }
                try await judge(copy.path, name: input.name, format, &summary, body)
            } else {
                try await judge(input.path, name: input.name, format, &summary, body)
            }
        }
        return summary
    }

    private func judge(
        _ path: String, name: String, _ format: SourceFormat, _ summary: inout DetectionSummary,
        _ body: ([DetectedDocument]) throws -> Void
    ) async throws {
        let reader: SourceReader
        do throws(SluiceError) {
            reader = try SourceReader(path: path, format: format, limits: settings.limits)
        } catch {
            guard error.concernsOneInput else { throw error }
            summary.failures.append(error)
            return
        }
        let batches = OrderedWork(workers: workers, maxBytes: settings.ingest.batchBytes)
        let (preparer, isText) = (preparer, reader.format == .text)
        try await batches.run(reader, maxRecords: settings.ingest.batchRecords) { batch in
            (preparer.judge(batch.records, source: name, isText: isText), batch.skipped)
        } commit: { documents, skipped in
            summary.skippedBytes += skipped
            for document in documents { summary.count(document) }
            try body(documents)
        }
    }
}

/// The pure part: raw records in, judgements out.
private struct DetectionPreparer: Sendable {
    let decoder: RecordDecoder
    let detector: Detector
    let further: FurtherEvidence
    let judge: Judge
    let explains: Bool

    func judge(_ batch: [RawRecord], source: String, isText: Bool) -> [DetectedDocument] {
        var tokenizer = Tokenizer()
        var scratch = DetectorScratch(for: detector)
        return batch.map { raw in
            let record = decoder.decode(raw)
            let id = record.id ?? (isText ? source : "\(source)#\(record.ordinal)")
            let usable: UsableText =
                switch record.content {
                case .rejected(let reason, let detail): .none(reason, detail: detail)
                case .text(let bytes): UsableText(of: bytes, in: record, &tokenizer)
                }
            switch usable {
            case .none(let reason, let detail):
                let judgement = judge.judge(score: nil)
                let error = RecordError(
                    ordinal: record.ordinal, offset: record.offset, reason: reason, detail: detail)
                return DetectedDocument(
                    id: id, source: source, judgement: judgement, llr: 0, words: 0, rejection: error)
            case .text(let clean, let words):
                let text = clean.bytes
                let score = detector.score(words, namesFrom: 0, scratch: &scratch)
                let more = further.find(in: text, words: words, score: score)
                var document = DetectedDocument(
                    id: id, source: source,
                    judgement: judge.judge(score: score, notes: clean.notes + record.notes + more),
                    llr: more.reduce(score.llr) { $0 + $1.weight }, words: words.count)
                let explains = explains && score.abstention == nil
                let named = document.judgement.evidence.flatMap(\.words).map(\.upperBound).max()
                guard explains || named != nil else { return document }
                let places = tokenizer.places(in: text, limit: explains ? .max : named ?? 0)
                document.places = document.judgement.evidence.map { Reading.bytes(of: $0.words, places) }
                if explains {
                    document.reading = Reading(
                        text, words, places: places, detector, marksPassage: score.llr > 0, &scratch)
                }
                return document
            }
        }
    }
}
