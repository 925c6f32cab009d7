import HTTPTypes
import Hummingbird

/// How a body is packed; it is stored as it came, for the readers of sources unpack both.
package enum BodyCoding: String, Sendable, CaseIterable {
    /// As it is.
    case identity
    /// gzip, of one member or many.
    case gzip
    /// zstd.
    case zstd

    /// The coding that a request declares.
    ///
    /// - Throws: ``Problem`` with 415, naming what is read here, for any other or for several.
    package init(_ headers: HTTPFields) throws(Problem) {
        guard let field = headers[.contentEncoding] else {
            self = .identity
            return
        }
        let name = field.lowercased()
        guard let coding = BodyCoding(rawValue: name == "x-gzip" ? "gzip" : name) else {
            throw Problem(
                .unsupportedEncoding, "a body may be packed with gzip or zstd",
                headers: [.acceptEncoding: "identity, gzip, zstd"])
        }
        self = coding
    }

    /// Checks that a body which begins with these bytes is packed as declared.
    func check(_ first: [UInt8]) throws(Problem) {
        let isRight =
            switch self {
            case .identity: true
            case .gzip: first.starts(with: [0x1F, 0x8B])
            // The second is a frame to be skipped, of which sixteen kinds may come first.
            case .zstd:
                first.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
                    || first.count >= 4 && first[0] & 0xF0 == 0x50 && first[1...].starts(with: [0x2A, 0x4D, 0x18])
            }
        guard isRight else { throw Problem(.badBody, "the body is not \(rawValue), as the header says") }
    }
}
