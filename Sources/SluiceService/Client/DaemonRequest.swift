import NIOCore
import NIOHTTP1
import SluiceCore

/// One question to the daemon, or one thing handed to it.
package struct DaemonRequest: Sendable {
    /// What goes with it.
    package enum Body: Sendable {
        /// Nothing.
        case none
        /// One JSON object.
        case json([UInt8])
        /// A file's bytes, of this type.
        case file(OutgoingFile, type: String)
    }

    /// The method.
    package var method: HTTPMethod
    /// The path with its query, escaped.
    package var target: String
    /// What goes with it.
    package var body: Body
    /// How long the connection may be silent both ways; nil for as long as the work takes.
    package var silence: TimeAmount?

    /// How long a question may stay without an answer: longer than the daemon gives itself for any.
    package static let usualSilence = TimeAmount.seconds(60)

    /// A question.
    package static func get(_ path: String, _ query: [(name: String, value: String?)] = []) -> DaemonRequest {
        DaemonRequest(method: .GET, target: target(path, query), body: .none, silence: usualSilence)
    }

    /// A piece of work, for which it takes the time that it takes.
    package static func post(
        _ path: String, _ query: [(name: String, value: String?)] = [], body: Body = .none
    ) -> DaemonRequest {
        DaemonRequest(method: .POST, target: target(path, query), body: body, silence: nil)
    }

    /// `path` with those of `query` that have a value.
    static func target(_ path: String, _ query: [(name: String, value: String?)]) -> String {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// `text` as it may stand in one segment of a path, or as a value in a query.
    package static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if plain.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

    /// The header, with the caller's token where there is one.
    func head(token: String?) -> HTTPRequestHead {
        var headers: HTTPHeaders = ["Host": "localhost", "Connection": "close", "User-Agent": "sluice"]
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        switch body {
        case .none: if method == .POST { headers.add(name: "Content-Length", value: "0") }
        case .json(let bytes):
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(bytes.count))
        case .file(let file, let type):
            headers.add(name: "Content-Type", value: type)
            headers.add(name: "Content-Length", value: String(file.bytes))
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
    }
}
