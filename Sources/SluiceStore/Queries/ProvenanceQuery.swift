import Foundation
import GRDB
import SluiceCore
import SluiceLedger

/// Which provenance rows are asked for. They come in order of seq.
public struct ProvenanceQuery: Sendable, Equatable {
    /// What the rows have in common.
    public enum Filter: Sendable, Equatable {
        /// Every row.
        case all
        /// Those with a document of this text.
        case document(Digest)
        /// Those of this `WARC-Record-ID`, with or without `<urn:uuid:…>`.
        case record(String)
        /// Those of this JSON `id`, exactly.
        case id(String)
        /// Those captured from exactly this address.
        case url(String)
        /// Those captured from this host; case does not count.
        case host(String)
        /// Those of the sources of this name or label.
        case source(String)
        /// Those whose documents are in this shard now.
        case shard(Int64)
        /// Those whose documents are in this release.
        case release(String)
    }

    /// What the rows have in common.
    public var filter: Filter
    /// Only rows of this decision; nil for all three.
    public var decision: DecisionKind?
    /// The most records; 0 for no limit. The reviews of a record come with it and do not count.
    public var limit: Int
    /// Only rows with a greater seq than this: the last one of the page before.
    public var after: Int64

    /// A query of its parts.
    public init(filter: Filter = .all, decision: DecisionKind? = nil, limit: Int = 100, after: Int64 = 0) {
        self.filter = filter
        self.decision = decision
        self.limit = limit
        self.after = after
    }
}

/// A provenance row with everything that hangs on it: a record's own, or that of a review of its document.
public struct ProvenanceEntry: Sendable, Equatable {
    /// The row; of a review, with the judgement that holds from it on.
    public var row: ProvenanceRow
    /// The review that this entry is of; nil for the record's own.
    public var review: Review?
    /// What the source was called when it first came.
    public var sourceName: String
    /// What the operator calls the source.
    public var sourceLabel: String?
    /// The address, where it has not been erased.
    public var url: String?
    /// For a duplicate, the document of the row it repeats.
    public var duplicateDocument: Digest?
    /// When the row was written, in microseconds since 1970, UTC.
    public var timeMicroseconds: Int64
    /// The UUID of the run that wrote it.
    public var run: String
    /// The version of the program in that run.
    public var toolVersion: String
    /// The configuration in force, by digest.
    public var configuration: Digest
    /// The detector's model, by digest.
    public var model: Digest?
    /// The shard the document is in; nil where it is held, or was not kept.
    public var shard: Int64?
    /// The releases the document is in, in the order in which they were made.
    public var releases: [String]
}

extension StoreReader {
    /// The rows that `query` asks for, as ``forEachProvenance(_:_:)`` hands them over.
    public func provenance(_ query: ProvenanceQuery) throws -> [ProvenanceEntry] {
        var entries: [ProvenanceEntry] = []
        try forEachProvenance(query) { entries.append($0) }
        return entries
    }

    /// Calls `body` with each row that `query` asks for, one at a time, in order of seq; behind a record's own row with
    /// one more for each review of its document, of the same seq, in the order in which they were written.
    ///
    /// No filter reads the whole ledger: `source` reads from the source's first row to its last, the others what they
    /// find and at most 16,383 rows more.
    public func forEachProvenance(_ query: ProvenanceQuery, _ body: (ProvenanceEntry) throws -> Void) throws {
        guard var search = try search(query.filter, after: query.after) else { return }
        search.conditions.append("r.seq > ?")
        search.arguments += [query.after]
        if let decision = query.decision {
            search.conditions.append("r.decision = ?")
            search.arguments += [decision.rawValue]
        }
        let sql = """
            SELECT \(RowDecoder.columns), k.document, b.time_us, u.uuid, u.tool_version, u.config_digest, u.model,
                (SELECT shard FROM admission WHERE document = r.seq GROUP BY shard HAVING sum(action) = 1)
            FROM \(search.tables)
            JOIN source AS s ON s.id = r.source
            JOIN batch AS b ON b.first_seq = (SELECT max(first_seq) FROM batch WHERE first_seq <= r.seq)
            JOIN run AS u ON u.id = b.run
            LEFT JOIN address AS a ON a.seq = r.seq
            LEFT JOIN record AS k ON k.seq = r.duplicate_seq
            WHERE \(search.conditions.joined(separator: " AND "))
            ORDER BY r.seq LIMIT ?
            """
        let releases = try releaseNames()
        let hasReviews = try reviewCount() > 0
        let next = RowDecoder.columnCount
        let arguments = search.arguments + [query.limit > 0 ? query.limit : -1]
        try db.forEachRow(sql, arguments, staysPrepared: true) { row in
            let decoded = try RowDecoder.row(row)
            var entry = ProvenanceEntry(
                row: decoded, sourceName: try row.text(RowDecoder.sourceName),
                sourceLabel: try row.optionalText(RowDecoder.sourceLabel), url: try row.optionalText(RowDecoder.url),
                duplicateDocument: try row.optionalDigest(next), timeMicroseconds: try row.integer(next + 1),
                run: try row.text(next + 2), toolVersion: try row.text(next + 3),
                configuration: try row.digest(next + 4), model: try row.optionalDigest(next + 5),
                shard: try row.optionalInteger(next + 6),
                releases: releases.isEmpty ? [] : try self.releases(of: decoded.seq, names: releases))
            try body(entry)
            guard hasReviews, decoded.outcome == .kept, let own = decoded.judgement else { return }
            for review in try reviews(of: decoded.seq) {
                entry.review = review
                entry.timeMicroseconds = review.timeMicroseconds
                entry.row.judgement = review.judgement(over: own)
                try body(entry)
            }
        }
    }

