import SluiceCore
import SluiceCrawl
import SluiceStore

/// The serial start of the flow: opens one source after the other where reading it has to begin, and reads its batches.
///
/// What stands in the way of one source is an item of its own, in its place among the others.
actor BatchReader {
    private let store: Store
    private let board: LineBoard
    private let onRead: @Sendable () -> Void
    private var settings: Settings
    private var current: (source: SourceUnderWay, reader: SourceReader)?
    private var taken = 0
    /// A source that has to wait until the line is empty.
    private var waiting: SourceRequest?

    typealias Read = (item: LineItem<LineBatch<[RawRecord]>>, bytes: Int)

    /// A reader of sources for `store`; `onRead` is called whenever bytes of one were read.
    init(store: Store, settings: Settings, board: LineBoard, onRead: @escaping @Sendable () -> Void) {
        self.store = store
        self.settings = settings
        self.board = board
        self.onRead = onRead
    }

    /// True where there is more to read of the source at hand.
    var isReading: Bool { current != nil }

    /// True where a source has been left to wait for what is under way.
    var isWaiting: Bool { waiting != nil }

    /// Goes on under other settings.
    func use(_ settings: Settings) { self.settings = settings }

    /// Not all that was read was written: nothing of it is known any more.
    func forget() { (current, waiting) = (nil, nil) }

    /// Opens a source and reads its first batch; nil where it has to wait for its own first half, which is under way.
    func open(_ request: SourceRequest) -> Read? {
        do throws(SluiceError) {
            if let outcome = try begin(request) { return (.outcome(outcome, source: nil), 0) }
            return current == nil ? nil : readOn()
        } catch {
            let outcome = SourceOutcome(
                request: request, result: .failure(error), hasBegun: false,
                bytes: (try? SourceFile.size(of: request.path)) ?? 0)
            return (.outcome(outcome, source: nil), 0)
        }
    }

    /// Opens the source that had to wait.
    func openWaiting() -> Read? { waiting.take().flatMap { open($0) } }

    /// Leaves the source at hand where it is; it goes on there when it comes again.
    func leave(because reason: (_ name: String) -> SluiceError) -> Read? {
        guard let (source, _) = current.take(), !board.hasFailed(source.number) else { return nil }
        return (.outcome(source.outcome(.failure(reason(source.request.name))), source: source), 0)
    }

    /// Reads the next batch of the source at hand; nil where that has failed meanwhile.
    func readOn() -> Read? {
        guard let (source, reader) = current else { return nil }
        if board.hasFailed(source.number) {
            current = nil
            return nil
        }
        do throws(SluiceError) {
            let batch = try reader.nextBatch(
                maxRecords: settings.ingest.batchRecords, maxBytes: settings.ingest.batchBytes)
            if batch?.isLast ?? true { current = nil }
            let piece = LineBatch(source: source, records: batch?.records ?? [], extent: batch.map { BatchExtent($0) })
            return (.batch(piece), batch?.heldBytes ?? 0)
        } catch {
            current = nil
            return (.outcome(source.outcome(.failure(error)), source: source), 0)
        }
    }

    /// Opens a source at the point where its last committed batch ended; answers an outcome where there is no more to
    /// read, and leaves ``current`` empty where it has to wait.
    private func begin(_ request: SourceRequest) throws(SluiceError) -> SourceOutcome? {
        let path = request.path
        let (stamp, digest): (SourceStamp, Digest)
        if let known = request.stamp { stamp = known } else { stamp = try SourceStamp(of: path) }
        if let known = request.digest { digest = known } else { digest = try SourceFile.digest(of: path).digest }
        if board.isUnderWay(digest) {
            waiting = request
            return nil
        }
        let known = try store.read { try $0.source(digest) }
        let bytes = try SourceFile.size(of: path)
        if let known {
            try known.requireSame(request)
            if known.progress.isDone {
                var asked = request
                if asked.format == .auto {
                    // A request's body lies under another name than the file has that it came from.
                    let reader = try? SourceReader(
                        path: path, name: request.name, limits: settings.limits, checksAhead: false)
                    asked.format = reader?.format ?? .auto
                }
                let report = try store.read { [asked] in try SourceReport(on: known, asked, $0) }
                return SourceOutcome(request: request, result: .success(report), hasBegun: true, bytes: bytes)
            }
        }
        let format = known.flatMap { SourceFormat(rawValue: $0.description.format) } ?? request.format
        let resume = known?.progress.resumePoint
        let reader = try SourceReader(
            path: path, name: request.name, format: format, limits: settings.limits, resume: resume,
            onRead: onRead)
        let source = SourceUnderWay(
            number: taken, request: request,
            description: SourceDescription(
                digest: digest, name: request.name, bytes: Int64(clamping: bytes), format: reader.format.rawValue,
                label: request.label, declared: request.declared?.json),
            stamp: stamp, stored: known, report: SourceReport(source: digest, name: request.name),
            position: resume?.memberOffset ?? 0, isResumed: known != nil)
        board.began(source.number, digest)
        current = (source, reader)
        taken += 1
        return nil
    }
}

extension StoredSource {
    /// A source keeps what it was first read under: a cursor counts records of one framing, and half a source cannot be
    /// declared otherwise than its other half.
    fileprivate func requireSame(_ request: SourceRequest) throws(SluiceError) {
        if !progress.isDone, let difference = difference(from: request) { throw difference }
    }

    /// How `request` asks for it otherwise than it was begun; nil where it does not.
    func difference(from request: SourceRequest) -> SluiceError? {
        guard description.declared == request.declared?.json, description.label == request.label else {
            return SluiceError(
                .usage, "\(request.name) was begun with another --source, --origin or --generator",
                advice: "give the same ones to read it to its end")
        }
        guard request.format == .auto || request.format.rawValue == description.format else {
            return SluiceError(
                .usage, "\(request.name) was begun as \(description.format), not \(request.format.rawValue)",
                advice: "leave --format out to read it to its end")
        }
        return nil
    }
}

extension SourceProgress {
    /// Where reading goes on.
    fileprivate var resumePoint: ResumePoint {
        ResumePoint(
            memberOffset: UInt64(clamping: memberOffset), skipBytes: UInt64(clamping: skipBytes),
            ordinal: Int(clamping: nextOrdinal))
    }
}
