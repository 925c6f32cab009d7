import Foundation
import Hummingbird
import NIOCore

/// The fields of a form, from a query or a body; the first of each name counts.
package struct FormFields: Sendable {
    private var values: [String: String] = [:]

    /// The most bytes of a form that is sent as a body.
    static let limit = 16 << 10

    /// The fields of `text`, which is `application/x-www-form-urlencoded`; what cannot be decoded is left out.
    package init(_ text: some StringProtocol) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first.flatMap({ FormFields.decoded($0) }), values[name] == nil else { continue }
            values[name] = parts.count == 2 ? FormFields.decoded(parts[1]) : ""
        }
    }

    /// The fields of a request's query, which may be any of `known`.
    init(queryOf request: Request, known: Set<String>) throws(Problem) {
        self.init(request.uri.query ?? "")
        guard known.isSuperset(of: values.keys) else { throw Parameters.unknown(known) }
    }

    /// The fields of a request's body.
    init(bodyOf request: Request) async throws {
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
            throw Problem(.unsupportedType, "this route reads a form")
        }
        self.init(String(buffer: try await request.body.collect(upTo: FormFields.limit)))
    }

    /// The field of this name without white space around it; nil where it is missing or empty.
    package func text(_ name: String) -> String? {
        let text = (values[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }

    /// The field of this name as a whole number from 0.
    package func number(_ name: String) -> Int64? { text(name).flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil } }

    /// Line ends come as CR and LF.
    private static func decoded(_ text: some StringProtocol) -> String? {
        text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding?
            .replacingOccurrences(of: "\r\n", with: "\n")
    }
}
