import HTTPTypes

/// The fields that the library has no name for.
extension HTTPField.Name {
    /// `X-Request-Id`: the number of the request in the log.
    static let requestID = HTTPField.Name.known("X-Request-Id")
    /// `Referrer-Policy`.
    static let referrerPolicy = HTTPField.Name.known("Referrer-Policy")
    /// `Sec-Fetch-Site`: where the page that asks comes from, as the browser sees it.
    static let fetchSite = HTTPField.Name.known("Sec-Fetch-Site")
    /// `Host`, which the library keeps apart from the other fields.
    static let hostField = HTTPField.Name.known("Host")
    /// `Idempotency-Key`: under which a request is said again.
    static let idempotencyKey = HTTPField.Name.known("Idempotency-Key")
    /// `Link`: where a list goes on.
    static let link = HTTPField.Name.known("Link")

    /// A name that is written in this source and is therefore a token.
    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field's name") }
        return name
    }
}
