import Foundation
import SluiceCore

/// What the daemon answered.
package struct DaemonAnswer: Sendable {
    /// The status.
    package var status: Int
    /// The seconds after which another try may do better, where it says so.
    package var retryAfter: Int?
    /// The body; empty where it was handed on as it came.
    package var body: [UInt8] = []

    /// An answer of its parts.
    package init(status: Int, retryAfter: Int? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }

    /// True where what was asked for is there or done.
    package var isSuccess: Bool { (200..<300).contains(status) }

    /// True where the daemon takes nothing at the moment, and the same request may be sent again.
    package var isBusy: Bool { (status == 429 || status == 503) && !isStorage }

    private var isStorage: Bool { status == 507 || problem?.type?.hasSuffix(":storage") == true }

    /// The answer, or the refusal that it is as an error.
    package func required() throws(SluiceError) -> DaemonAnswer {
        if let refusal { throw refusal }
        return self
    }

    /// The body as `Value`.
    ///
    /// - Throws: `SluiceError` where it is not JSON of that form: the daemon is of another version, or no daemon at all.
    package func decoded<Value: Decodable>(_ type: Value.Type) throws(SluiceError) -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            throw SluiceError(
                .io, "the daemon's answer cannot be understood",
                advice: "the daemon and this program should be of one version")
        }
    }

    /// What the answer refuses, as the error that the command would have ended with by itself; nil for a success.
    package var refusal: SluiceError? {
        if isSuccess { return nil }
        let reason = problem?.reason ?? "status \(status)"
        if isStorage {
            return SluiceError(
                .io, "the daemon's storage takes no more: \(reason)",
                advice: "make room on its disk and run the same command again; everything acknowledged is safe")
        }
        switch status {
        case 429, 503:
            let wait = retryAfter.map { "try again in \($0) s" } ?? "try again later"
            return SluiceError(.busy, "the daemon is busy: \(reason)", advice: wait)
        case 401, 403:
            return SluiceError(
                .configuration, "the daemon does not allow this: \(reason)",
                advice:
                    "set SLUICE_TOKEN to a token ('sluice token') with that scope; root and the user that the daemon runs as "
                    + "need none"
            )
        case 404: return SluiceError(.inputMissing, "the daemon knows nothing of it: \(reason)")
        case 408: return SluiceError(.io, "the daemon waited too long: \(reason)", advice: "run the command again")
        case 409: return SluiceError(.cannotCreate, "the daemon refuses: \(reason)")
        case 413:
            return SluiceError(
                .noUsableData, "too large for the daemon: \(reason)",
                advice: "put it into the daemon's spool, or raise service.body_bytes")
        case 422: return SluiceError(.noUsableData, reason)
        case 400..<500: return SluiceError(.usage, "the daemon does not take this: \(reason)")
        default: return SluiceError(.io, "the daemon failed: \(reason)", advice: "its log says more")
        }
    }

    private var problem: ProblemDocument? { try? JSONDecoder().decode(ProblemDocument.self, from: Data(body)) }
}

/// A refusal as it is written (RFC 9457), as far as it is read here.
private struct ProblemDocument: Decodable {
    var type: String?
    var title: String?
    var detail: String?
    var errors: [Place]?

    struct Place: Decodable {
        var place: String
        var detail: String
    }

    /// What was wrong, on one line.
    var reason: String {
        let places = (errors ?? []).prefix(5).map { "\($0.place): \($0.detail)" }
        let parts = [detail ?? (places.isEmpty ? title : nil), places.isEmpty ? nil : places.joined(separator: "; ")]
        let reason = parts.compactMap(\.self).joined(separator: ": ")
        return reason.isEmpty ? title ?? "no reason given" : reason
    }
}
