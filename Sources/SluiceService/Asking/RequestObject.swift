import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SluiceCore

/// The body of a small request: one JSON object, each member one that the route knows.
struct RequestObject {
    private let members: [String: Member]

    /// A member's value, as far as routes read any.
    private enum Member: Decodable {
        case null
        case text(String)
        case number(Double)
        case other

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else {
                self = .other
            }
        }
    }

    /// The most bytes of such a body.
    static let limit = 64 << 10

    /// Reads the body of `request`.
    init(_ request: Request, known: Set<String>) async throws {
        guard request.headers[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true else {
            throw Problem(
                .unsupportedEncoding, "this route reads a body as it is", headers: [.acceptEncoding: "identity"])
        }
        var body = try await request.body.collect(upTo: RequestObject.limit)
        let bytes = body.readBytes(length: body.readableBytes) ?? []
        if bytes.isEmpty {
            members = [:]
            return
        }
        if let type = request.mediaType, type != "application/json" {
            throw Problem(.unsupportedType, "this route reads application/json")
        }
        // The decoder would take UTF-16, of which every sign of JSON's own has a NUL, and any but the last of two members
        // of one name.
        guard bytes.first(where: { !JSONParts.isSpace($0) }) == UInt8(ascii: "{"), !bytes.contains(0),
            let object = try? JSONDecoder().decode([String: Member].self, from: Data(bytes))
        else { throw Problem(.badBody, "the body is one JSON object, in UTF-8") }
        guard JSONParts.parts(of: bytes[...]).count == object.count else {
            throw Problem(.badBody, "a member of the object is given twice")
        }
        for name in object.keys.sorted() where !known.contains(name) {
            throw Problem(.badParameter, "a member of the object is one of \(known.sorted().joined(separator: ", "))")
        }
        members = object
    }

    /// A text of 1 to `limit` bytes; nil where the member is missing or null.
    func text(_ name: String, limit: Int = GivenName.limit) throws(Problem) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .text(let text) where (1...limit).contains(text.utf8.count): return text
        default: throw Parameters.wrong(name, "it is a text of 1 to \(limit) bytes")
        }
    }

    /// A number within `range`; nil where the member is missing or null.
    func number(_ name: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
        switch members[name] {
        case nil, .null: return nil
        case .number(let number) where range.contains(number): return number
        default:
            let (low, high) = (JSONText.decimal(range.lowerBound), JSONText.decimal(range.upperBound))
            throw Parameters.wrong(name, "it is a number from \(low) to \(high)")
        }
    }
}

extension Request {
    /// What `Content-Type` says, in lower case and without parameters; nil where it says nothing.
    var mediaType: String? {
        guard let field = headers[.contentType] else { return nil }
        let name = field.prefix { $0 != ";" }.lowercased()
        let type = name.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        return type.isEmpty ? nil : String(type)
    }
}
