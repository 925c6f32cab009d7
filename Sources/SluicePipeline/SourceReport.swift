import SluiceCore

/// What became of one source, as the store counts it once the source has been read to its end.
public struct SourceReport: Sendable, Equatable {
    /// SHA-256 of its bytes.
    public var source: Digest
    /// What it is called.
    public var name: String
    /// True where it had been read to its end before; nothing was done then, and the counts are those of that time.
    public var isRepeat = false
    /// Records, each decided.
    public var records = 0
    /// Documents kept.
    public var kept = 0
    /// Records with the words of an earlier kept document.
    public var exactDuplicates = 0
    /// Records that nearly repeat an earlier kept document.
    public var nearDuplicates = 0
    /// Records without text to keep, by reason.
    public var rejected: [Reason: Int] = [:]
    /// Bytes of its texts as they came.
    public var textBytes: UInt64 = 0
    /// Bytes that belong to no record.
    public var skippedBytes: UInt64 = 0
    /// The first records that are damaged or beyond a limit, at most ``errorLimit``.
    public var errors: [RecordError] = []

    /// The most errors that are listed one by one.
    public static let errorLimit = 20

    /// A report on a source of which nothing is known yet.
    public init(source: Digest, name: String) {
        self.source = source
        self.name = name
    }

    /// True where a record was rejected because the input is damaged or beyond a limit.
    public var hasDamage: Bool { rejected.contains { $0.key.isDamage && $0.value > 0 } }

    /// The report as one JSON object.
    public var json: String {
        var json = JSONText()
        write(to: &json)
        return json.string
    }

    /// Writes the report as one JSON object.
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("source", source.hex)
            json.member("name", name)
            json.member("repeat", isRepeat)
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
                    json.key(reason.rawValue)
                    json.value(rejected[reason])
                }
            }
            json.key("bytes")
            json.object { json in
                json.member("text", Int64(clamping: textBytes))
                json.member("skipped", Int64(clamping: skippedBytes))
            }
            json.key("errors")
            json.array { json in
                for error in errors { error.write(to: &json) }
            }
        }
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

    func write(to json: inout JSONText) {
        json.object { json in
            json.member("ordinal", ordinal)
            json.member("offset", Int64(clamping: offset))
            json.member("reason", reason.rawValue)
            json.member("detail", detail)
        }
    }
}
