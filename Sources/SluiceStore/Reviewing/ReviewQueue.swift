import GRDB
import SluiceCore
import SluiceLedger

/// A document on which a person's verdict would say most.
public struct ReviewItem: Sendable, Equatable {
    /// The provenance row that kept it.
    public var seq: Int64
    /// SHA-256 of its text.
    public var digest: Digest
    /// What its source is called: the label, else the name.
    public var source: String
    /// The address, where it is known and was not erased.
    public var url: String?
    /// The host of the address.
    public var host: String?
    /// What its row says of its author.
    public var judgement: RecordedJudgement
    /// Its length in words.
    public var tokens: Int64
    /// The shard it is in; nil where it is held.
    public var shard: Int64?

    /// Writes the item as the one JSON object that the command line and the service show.
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("seq", seq)
            json.member("document", digest.hex)
            json.member("source", source)
            json.member("url", url)
            json.member("host", host)
            json.member("verdict", judgement.verdict.rawValue)
            json.member("origin", judgement.origin.rawValue)
            json.member("probability", judgement.probability)
            json.member("tokens", tokens)
            json.member("shard", shard)
            json.key("evidence")
            json.raw(judgement.evidence)
        }
    }
}

/// Which documents are asked about first.
public enum ReviewQueue {
    /// The newest sources that are looked at: a daemon makes one of every body that is sent.
    public static let sources = 16_384
    /// The newest kept documents of a source that are looked at.
    public static let documentsPerSource = 4096
    /// The most documents that are looked at.
    public static let documents = 1 << 20
    /// The most documents that are asked for at once.
    public static let longest = 10_000
    /// How far from one half a probability may be: what lies beyond is as good as settled, unless the row says
    /// `uncertain`.
    static let reach = 0.48
}

extension StoreReader {
    /// At most `limit` kept documents that a person should look at: those that are uncertain or not far from it, neither
    /// declared nor reviewed. The newest ``ReviewQueue/documentsPerSource`` documents of each of the newest sources are
    /// considered, at most ``ReviewQueue/sources`` sources that kept any and ``ReviewQueue/documents`` documents, which takes
    /// about a second.
    ///
    /// They come in rounds, in each of them one document of every source that has any left, so that no source waits
    /// behind a larger one; within a source and within a round the nearest to one half first, then the oldest. One state
    /// of the store gives one queue.
    public func reviewQueue(limit: Int) throws -> [ReviewItem] {
        let limit = min(max(limit, 0), ReviewQueue.longest)
        var candidates: [(round: Int, distance: Double, seq: Int64)] = []
        for source in try newestSources() {
            var round = 0
            try forEachCandidate(of: source, limit: limit) { seq, distance in
                candidates.append((round, distance, seq))
                round += 1
            }
        }
        candidates.sort { ($0.round, $0.distance, $0.seq) < ($1.round, $1.distance, $1.seq) }
        return try candidates.prefix(limit).compactMap { try item($0.seq) }
    }

    private func newestSources() throws -> [Int64] {
        var left = Int64(ReviewQueue.documents)
        var sources: [Int64] = []
        let sql = "SELECT source, kept FROM progress WHERE kept > 0 ORDER BY source DESC LIMIT ?"
        try db.forEachRow(sql, [ReviewQueue.sources]) { row in
            guard left > 0 else { return }
            sources.append(try row.integer(0))
            left -= min(try row.integer(1), Int64(ReviewQueue.documentsPerSource))
        }
        return sources
    }

    private func forEachCandidate(
        of source: Int64, limit: Int, _ body: (_ seq: Int64, _ distance: Double) throws -> Void
    ) throws {
        // By its stretches: between the first and the last row of a source that was interrupted stand others'.
        let sql = """
            SELECT r.seq, abs(r.probability - 0.5) AS distance
            FROM (SELECT d.seq FROM stretch AS s CROSS JOIN document AS d ON d.seq BETWEEN \(StoreReader.rowsOfStretch)
                WHERE s.source = ? ORDER BY s.first_seq DESC, d.seq DESC LIMIT ?) AS d
            CROSS JOIN record AS r ON r.seq = d.seq
            WHERE (r.origin = 'detected' OR r.origin = 'prior')
                AND (r.verdict = 'uncertain' OR abs(r.probability - 0.5) <= ?)
                AND NOT EXISTS (SELECT 1 FROM review WHERE document = d.seq)
            ORDER BY distance, r.seq LIMIT ?
            """
        let arguments: StatementArguments = [source, ReviewQueue.documentsPerSource, ReviewQueue.reach, limit]
        try db.forEachRow(sql, arguments) { row in try body(row.integer(0), row.share(1)) }
    }

    private func item(_ seq: Int64) throws -> ReviewItem? {
        let sql = """
            SELECT r.seq, r.document, s.name, s.label, a.url, \(StoredHost.column(of: "a")), r.verdict, r.origin,
                r.probability, r.evidence, r.tokens,
                (SELECT shard FROM admission WHERE document = r.seq GROUP BY shard HAVING sum(action) = 1)
            FROM record AS r JOIN source AS s ON s.id = r.source LEFT JOIN address AS a ON a.seq = r.seq
            WHERE r.seq = ?
            """
        return try db.firstRow(sql, [seq]) { row in
            ReviewItem(
                seq: try row.integer(0), digest: try row.digest(1),
                source: try row.optionalText(3) ?? row.text(2), url: try row.optionalText(4),
                host: try row.optionalText(5),
                judgement: RecordedJudgement(
                    verdict: try row.word(6), origin: try row.word(7), probability: try row.share(8),
                    reasons: try row.evidence(9)),
                tokens: try row.count(10), shard: try row.optionalInteger(11))
        }
    }
}
