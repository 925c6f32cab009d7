import Foundation
import GRDB
import SluiceCore

/// The keys under which clients of the service say things; see `migrations/0003_request_key.sql`.
extension StoreReader {
    /// What was said under `key`; nil where nothing was, or long ago.
    public func payload(ofRequestKey key: Digest) throws -> Digest? {
        try db.firstRow("SELECT payload FROM request_key WHERE key = ?", [Data(key.bytes)]) { try $0.digest(0) }
    }
}

extension StoreWriter {
    /// How long a key is remembered at least: 30 days.
    public static let requestKeyLifetime: Int64 = 30 * 86_400 * 1_000_000

    /// Remembers that `payload` was said under `key`, and forgets what is older than ``requestKeyLifetime``, a thousand
    /// rows at most.
    public func remember(requestKey key: Digest, payload: Digest, timeMicroseconds: Int64) throws {
        try db.execute(
            sql: "INSERT INTO request_key VALUES (?, ?, ?)",
            arguments: [Data(key.bytes), Data(payload.bytes), timeMicroseconds])
        try db.execute(
            sql: """
                DELETE FROM request_key WHERE key IN (
                    SELECT key FROM request_key WHERE time_us < ? LIMIT 1000)
                """, arguments: [timeMicroseconds - StoreWriter.requestKeyLifetime])
    }

    /// Forgets what was said under `key`.
    public func forget(requestKey key: Digest) throws {
        try db.execute(sql: "DELETE FROM request_key WHERE key = ?", arguments: [Data(key.bytes)])
    }
}
