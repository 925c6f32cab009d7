import SluicePipeline

/// What takes sources in: the spool and the HTTP interface know no more of the engine than this.
package protocol SourceSink: Sendable {
    /// Brings a source into the store, and returns once every record of it has its decision on disk.
    ///
    /// - Throws: `SluiceError` of the kind `busy` where too many wait or the daemon is about to end.
    func ingest(_ source: SourceRequest) async throws -> SourceReport
}
