import Foundation

/// The description of the HTTP interface, which `openapi.json` holds.
package enum OpenAPI {
    /// The document, JSON.
    package static let document: [UInt8] = PackageResources.openapi_json

    /// The templates of every route that is counted apart: those of the document, and those of the page.
    package static let templates: [String] = described + pages

    /// The templates of the document's paths.
    package static let described: [String] = {
        let root = try? JSONSerialization.jsonObject(with: Data(document)) as? [String: Any]
        return (root?["paths"] as? [String: Any] ?? [:]).keys.sorted()
    }()

    /// The page's own routes, which are for people and promise nothing to programs.
    package static let pages = ["/login", "/logout"]
}
