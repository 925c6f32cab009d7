import SluiceCore
import SluiceStore

/// What became of one source, as the store counts it once the source has been read to its end.
@dynamicMemberLookup
public struct SourceReport: Sendable, Equatable {
    /// SHA-256 of its bytes.
    public var source: Digest
    /// What it is called.
    public var name: String
    /// True where it had been read to its end before; nothing was done then, and the counts are those of that time.
    public var isRepeat = false
    /// True where it had been read under another label, origin, generator or format than it was asked for now.
    public var isReadOtherwise = false
    /// What the store calls it, where that is another name; nil where it is not there from before.
    public var knownAs: String?
    /// The run that read it; nil where nothing was done.
    public var run: String?
    /// What its records came to. Of a source that was read in several stretches, the verdicts are those of the last.
    public var counts = Tally()

    /// A report on a source of which nothing is known yet.
    public init(source: Digest, name: String) {
        self.source = source
        self.name = name
    }

    /// A figure of ``counts``.
    public subscript<Value>(dynamicMember path: KeyPath<Tally, Value>) -> Value { counts[keyPath: path] }

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
            json.member("readOtherwise", isReadOtherwise)
            json.member("run", run)
            counts.writeCounts(to: &json)
            // Nobody counts them again for a source that was there already.
            if run != nil { counts.writeVerdicts(to: &json) }
            json.key("bytes")
            json.object { json in
                json.member("text", Int64(clamping: counts.textBytes))
                json.member("skipped", Int64(clamping: counts.skippedBytes))
            }
            json.key("errors")
            json.array { json in
                for error in counts.errors { error.write(to: &json) }
            }
        }
    }
}

extension SourceReport {
    /// What the store says of a source that it has read to its end.
    init(on stored: StoredSource, _ request: SourceRequest, _ reader: StoreReader) throws {
        self.init(source: stored.description.digest, name: request.name)
        isRepeat = true
        isReadOtherwise = stored.difference(from: request) != nil
        knownAs = stored.description.name == request.name ? nil : stored.description.name
        counts = try Tally(of: stored, reader)
    }
}

extension Tally {
    /// What the store counts of a source.
    fileprivate init(of stored: StoredSource, _ reader: StoreReader) throws {
        kept = Int(stored.progress.kept)
        exactDuplicates = Int(stored.progress.duplicateExact)
        nearDuplicates = Int(stored.progress.duplicateNear)
        rejected = try reader.rejections(ofSource: stored.id)
        textBytes = UInt64(clamping: stored.progress.textBytes)
        skippedBytes = UInt64(clamping: stored.progress.skippedBytes)
        if hasDamage {
            errors = try reader.damage(inSource: stored.id, limit: Tally.errorLimit).map {
                RecordError(ordinal: $0.ordinal, offset: $0.offset, reason: $0.reason, detail: $0.detail)
            }
        }
    }
}
