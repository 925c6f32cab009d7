import SluiceCore
import SluiceDetect
import SluiceStore

/// What an export did.
public struct ExportSummary: Sendable, Equatable {
    /// The directory it made.
    public var directory: String
    /// The release it is known by; nil where the store does not remember it.
    public var release: String?
    /// Its files, in order.
    public var files: [ExportedFile]
    /// The cap that every file obeys, in millionths.
    public var capPPM: Int64
    /// True where the cap is the shards' own although a higher one was asked for.
    public var isCapFromShards: Bool
    /// What its documents were audited by; nil in the form before there were audits.
    public var audit: ExportAudit?
    /// Admitted documents that are in no file; the first of them are listed in the manifest.
    public var leftOut: Int64
    /// Those among them whose line no file may hold, alone or beside the real text that they need. No file had room for the others
    /// under the cap.
    public var tooLong: Int64
    /// What the release before has and this one has not; nil where this is no release, or the first.
    public var leftSince: LeftSince?
    /// SHA-256 of `manifest.json`.
    public var manifest: Digest
    /// The last row of the ledger when it was made.
    public var ledgerSize: Int64
    /// How its files are compressed.
    public var compression: ExportCompression
    /// Finished releases beside it that never got to their places, and that its store does not know: they were left alone.
    public var spared: [String] = []

    /// Documents of the release before that are not in this one; the manifest lists them, and why.
    public struct LeftSince: Sendable, Equatable {
        /// The release before.
        public var release: String
        /// How many there are.
        public var documents: Int64
        /// How many of them are held to be by people.
        public var real: Int64

        init(_ left: ExportManifest.LeftSince) {
            (release, documents, real) = (left.release, left.documents, left.real)
        }
    }

    /// All files together.
    public var totals: ShardTotals { files.totals }

    /// What the ratio of all files together does not exceed.
    public var bound: RatioBound { RatioBound(ratio: files.bound, doubt: audit?.doubt) }

    /// Whether its files keep the cap by what the audits say too.
    public var keepsBound: Bool { audit?.enforced ?? false }

    /// The summary as one JSON object.
    public var json: String {
        let totals = totals
        var json = JSONText()
        json.object { json in
            json.member("directory", directory)
            json.member("release", release)
            json.member("files", files.count)
            json.member("documents", totals.documents)
            json.member("tokens", totals.tokens)
            json.key("real")
            json.value(thousandths: totals.real)
            json.key("synthetic")
            json.value(thousandths: totals.synthetic)
            json.member("uncertain", files.uncertainTokens)
            json.member("ratio", totals.ratio)
            bound.writeMembers(to: &json)
            json.member("cap", Double(capPPM) / 1_000_000)
            json.member("leftOut", leftOut)
            json.member("tooLong", tooLong)
            if let leftSince {
                json.key("leftSince")
                json.object { json in
                    json.member("release", leftSince.release)
                    json.member("documents", leftSince.documents)
                    json.member("real", leftSince.real)
                }
            }
            json.member("bytes", files.reduce(0) { $0 &+ $1.bytes })
            json.member("rawBytes", files.reduce(0) { $0 &+ $1.rawBytes })
            json.member("manifest", manifest.hex)
        }
        return json.string
    }
}
