import Foundation

/// The description of the HTTP interface, which `openapi.json` holds.
package enum OpenAPI {
    /// The document, JSON.
    package static let document: [UInt8] = PackageResources.openapi_json

    /// The templates of the document's paths.
    package static let templates: [String] = {
        let root = try? JSONSerialization.jsonObject(with: Data(document)) as? [String: Any]
        return (root?["paths"] as? [String: Any] ?? [:]).keys.sorted()
    }()
}
