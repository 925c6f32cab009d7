import Foundation
import Hummingbird
import NIOCore
import SluiceCore
import SluiceExport
import SluicePipeline
import SluiceStore

/// `/v1/exports`: making an export, looking after it, and fetching its files.
struct ExportRoutes {
    let shelf: ExportShelf
    let settings: @Sendable () -> Settings
    let questions: QuestionPool
    /// Fails where the disk has no room.
    let requireRoom: @Sendable () throws -> Void

    func add(to routes: RouterGroup<ServiceContext>) {
        routes.get("exports", use: list)
        routes.post("exports", use: make)
        routes.get("exports/:export", use: show)
        routes.get("exports/:export/:file", use: file)
    }

    @Sendable func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        if !context.caller.may(.export) { try context.require(.read) }
        _ = try Parameters(request, known: [])
        let shelf = shelf
        let exports = try await questions.run { shelf.names().map { ($0, shelf.standing(of: $0)) } }
        return .json { json in
            json.key("exports")
            json.array { json in
                for (name, standing) in exports {
                    json.object { json in
                        json.member("export", name)
                        json.member("state", standing?.word)
                    }
                }
            }
        }
    }

    @Sendable func make(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.export)
        _ = try Parameters(request, known: [])
        let body = try await RequestObject(request, known: ["release", "name", "cap", "compression"])
        let release = try body.text("release")
        guard release.map(GivenName.isOne) ?? true else {
            throw Parameters.wrong("release", "it has \(GivenName.rule)")
        }
        let name = try body.text("name") ?? release.map(ExportShelf.name) ?? "export-\(context.id)"
        guard ExportShelf.isName(name) else {
            throw Parameters.wrong("name", "it has 1 to 100 of the characters A-Z a-z 0-9 . _ -, and no . at its start")
        }
        let compression = try body.text("compression").map { word throws(Problem) in
            guard let compression = ExportCompression(rawValue: word) else {
                throw Parameters.wrong("compression", "it is zstd, gzip or none")
            }
            return compression
        }
        let cap = try body.number("cap", in: 0...1)
        try requireRoom()
        let (settings, shelf) = (settings(), shelf)
        let export = ExportSettings(
            release: release, capPPM: cap.map(ShardSettings.ppm), prior: settings.detection.prior,
            enforcesBound: settings.export.enforcesBound, compression: compression ?? .zstd,
            fileBytes: settings.export.fileBytes,
            toolVersion: Tool.version, configuration: settings.digest)
        try await questions.run { try shelf.begin(name, export) }
        return .json(.accepted, headers: [.location: "/v1/exports/\(name)"]) { json in
            json.member("export", name)
            json.member("state", "running")
        }
    }

    @Sendable func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
        if !context.caller.may(.export) { try context.require(.read) }
        _ = try Parameters(request, known: [])
        let (name, shelf) = (context.part("export"), shelf)
        let (standing, files) = try await questions.run { (shelf.standing(of: name), shelf.files(of: name)) }
        guard let standing else { throw Problem(.notFound, "there is no export of this name") }
        return .json { json in
            json.member("export", name)
            json.member("state", standing.word)
            if case .failed(let problem) = standing {
                json.member("error", problem.detail)
                json.member("type", problem.kind.type)
            }
            json.key("files")
            json.array { json in
                for file in files {
                    json.object { json in
                        json.member("name", file.name)
                        json.member("bytes", file.bytes)
                    }
                }
            }
        }
    }

    @Sendable func file(_ request: Request, _ context: ServiceContext) async throws -> Response {
        try context.require(.export)
        _ = try Parameters(request, known: [])
        let (name, file) = (context.part("export"), context.part("file"))
        let shelf = shelf
        guard let path = try await questions.run({ shelf.path(of: file, in: name) }) else {
            throw Problem(.notFound, "there is no such file in an export of this name")
        }
        return try await FileStream.response(of: path, type: ExportRoutes.type(of: file), threads: questions)
    }

    private static func type(of file: String) -> String {
        if file.hasSuffix(".json") { return "application/json" }
        if file.hasSuffix(".jsonl") { return "application/x-ndjson" }
        if file.hasSuffix(".zst") { return "application/zstd" }
        if file.hasSuffix(".gz") { return "application/gzip" }
        return "text/plain; charset=utf-8"
    }
}
