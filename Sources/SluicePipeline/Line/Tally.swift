import SluiceCore
import SluiceCrawl

/// What a stretch of records came to: law 1's counts, and what goes with them.
public struct Tally: Sendable, Equatable {
    /// Documents kept.
    public var kept = 0
    /// Records with the words of an earlier kept document.
    public var exactDuplicates = 0
    /// Records that nearly repeat an earlier kept document.
    public var nearDuplicates = 0
    /// Records without text to keep, by reason.
    public var rejected: [Reason: Int] = [:]
    /// Kept documents by verdict.
    public var verdicts: [Verdict: Int] = [:]
    /// Documents, duplicates included, with a label in their metadata that cannot be read; it counted for none.
    public var unreadLabels = 0
    /// Duplicates that declare another verdict than the document kept before them has; that one stays.
    public var otherLabels = 0
    /// Bytes of the texts as they came, duplicates included.
    public var textBytes: UInt64 = 0
    /// Bytes that belong to no record.
    public var skippedBytes: UInt64 = 0
    /// The first records that are damaged or beyond a limit, at most ``errorLimit``.
    public var errors: [RecordError] = []

    /// The most errors that are listed one by one.
    public static let errorLimit = 20

    /// Nothing yet.
    public init() {}

    /// All rejected records.
    public var rejectedCount: Int { rejected.values.reduce(0, +) }

    /// All records, each decided.
    public var records: Int { kept + exactDuplicates + nearDuplicates + rejectedCount }

    /// True where a record was rejected because the input is damaged or beyond a limit.
    public var hasDamage: Bool { rejected.contains { $0.key.isDamage && $0.value > 0 } }

    /// What helps sources whose JSON is not one object a line; nil where nothing shows that.
    public var adviceOnJSON: String? {
        let isSpread = errors.contains(where: \.showsSpreadJSON)
        return isSpread || rejected[.notAnObject, default: 0] > 0 ? Tally.jsonAdvice(isSpread: isSpread) : nil
    }

    /// What helps where a JSON value is spread over lines, or where a line holds one that is no object.
    static func jsonAdvice(isSpread: Bool) -> String {
        (isSpread ? "a source is one JSON document over several lines" : "lines hold JSON that is no object")
            + ", and one object a line is read: 'jq -c .' makes that of objects, 'jq -c \".[]\"' of an array of them"
    }

    /// True where a record was kept, or is a duplicate of one that was.
    public var isUseful: Bool { kept + exactDuplicates + nearDuplicates > 0 }

    /// Adds what the records behind these came to.
    public mutating func add(_ next: Tally) {
        kept += next.kept
        exactDuplicates += next.exactDuplicates
        nearDuplicates += next.nearDuplicates
        rejected.merge(next.rejected, uniquingKeysWith: +)
        verdicts.merge(next.verdicts, uniquingKeysWith: +)
        unreadLabels += next.unreadLabels
        otherLabels += next.otherLabels
        textBytes += next.textBytes
        skippedBytes += next.skippedBytes
        errors += next.errors.prefix(max(0, Tally.errorLimit - errors.count))
    }

    /// Writes the counts as members of a JSON object.
    func writeCounts(to json: inout JSONText) {
        json.member("records", records)
        json.member("kept", kept)
        json.key("duplicates")
        json.object { json in
            json.member("exact", exactDuplicates)
            json.member("near", nearDuplicates)
        }
        json.key("rejected")
        json.object { json in
            for reason in Reason.allCases where rejected[reason, default: 0] > 0 {
                json.member(reason.rawValue, rejected[reason])
            }
        }
    }
}

extension Tally {
    /// Writes the verdicts, and the labels that gave none or came too late, as members of a JSON object.
    func writeVerdicts(to json: inout JSONText) {
        json.key("verdicts")
        json.object { json in
            for verdict in Verdict.allCases { json.member(verdict.rawValue, verdicts[verdict, default: 0]) }
        }
        json.member("unreadLabels", unreadLabels)
        json.member("otherLabels", otherLabels)
    }
}

/// A record that was rejected because it is damaged or beyond a limit.
public struct RecordError: Sendable, Equatable {
    /// Its place among the records of the source, from 0.
    public var ordinal: Int
    /// Where it starts in the source; see ``Record/offset``.
    public var offset: UInt64
    /// Why it was rejected.
    public var reason: Reason
    /// What exactly was found.
    public var detail: String

    /// An error of its parts.
    public init(ordinal: Int, offset: UInt64, reason: Reason, detail: String) {
        self.ordinal = ordinal
        self.offset = offset
        self.reason = reason
        self.detail = detail
    }

    /// True of the first record of a source whose JSON is spread over several lines.
    var showsSpreadJSON: Bool { ordinal == 0 && detail == RecordDecoder.spreadJSON }

    func write(to json: inout JSONText) {
        json.object { json in
            json.member("ordinal", ordinal)
            json.member("offset", Int64(clamping: offset))
            json.member("reason", reason.rawValue)
            json.member("detail", detail)
        }
    }
}
