import Foundation
import HTTPTypes
import Hummingbird
import NIOPosix
import SluiceCore
import SluiceCrawl
import SluicePipeline

/// `POST /v1/documents`: a body is a source; the answer comes when every record of it has its decision on disk.
struct DocumentRoutes {
    let intake: any SourceSink
    let keys: IdempotencyKeys
    let questions: QuestionPool
    /// Fails where nothing is taken at the moment.
    let requireOpen: @Sendable () throws -> Void
    /// The directory in which bodies are kept until their records are decided.
    let bodies: String
    /// Who writes them there.
    let writers: NIOThreadPool

    func add(to routes: RouterGroup<ServiceContext>) { routes.post("documents", use: take) }

    @Sendable func take(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.ingest)
        let parameters = try Parameters(request, known: ["source", "name", "origin", "generator"])
        var source = try DocumentRoutes.source(parameters, request)
        try requireOpen()
        let key = try IdempotencyKeys.key(request, context)
        let body = try await BodyFile.receive(request, in: bodies, pool: writers, mayContinue: requireOpen)
        do {
            guard body.bytes > 0 else { throw Problem(.badBody, "the body is empty") }
            (source.path, source.digest) = (body.path, body.digest)
            let report = try await ingest(source, of: body, key)
            try? await writers.runIfActive { body.remove() }
            return .text(report.json + "\n", type: "application/json")
        } catch {
            try? await writers.runIfActive { body.remove() }
            throw error
        }
    }

    private func ingest(_ source: SourceRequest, of body: BodyFile, _ key: Digest?) async throws -> SourceReport {
        guard let key else { return try await taken(source) }
        return try await keys.once(key, payload: DocumentRoutes.fingerprint(of: source), source: body.digest) {
            try await taken(source)
        }
    }

    private func taken(_ source: SourceRequest) async throws -> SourceReport {
        do {
            return try await intake.ingest(source).whole(questions)
        } catch let error as SluiceError where error.code == .usage {
            // Of a source, it says that it was begun under another label or format.
            throw Problem(.conflict, error.description)
        } catch let error as SluiceError where error.code == .noUsableData {
            // Where the body lies is nothing to its sender.
            var error = error
            error.message = error.message.replacingOccurrences(of: source.path, with: "the body")
            throw error
        } catch let error as SluiceError where error.code == .busy {
            // Left on the way, perhaps because the disk has filled up: then that is what to say.
            try requireOpen()
            throw error
        }
    }

    private static func source(_ parameters: Parameters, _ request: Request) throws(Problem) -> SourceRequest {
        let origin: DeclaredOrigin? = try parameters.word("origin")
        let generator = try label("generator", parameters)
        guard generator == nil || origin == .synthetic else {
            throw Parameters.wrong("generator", "it names the model of a synthetic source; add origin=synthetic")
        }
        return SourceRequest(
            path: "", name: try label("name", parameters) ?? "http", format: try format(request),
            label: try label("source", parameters),
            declared: origin.map { DeclaredLabel(isSynthetic: $0 == .synthetic, generator: generator) })
    }

    private enum DeclaredOrigin: String, CaseIterable {
        case real, synthetic
    }

    private static func label(_ name: String, _ parameters: Parameters) throws(Problem) -> String? {
        guard let text = try parameters.text(name) else { return nil }
        guard GivenName.isOne(text) else { throw Parameters.wrong(name, "it has \(GivenName.rule)") }
        return text
    }

    private static func format(_ request: Request) throws(Problem) -> SourceFormat {
        switch request.mediaType {
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines": return .jsonl
        case "application/warc": return .warc
        case "text/plain": return .text
        case nil, "application/octet-stream": return .auto
        default:
            throw Problem(
                .unsupportedType,
                "a body is application/x-ndjson, application/warc, text/plain or application/octet-stream")
        }
    }

    /// What a body is to an idempotency key: its bytes, and what was said of them.
    private static func fingerprint(of source: SourceRequest) -> Digest {
        let parts = [
            source.digest?.hex ?? "", source.name, source.label ?? "", source.format.rawValue,
            source.declared.map { "\($0.isSynthetic) \($0.generator ?? "")" } ?? "",
        ]
        return Digest.of(Array(parts.joined(separator: "\u{0}").utf8))
    }
}
