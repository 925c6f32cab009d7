import Foundation
import SluiceCore
import SluicePipeline
import SluiceService
import Testing

@Suite struct `The description of the HTTP interface` {
    private let description = Description.own

    @Test func `has the version of the program`() {
        let info = description.root["info"] as? [String: Any]
        #expect(info?["version"] as? String == Tool.version)
    }

    @Test func `describes every route, and nothing that is none`() async throws {
        try await LiveDaemon.with { daemon in
            let operation = ["/livez", "/readyz", "/metrics", "/openapi.json"]
            let routes = daemon.assembly.routes.filter { route in
                let path = route.split(separator: " ").last.map(String.init) ?? ""
                return path.hasPrefix("/v1/") || operation.contains(path)
            }
            #expect(routes == Description.own.operations)
            let answer = try await daemon.get("/openapi.json")
            #expect(answer.body == OpenAPI.document)
        }
    }

    @Test func `uses every part that it defines, and defines every part that it uses`() throws {
        let text = String(decoding: OpenAPI.document, as: UTF8.self)
        let components = try #require(description.root["components"] as? [String: [String: Any]])
        // What any request may be told belongs to no operation.
        let anywhere: Set = [
            "MethodNotAllowed", "TargetTooLong", "ExpectationFailed", "HeaderTooLarge", "NotImplemented",
            "UnsupportedVersion",
        ]
        for (kind, parts) in components where kind != "securitySchemes" {
            for name in parts.keys {
                let isUsed = text.contains("\"#/components/\(kind)/\(name)\"")
                #expect(isUsed != anywhere.contains(name), "\(kind)/\(name)")
            }
        }
        for piece in text.components(separatedBy: "\"$ref\": \"").dropFirst() {
            let reference = String(piece.prefix { $0 != "\"" })
            #expect(!description.resolved(["$ref": reference]).isEmpty, "\(reference)")
        }
    }

    @Test func `knows every kind of problem, reason, verdict and scope`() throws {
        let schemas = try #require((description.root["components"] as? [String: Any])?["schemas"] as? [String: Any])
        func words(_ schema: Any?) -> Set<String> { Set((schema as? [String: Any])?["enum"] as? [String] ?? []) }
        #expect(words(schemas["ProblemType"]) == Set(ProblemKind.allCases.map(\.type)))
        #expect(words(schemas["Reason"]) == Set(Reason.allCases.map(\.rawValue)))
        #expect(words(schemas["Verdict"]) == Set(Verdict.allCases.map(\.rawValue)))
        #expect(words(schemas["Origin"]) == Set(Origin.allCases.map(\.rawValue)))
        #expect(words(schemas["Decision"]) == Set(DecisionKind.allCases.map(\.rawValue)))
        let scopes = Set(description.operations.compactMap(description.scope))
        #expect(scopes == Set(Scope.allCases.map(\.rawValue)))
    }

    @Test func `gives examples that fit`() throws {
        let schemas = try #require((description.root["components"] as? [String: Any])?["schemas"] as? [String: Any])
        let check = SchemaCheck(description: description)
        var count = 0
        for (name, schema) in schemas {
            for example in (schema as? [String: Any])?["examples"] as? [Any] ?? [] {
                #expect(check.fault(example, ["$ref": "#/components/schemas/\(name)"]) == nil, "\(name)")
                count += 1
            }
        }
        #expect(count >= 8)
    }
}
