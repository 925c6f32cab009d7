import HTTPTypes
import Hummingbird
import Synchronization

/// What the answers that are being sent hold of memory, all together; each is as slow as its reader.
final class HeldBytes: Sendable {
    private let limit: Int
    private let held = Mutex(0)

    /// What an answer may hold without being counted.
    private static let small = 16 << 10

    init(limit: Int) { self.limit = limit }

    /// Counts `response` until ``release(_:)``, and answers what to give back; one is taken whatever its size.
    ///
    /// - Throws: ``Problem`` of the kind `busy` where the others hold too much.
    func take(_ response: Response) throws(Problem) -> Int {
        let bytes = HeldBytes.share(of: response)
        if bytes <= HeldBytes.small { return 0 }
        let isTaken = held.withLock { held in
            guard held == 0 || held + bytes <= limit else { return false }
            held += bytes
            return true
        }
        guard isTaken else { throw Problem(.busy, "too many large answers are being read").retry(after: 2) }
        return bytes
    }

    /// Gives back what an answer held that has been sent.
    func release(_ bytes: Int) {
        if bytes > 0 { held.withLock { $0 -= bytes } }
    }

    /// What an answer holds: what its route says, or all of it.
    private static func share(of response: Response) -> Int {
        if let said = response.headers[.holds] { return Int(said) ?? 0 }
        return response.body.contentLength ?? 0
    }
}

extension HTTPField.Name {
    /// What an answer that is made while it is sent holds at a time, in bytes; between a route and the front, and never
    /// sent.
    static let holds = HTTPField.Name("Sluice-Holds") ?? .connection
}
