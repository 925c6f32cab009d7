import Glibc
import NIOPosix
import SluiceCore
import SluiceCrawl
import SluicePipeline

/// A run of the main job by way of the daemon: each input is handed in as one source, in order, and what became of all of
/// them is added up as in a run of one's own.
package struct RemoteIngest: Sendable {
    private let client: DaemonClient
    private let request: IngestRequest
    private let patience: Patience

    /// A run that is ready to start; the request's store is the daemon's.
    package init(_ request: IngestRequest, client: DaemonClient, patience: Patience) {
        self.request = request
        self.client = client
        self.patience = patience
    }

    /// Hands every source in.
    ///
    /// - Parameter report: Called after each source, once its last record has its decision on the daemon's disk.
    /// - Throws: `SluiceError` where the run cannot go on. What was committed before stays.
    package func run(report: (IngestProgress) -> Void) async throws(SluiceError) -> IngestSummary {
        let start = ContinuousClock.now
        let list = try InputList(expanding: request.inputs)
        var progress = IngestProgress(bytesTotal: list.bytes)
        progress.summary.passedOver = list.passedOver
        progress.summary.failures = list.failures
        progress.summary.heldBefore = try await client.heldCount(patience)
        for input in list.inputs {
            do throws(SluiceError) {
                try await handIn(input, &progress)
            } catch {
                guard error.concernsOneInput else { throw error }
                progress.summary.failures.append(
                    SluiceError(error.code, named(error.message, input.path), advice: error.advice))
            }
            report(progress)
        }
        // All is on its disk by now: a figure that is missing must not make a failure of it.
        var last = patience
        last.limit = min(last.limit, Patience.afterwards)
        progress.summary.held = (try? await client.heldCount(last)) ?? nil
        progress.summary.seconds = (ContinuousClock.now - start) / .seconds(1)
        return progress.summary
    }

    private func named(_ message: String, _ path: String) -> String {
        message.contains(path) ? message : "\(path): \(message)"
    }

    private func handIn(_ input: InputList.Input, _ progress: inout IngestProgress) async throws(SluiceError) {
        guard input.isStandardInput else {
            return try await handIn(input.path, named: input.name, &progress)
        }
        // A pipe can be read once and at its own pace; the daemon may want it twice, and waits for nobody long.
        let copy = try StandardInputCopy()
        defer { withExtendedLifetime(copy) {} }
        progress.bytesTotal += try SourceFile.size(of: copy.path)
        try await handIn(copy.path, named: input.name, &progress)
    }

    private func handIn(
        _ path: String, named name: String, _ progress: inout IngestProgress
    ) async throws(SluiceError) {
        progress.source = name
        let size = try OutgoingFile(path).bytes
        // The daemon takes no empty body, and there is nothing in it to decide on.
        guard size > 0 else {
            progress.summary.sources += 1
            return
        }
        let answer = try await taken(path, named: name)
        let report = try answer.decoded(SourceReport.self)
        progress.bytesDone += UInt64(size)
        progress.summary.add(report, bytes: UInt64(size))
    }

    private func taken(_ path: String, named name: String) async throws(SluiceError) -> DaemonAnswer {
        do throws(SluiceError) {
            return try await client.patiently(patience) { () throws(SluiceError) in
                let file = try OutgoingFile(path)
                return .post(
                    "/v1/documents", parameters(name), body: .file(file, type: RemoteIngest.type(of: request.format)))
            }
        } catch {
            // Nothing is to be created here: what a source contradicts is what it was begun with.
            guard error.code == .cannotCreate else { throw error }
            throw SluiceError(.usage, error.message, advice: error.advice)
        }
    }

    private func parameters(_ name: String) -> [(name: String, value: String?)] {
        [
            ("name", RemoteIngest.label(name)), ("source", request.label),
            ("origin", request.declared.map { $0.isSynthetic ? "synthetic" : "real" }),
            ("generator", request.declared?.generator),
        ]
    }

    /// `name` as the daemon takes it: a ``GivenName``, without its beginning where it is too long, since its ending tells
    /// what it is.
    static func label(_ name: String) -> String {
        let fit = name.unicodeScalars.map { GivenName.isOne(String($0)) ? $0 : "\u{FFFD}" }
        var bytes = 0
        let ending = fit.reversed().prefix { scalar in
            bytes += UTF8.width(scalar)
            return bytes <= GivenName.limit
        }
        return String(String.UnicodeScalarView(ending.reversed()))
    }

    private static func type(of format: SourceFormat) -> String {
        switch format {
        case .auto: "application/octet-stream"
        case .warc: "application/warc"
        case .jsonl: "application/x-ndjson"
        case .text: "text/plain"
        }
    }
}

extension IngestSummary {
    /// Adds what became of a source of `bytes`.
    fileprivate mutating func add(_ report: SourceReport, bytes: UInt64) {
        if report.isRepeat { return addRepeat(report) }
        sources += 1
        bytesRead += bytes
        counts.add(report.counts)
        if let run = report.run { self.run = run }
    }
}
