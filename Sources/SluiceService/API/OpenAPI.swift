/// The description of the HTTP interface.
enum OpenAPI {
    /// The document, JSON.
    static let document: [UInt8] = Array("{}".utf8)

    /// The templates of its paths.
    static let templates: [String] = []
}
