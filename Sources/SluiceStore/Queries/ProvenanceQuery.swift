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
        /// Those whose documents are held: kept, and in no shard now.
        case held
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
    /// find and at most 4,095 rows more.
    public func forEachProvenance(_ query: ProvenanceQuery, _ body: (ProvenanceEntry) throws -> Void) throws {
        // One query for what would be three: a look-up is a handful of them.
        let sizes = """
            SELECT (SELECT max(seq) FROM record), EXISTS (SELECT 1 FROM release), EXISTS (SELECT 1 FROM review)
            """
        let (records, hasReleases, hasReviews) =
            try db.firstRow(sizes) { row in
                (try row.optionalInteger(0, in: 0...1 << 53) ?? 0, try row.flag(1), try row.flag(2))
            } ?? (0, false, false)
        let releases = hasReleases ? try releaseNames() : []
        var left = query.limit > 0 ? query.limit : -1
        for var search in try searches(query.filter, after: query.after, records: records) where left != 0 {
            search.conditions.append("r.seq > ?")
            search.arguments += [query.after]
            if let decision = query.decision {
                search.conditions.append("r.decision = ?")
                search.arguments += [decision.rawValue]
            }
            try db.forEachRow(search.sql, search.arguments + [left], staysPrepared: true) { row in
                if left > 0 { left -= 1 }
                var entry = try entry(row)
                let seq = entry.row.seq
                if !releases.isEmpty { entry.releases = try self.releases(of: seq, names: releases) }
                try body(entry)
                guard hasReviews, entry.row.outcome == .kept, let own = entry.row.judgement else { return }
                for review in try reviews(of: seq) {
                    entry.review = review
                    entry.timeMicroseconds = review.timeMicroseconds
                    entry.row.judgement = review.judgement(over: own)
                    try body(entry)
                }
            }
        }
    }

    /// The entry of a row of ``Search/sql``, without its releases.
    private func entry(_ row: StoredRow) throws -> ProvenanceEntry {
        let next = RowDecoder.columnCount
        return ProvenanceEntry(
            row: try RowDecoder.row(row), sourceName: try row.text(RowDecoder.sourceName),
            sourceLabel: try row.optionalText(RowDecoder.sourceLabel), url: try row.optionalText(RowDecoder.url),
            duplicateDocument: try row.optionalDigest(next), timeMicroseconds: try row.integer(next + 1),
            run: try row.text(next + 2), toolVersion: try row.text(next + 3),
            configuration: try row.digest(next + 4), model: try row.optionalDigest(next + 5),
            shard: try row.optionalInteger(next + 6), releases: [])
    }

    private struct Search {
        var conditions: [String] = []
        var arguments = StatementArguments()

        /// The rows that meet the conditions, in order of seq; the last argument is the most of them, -1 for all.
        var sql: String { "\(Search.selection) WHERE \(conditions.joined(separator: " AND ")) ORDER BY r.seq LIMIT ?" }

        private static let selection = """
            SELECT \(RowDecoder.columns), k.document, b.time_us, u.uuid, u.tool_version, u.config_digest, u.model,
                (SELECT shard FROM admission WHERE document = r.seq GROUP BY shard HAVING sum(action) = 1)
            FROM record AS r
            JOIN source AS s ON s.id = r.source
            JOIN batch AS b ON b.first_seq = (SELECT max(first_seq) FROM batch WHERE first_seq <= r.seq)
            JOIN run AS u ON u.id = b.run
            LEFT JOIN address AS a ON a.seq = r.seq
            LEFT JOIN record AS k ON k.seq = r.duplicate_seq
            """
    }

    /// The records that are asked for: those behind one, in a ledger of so many.
    private typealias Bounds = (after: Int64, records: Int64)

    /// Where to look for a filter, one behind the other.
    private func searches(_ filter: ProvenanceQuery.Filter, after: Int64, records: Int64) throws -> [Search] {
        let bounds = (after: after, records: records)
        switch filter {
        case .all:
            return [Search()]
        case .document(let digest):
            return try searches(
                .name, Lookup.key(of: digest), bounds, ("record", "document = ?", [Data(digest.bytes)]),
                "r.document = ?")
        case .record(let id):
            let spellings = StoreReader.spellings(ofRecordID: id)
            let packed = StoredRecordID.pack("<urn:uuid:\(Lookup.bare(recordID: id))>")
            let bare = StoredRecordID.pack(String(Lookup.bare(recordID: id)))
            return try searches(
                .name, Lookup.key(ofRecordID: id), bounds, recordIDs: spellings, [packed, bare].compactMap(\.self))
        case .id(let id):
            return try searches(
                .name, Lookup.key(ofRecordID: id), bounds, recordIDs: [id],
                [StoredRecordID.pack(id)].compactMap(\.self))
        case .url(let url):
            let bytes: StatementArguments = [Data(url.utf8)]
            return try searches(
                .address, Lookup.key(of: url), bounds, ("address", "CAST(url AS BLOB) = ?", bytes),
                "CAST(a.url AS BLOB) = ?")
        case .host(let host):
            let host = host.lowercased()
            let bytes: StatementArguments = [Data(host.utf8)]
            return try searches(
                .address, Lookup.key(of: host), bounds,
                ("address", "CAST(\(StoredHost.column(of: "address")) AS BLOB) = ?", bytes),
                "CAST(\(StoredHost.column(of: "a")) AS BLOB) = ?")
        case .source(let name):
            let ids = try db.rows("SELECT id FROM source WHERE name = ?1 OR label = ?1", [name]) { try $0.integer(0) }
            let spans = try ids.compactMap { try span(ofSource: $0) }
            guard let first = spans.map(\.lowerBound).min(), let last = spans.map(\.upperBound).max() else { return [] }
            return [
                Search(
                    conditions: ["r.seq BETWEEN ? AND ?", "(s.name = ? OR s.label = ?)"],
                    arguments: [first, last, name, name])
            ]
        case .shard(let shard):
            return [
                Search(
                    conditions: [
                        """
                        r.seq IN (SELECT document FROM admission
                            WHERE shard = ? GROUP BY document HAVING sum(action) = 1)
                        """
                    ], arguments: [shard])
            ]
        case .held:
            return [Search(conditions: ["r.seq IN (\(StoreReader.heldRows))"])]
        case .release(let name):
            return [
                Search(
                    conditions: [
                        """
                        r.seq IN (SELECT document FROM release_document
                            WHERE release = (SELECT id FROM release WHERE name = ?))
                        """
                    ], arguments: [name])
            ]
        }
    }

    private func searches(
        _ kind: Lookup.Kind, _ key: UInt32, _ bounds: Bounds, recordIDs texts: [String], _ packed: [[UInt8]]
    ) throws -> [Search] {
        let marks = repeatElement("?", count: texts.count + packed.count).joined(separator: ", ")
        let condition = "record_id IN (\(marks))"
        let arguments = StatementArguments(texts) + StatementArguments(packed.map { Data($0) })
        return try searches(kind, key, bounds, ("record", condition, arguments), "r.\(condition)")
    }

    /// The most records that are asked for at once.
    private static let portionLength = 1000

    /// Searches by key; `tail` selects from its table where rows have to be read, and `exact` tells, by the same
    /// arguments, what is meant from what has the same key.
    private func searches(
        _ kind: Lookup.Kind, _ key: UInt32, _ bounds: Bounds,
        _ tail: (table: String, condition: String, arguments: StatementArguments), _ exact: String
    ) throws -> [Search] {
        var searches: [Search] = []
        for portion in try Lookup.portions(self, kind, key: key, after: bounds.after, records: bounds.records) {
            switch portion {
            case .records(let seqs) where seqs.count == 1:
                searches.append(Search(conditions: ["r.seq = ?", exact], arguments: [seqs[0]] + tail.arguments))
            case .records(let seqs):
                for start in stride(from: 0, to: seqs.count, by: StoreReader.portionLength) {
                    let part = seqs[start..<min(start + StoreReader.portionLength, seqs.count)]
                    let list = "[\(part.map(String.init).joined(separator: ","))]"
                    searches.append(
                        Search(
                            conditions: ["r.seq IN (SELECT value FROM json_each(?))", exact],
                            arguments: [list] + tail.arguments))
                }
            case .stretch(let first, let last):
                let rows = "SELECT seq FROM \(tail.table) WHERE seq > ? AND seq <= ? AND \(tail.condition)"
                searches.append(Search(conditions: ["r.seq IN (\(rows))"], arguments: [first, last] + tail.arguments))
            }
        }
        return searches
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
