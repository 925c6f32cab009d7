import SluiceCore
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
    /// Admitted documents that no file had room for under the cap; the first of them are listed in the manifest.
    public var leftOut: Int64
    /// SHA-256 of `manifest.json`.
    public var manifest: Digest

    /// All files together.
    public var totals: ShardTotals { files.totals }

    /// The summary as one JSON object.
    public var json: String {
        let totals = totals
        var json = JSONText()
        json.object { json in
            json.key("directory")
            json.value(directory)
            json.key("release")
            json.value(release)
            json.key("files")
            json.value(files.count)
            json.key("documents")
            json.value(totals.documents)
            json.key("tokens")
            json.value(totals.tokens)
            json.key("real")
            json.value(thousandths: totals.real)
            json.key("synthetic")
            json.value(thousandths: totals.synthetic)
            json.key("uncertain")
            json.value(files.uncertainTokens)
            json.key("ratio")
            json.value(totals.ratio)
            json.key("cap")
            json.value(Double(capPPM) / 1_000_000)
            json.key("leftOut")
            json.value(leftOut)
            json.key("bytes")
            json.value(files.reduce(0) { $0 &+ $1.bytes })
            json.key("rawBytes")
            json.value(files.reduce(0) { $0 &+ $1.rawBytes })
            json.key("manifest")
            json.value(manifest.hex)
        }
        return json.string
    }
}
