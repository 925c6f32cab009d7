import Foundation
import Hummingbird
import NIOCore

/// The body of a small request: one JSON object, each member one that the route knows.
struct RequestObject {
    private let members: [String: Any]

    /// The most bytes of such a body.
    static let limit = 64 << 10

    /// Reads the body of `request`.
    init(_ request: Request, known: Set<String>) async throws {
        var body = try await request.body.collect(upTo: RequestObject.limit)
        let bytes = body.readBytes(length: body.readableBytes) ?? []
        if bytes.isEmpty {
            members = [:]
            return
        }
        if let type = request.headers[.contentType], !type.hasPrefix("application/json") {
            throw Problem(.unsupportedType, "this route reads application/json")
        }
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw Problem(.badBody, "the body is one JSON object")
        }
        for name in object.keys.sorted() where !known.contains(name) {
            throw Problem(.badParameter, "a member of the object is one of \(known.sorted().joined(separator: ", "))")
        }
        members = object
    }

    /// A text of 1 to `limit` bytes; nil where the member is missing or null.
    func text(_ name: String, limit: Int = 2048) throws(Problem) -> String? {
        guard let member = members[name], !(member is NSNull) else { return nil }
        guard let text = member as? String, (1...limit).contains(text.utf8.count) else {
            throw Parameters.wrong(name, "it is a text of 1 to \(limit) bytes")
        }
        return text
    }

    /// A number within `range`; nil where the member is missing or null.
    func number(_ name: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
        guard let member = members[name], !(member is NSNull) else { return nil }
        guard !(member is Bool), let number = (member as? NSNumber)?.doubleValue, range.contains(number) else {
            throw Parameters.wrong(name, "it is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
