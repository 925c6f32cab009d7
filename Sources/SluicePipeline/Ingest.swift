import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect
import SluiceStore

/// What to ingest, and where to.
public struct IngestRequest: Sendable {
    /// Files, directories and `-`.
    public var inputs: [String]
    /// The store's directory.
    public var storeDirectory: String
    /// What the sources are made of.
    public var format: SourceFormat
    /// A label for the sources.
    public var label: String?
    /// Who wrote all of it, where that is declared.
    public var declared: DeclaredLabel?

    /// A request of its parts.
    public init(
        inputs: [String], storeDirectory: String, format: SourceFormat = .auto, label: String? = nil,
        declared: DeclaredLabel? = nil
    ) {
        self.inputs = inputs
        self.storeDirectory = storeDirectory
        self.format = format
        self.label = label
        self.declared = declared
    }
}

/// A run of the main job: sources in, decisions in the store.
///
/// Batches are prepared by up to `workers` child tasks at once and committed one by one in input order, so the store is
/// a function of the input alone. Whatever was committed stays when the run is killed, and the next run goes on there.
public struct Ingest {
    private let request: IngestRequest
    private let settings: Settings
    private let model: DetectorModel
    private let workers: Int

    /// A run that is ready to start.
    public init(_ request: IngestRequest, settings: Settings, model: DetectorModel) throws(SluiceError) {
        self.request = request
        self.settings = settings
        self.model = model
        workers = settings.ingest.workers > 0 ? settings.ingest.workers : Processors.available
    }

    /// Reads every source to its end.
    ///
    /// - Parameter report: Called after each commit.
    /// - Throws: ``SluiceError`` where the run cannot go on. What was committed before stays.
    public func run(report: @Sendable (IngestProgress) -> Void) async throws -> IngestSummary {
        let start = ContinuousClock.now
        // Named before the store is made: a misspelt path must not leave an empty store behind.
        let inputs = try InputList(expanding: request.inputs)
        let store = try Store.open(directory: request.storeDirectory, mode: .write, parameters: settings.dedup.description)
        StandardInputCopy.removeLeftovers(in: request.storeDirectory)
        var committer = try Committer(store: store, settings: settings, model: model, workers: workers)
        var progress = IngestProgress(
            summary: committer.summary, bytesTotal: inputs.bytes, bytesDone: 0, source: "")
        for path in inputs.paths {
            do throws(SluiceError) {
                if path == InputList.standardInput {
                    let copy = try StandardInputCopy(in: request.storeDirectory)
                    progress.bytesTotal += try await read(copy.path, name: "stdin", &committer, &progress, report)
                } else {
                    _ = try await read(path, name: InputList.name(of: path), &committer, &progress, report)
                }
            } catch where error.code == .noUsableData || error.code == .inputMissing {
                committer.summary.failures.append(error)
            }
        }
        committer.summary.held = try committer.heldCount()
        let elapsed = (ContinuousClock.now - start).components
        committer.summary.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        return committer.summary
    }
}
