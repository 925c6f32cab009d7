import Foundation
import SluiceService

/// The OpenAPI document, as a test holds an answer against it.
struct Description: @unchecked Sendable {
    // Read once, never changed.
    let root: [String: Any]

    /// The document that the program carries.
    static let own = Description(OpenAPI.document)

    init(_ bytes: [UInt8]) {
        root = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] ?? [:]
    }

    private var paths: [String: [String: Any]] { root["paths"] as? [String: [String: Any]] ?? [:] }

    /// Every operation, as in `GET /v1/documents/{sha256}`.
    var operations: [String] {
        paths.flatMap { path, item in item.keys.map { "\($0.uppercased()) \(path)" } }.sorted()
    }

    /// An operation by its name in ``operations``.
    func operation(_ name: String) -> [String: Any] {
        let words = name.split(separator: " ").map(String.init)
        return words.count == 2 ? paths[words[1]]?[words[0].lowercased()] as? [String: Any] ?? [:] : [:]
    }

    /// The scope that an operation needs; nil where it needs none.
    func scope(_ name: String) -> String? {
        (operation(name)["security"] as? [[String: [String]]])?.compactMap { $0["bearer"]?.first }.first
    }

    /// The template that a path fits, the one with the fewest parameters first.
    func template(of path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return paths.keys.filter { template in
            let own = template.split(separator: "/", omittingEmptySubsequences: false)
            return own.count == parts.count && zip(own, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.min { $0.filter { $0 == "{" }.count < $1.filter { $0 == "{" }.count }
    }

    /// What is wrong with an answer by what the document says; nil where nothing is.
    func fault(in answer: Answer, to method: String, _ path: String) -> String? {
        let method = method == "HEAD" ? "GET" : method
        guard let template = template(of: path), paths[template]?[method.lowercased()] != nil else {
            // Without an operation, only what any request may be told.
            return [404, 405].contains(answer.status)
                ? check(answer, ["application/problem+json": problem]) : "no operation"
        }
        let responses = operation("\(method) \(template)")["responses"] as? [String: Any] ?? [:]
        guard let response = responses[String(answer.status)].map(resolved) else {
            return "\(method) \(template) says nothing of \(answer.status)"
        }
        for name in (response["headers"] as? [String: Any] ?? [:]).keys where name == "Location" {
            if answer.fields["location"] == nil { return "\(method) \(template) \(answer.status) lacks \(name)" }
        }
        return check(answer, response["content"] as? [String: [String: Any]] ?? [:])
            .map { "\(method) \(template) \(answer.status): \($0)" }
    }

    private var problem: [String: Any] { ["schema": ["$ref": "#/components/schemas/Problem"]] }

    private func check(_ answer: Answer, _ content: [String: [String: Any]]) -> String? {
        let type = answer.fields["content-type"] ?? ""
        guard let media = content[type] else { return "'\(type)' is not among \(content.keys.sorted())" }
        if answer.body.isEmpty { return nil }
        if let line = media["x-line"] as? [String: Any] {
            for text in answer.body.split(separator: UInt8(ascii: "\n")) {
                if let fault = check(Array(text), line) { return fault }
            }
            return nil
        }
        guard type.hasSuffix("/json") || type.hasSuffix("+json"), let schema = media["schema"] as? [String: Any] else {
            return nil
        }
        return check(answer.body, schema)
    }

    private func check(_ json: [UInt8], _ schema: [String: Any]) -> String? {
        guard let value = try? JSONSerialization.jsonObject(with: Data(json)) else { return "the body is not JSON" }
        return SchemaCheck(description: self).fault(value, schema)
    }

    /// An object of the document, or the one that it refers to.
    func resolved(_ value: Any) -> [String: Any] {
        let object = value as? [String: Any] ?? [:]
        guard let reference = object["$ref"] as? String else { return object }
        var found: Any? = root
        for key in reference.dropFirst(2).split(separator: "/") { found = (found as? [String: Any])?[String(key)] }
        return found as? [String: Any] ?? [:]
    }
}