    private struct Search {
        var tables = "record AS r"
        var conditions: [String] = []
        var arguments = StatementArguments()
    }

    /// Where to look for a filter; nil where nothing can be found.
    private func search(_ filter: ProvenanceQuery.Filter, after: Int64) throws -> Search? {
        switch filter {
        case .all:
            return Search()
        case .document(let digest):
            let key: StatementArguments = [Data(digest.bytes)]
            return try search(
                Lookup.key(of: digest), after, ("record", "document = ?", key), "r.document = ?", key)
        case .record(let id):
            let spellings = StoreReader.spellings(ofRecordID: id)
            let condition = "record_id IN (\(repeatElement("?", count: spellings.count).joined(separator: ", ")))"
            return try search(
                Lookup.key(ofRecordID: id), after, ("record", condition, StatementArguments(spellings)),
                "r.\(condition)", StatementArguments(spellings))
        case .id(let id):
            return try search(
                Lookup.key(ofRecordID: id), after, ("record", "record_id = ?", [id]), "r.record_id = ?", [id])
        case .url(let url):
            let key = Lookup.key(of: url)
            return try search(
                key, after, ("address", "url_key = ?", [key]), StoreReader.equals("a.url"), [Data(url.utf8)])
        case .host(let host):
            let host = host.lowercased()
            let key = Lookup.key(of: host)
            return try search(
                key, after, ("address", "host_key = ?", [key]), StoreReader.equals("a.host"), [Data(host.utf8)])
        case .source(let name):
            // Within a source, seq rises with the ordinal, so the unique index gives the first and the last row.
            let bounds = try db.firstRow(
                """
                SELECT min((SELECT seq FROM record WHERE source = s.id ORDER BY ordinal LIMIT 1)),
                    max((SELECT seq FROM record WHERE source = s.id ORDER BY ordinal DESC LIMIT 1))
                FROM source AS s WHERE s.name = ?1 OR s.label = ?1
                """, [name]
            ) { (try $0.optionalInteger(0), try $0.optionalInteger(1)) }
            guard let bounds, let first = bounds.0, let last = bounds.1 else { return nil }
            return Search(
                conditions: ["r.seq BETWEEN ? AND ?", "(s.name = ? OR s.label = ?)"],
                arguments: [first, last, name, name])
        case .shard(let shard):
            return Search(
                conditions: [
                    """
                    r.seq IN (SELECT document FROM admission
                        WHERE shard = ? GROUP BY document HAVING sum(action) = 1)
                    """
                ], arguments: [shard])
        case .release(let name):
            return Search(
                conditions: [
                    """
                    r.seq IN (SELECT document FROM release_document
                        WHERE release = (SELECT id FROM release WHERE name = ?))
                    """
                ], arguments: [name])
        }
    }

    /// The condition that a text is these bytes; as text it would be bound, and compared, up to its first NUL only.
    private static func equals(_ column: String) -> String { "CAST(\(column) AS BLOB) = ?" }

    /// A search by key, with the condition that tells what is meant from what has the same key.
    private func search(
        _ key: Int64, _ after: Int64, _ tail: (table: String, condition: String, arguments: StatementArguments),
        _ exact: String, _ arguments: StatementArguments
    ) throws -> Search {
        let found = try Lookup.condition(self, key: key, after: after, tail: tail)
        return Search(conditions: [found.sql, exact], arguments: found.arguments + arguments)
    }

    /// The ways to write one WARC record id.
    static func spellings(ofRecordID id: String) -> [String] {
        let bare = Lookup.bare(recordID: id)
        return Array(Set([id, String(bare), "urn:uuid:\(bare)", "<urn:uuid:\(bare)>", "<\(bare)>"])).sorted()
    }

    private func releaseNames() throws -> [(id: Int64, name: String)] {
        try db.rows("SELECT id, name FROM release ORDER BY id") { (try $0.integer(0), try $0.text(1)) }
    }

    private func releases(of document: Int64, names: [(id: Int64, name: String)]) throws -> [String] {
        let probe = "SELECT 1 FROM release_document WHERE release = ? AND document = ?"
        return try names.filter { try db.integer(probe, [$0.id, document]) != nil }.map(\.name)
    }
}
