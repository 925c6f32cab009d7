import SluiceCore
import SluicePipeline

extension SourceReport: Decodable {
    private enum Key: String, CodingKey {
        case source, name, run, `repeat`, readOtherwise, kept, duplicates, rejected, verdicts, unreadLabels,
            otherLabels, bytes,
            errors
    }

    private struct Duplicates: Decodable {
        var exact: Int
        var near: Int
    }

    private struct Bytes: Decodable {
        var text: UInt64
        var skipped: UInt64
    }

    private struct Place: Decodable {
        var ordinal: Int
        var offset: UInt64
        var reason: String
        var detail: String
    }

    /// Reads what `json` writes. Records that this version has no word for are an error, for they must not get lost.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        guard let digest = Digest(hex: try values.decode(String.self, forKey: .source)) else {
            throw DecodingError.dataCorruptedError(forKey: .source, in: values, debugDescription: "not a digest")
        }
        self.init(source: digest, name: try values.decode(String.self, forKey: .name))
        isRepeat = try values.decode(Bool.self, forKey: .repeat)
        isReadOtherwise = try values.decodeIfPresent(Bool.self, forKey: .readOtherwise) ?? false
        run = try values.decodeIfPresent(String.self, forKey: .run)
        counts.kept = try values.decode(Int.self, forKey: .kept)
        let duplicates = try values.decode(Duplicates.self, forKey: .duplicates)
        (counts.exactDuplicates, counts.nearDuplicates) = (duplicates.exact, duplicates.near)
        for (word, count) in try values.decode([String: Int].self, forKey: .rejected) {
            counts.rejected[try SourceReport.reason(word, values)] = count
        }
        for (word, count) in try values.decodeIfPresent([String: Int].self, forKey: .verdicts) ?? [:] {
            if let verdict = Verdict(rawValue: word), count > 0 { counts.verdicts[verdict] = count }
        }
        counts.unreadLabels = try values.decodeIfPresent(Int.self, forKey: .unreadLabels) ?? 0
        counts.otherLabels = try values.decodeIfPresent(Int.self, forKey: .otherLabels) ?? 0
        let bytes = try values.decode(Bytes.self, forKey: .bytes)
        (counts.textBytes, counts.skippedBytes) = (bytes.text, bytes.skipped)
        counts.errors = try values.decode([Place].self, forKey: .errors).map { place in
            RecordError(
                ordinal: place.ordinal, offset: place.offset, reason: try SourceReport.reason(place.reason, values),
                detail: place.detail)
        }
    }

    private static func reason(_ word: String, _ values: KeyedDecodingContainer<Key>) throws -> Reason {
        guard let reason = Reason(rawValue: word) else {
            throw DecodingError.dataCorruptedError(forKey: .rejected, in: values, debugDescription: "unknown: \(word)")
        }
        return reason
    }
}
