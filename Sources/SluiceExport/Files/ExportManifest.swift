import SluiceCore
import SluiceStore

/// What one file of an export holds.
public struct ExportedFile: Sendable, Equatable {
    /// The file's name in the directory: `shard-00000.jsonl.zst`.
    public var name: String
    /// Its size in bytes.
    public var bytes: Int64 = 0
    /// Its size uncompressed, in bytes.
    public var rawBytes: Int64 = 0
    /// The SHA-256 of the file as it lies there.
    public var digest = Digest.of([])
    /// Its documents and their masses.
    public var totals = ShardTotals()
    /// The same documents as the audits weigh them.
    public var audited = ShardTotals()
    /// Whether that is a bound on their ratio: the audits of all of them hold.
    public var isBounded = true
    /// The bound; nil where there is none.
    public var bound: Double? { isBounded ? audited.ratio : nil }
    /// Tokens of the documents about whose author nothing can be said.
    public var uncertainTokens: Int64 = 0

    /// The name of the file with this number.
    static func name(_ number: Int, _ compression: ExportCompression) -> String {
        "shard-" + String(repeating: "0", count: max(5 - String(number).count, 0)) + "\(number).jsonl"
            + compression.suffix
    }
}

extension [ExportedFile] {
    /// What the files hold together.
    var totals: ShardTotals { reduce(ShardTotals()) { $0.adding($1.totals) } }

    /// The same documents as the audits weigh them.
    var audited: ShardTotals { reduce(ShardTotals()) { $0.adding($1.audited) } }

    /// The bound on the ratio of all of them; nil where a file has none.
    var bound: Double? { allSatisfy(\.isBounded) ? audited.ratio : nil }

    /// Tokens in all files of the documents about whose author nothing can be said.
    var uncertainTokens: Int64 { reduce(0) { $0 &+ $1.uncertainTokens } }
}

/// `manifest.json`: what an export holds and what it was made from.
///
/// It is written with a line for each fact and for each file, always in the same way, so that a verifier can write it
/// again from what it counted in the files and compare the bytes. Nothing in it depends on when or where it was made.
struct ExportManifest: Sendable, Equatable {
    static let fileName = "manifest.json"
    static let sumsName = "SHA256SUMS"
    static let format = "sluice-export/2"
    /// The form before there were audits.
    static let unaudited = "sluice-export/1"
    /// The most documents that were left out which are listed by their seq; the others are counted.
    static let listedAtMost = 1000

    /// What cannot be counted in the files.
    struct Header: Sendable, Equatable, Decodable {
        var format: String
        var tool: String
        var release: String
        var compression: String
        var configDigest: String
        var ledgerSize: Int64
        var storeShards: [Int64]
        /// Absent in the form before there were audits.
        var audit: ExportAudit?
        var capPpm: Int64
        var leftOut: LeftOut
        /// Absent where this is no release, or the first one.
        var leftSince: LeftSince?

        /// Whether it has an audit where its form says so, and a sound one.
        var hasItsForm: Bool {
            guard let audit else { return format == ExportManifest.unaudited }
            return format == ExportManifest.format && audit.isSound(ledgerSize: ledgerSize)
        }
    }

    /// Documents that are in no file, the first ``listedAtMost`` of them by their rows.
    struct LeftOut: Sendable, Equatable, Decodable {
        var documents: Int64 = 0
        /// Those among them whose line no file may hold; nil where that is not told apart.
        var tooLong: Int64?
        var seqs: [Int64] = []

        mutating func add(_ seq: Int64) {
            documents += 1
            if seqs.count < ExportManifest.listedAtMost { seqs.append(seq) }
        }
    }

    /// Documents of the release before that are not in this one, and why (law 12).
    struct LeftSince: Sendable, Equatable, Decodable {
        /// The release before.
        var release: String
        /// All of them.
        var documents: Int64 = 0
        /// Those among them that are held to be by people.
        var real: Int64 = 0
        /// Admitted, but no file had room under the cap, or a line for it.
        var noRoom = LeftOut()
        /// Taken out of its shard by a person's verdict on it.
        var reviewed = LeftOut()
        /// Taken out of its shard so that the shard kept its cap after a verdict on another.
        var held = LeftOut()

        /// The parts, by the names that they have in print.
        var parts: [(name: String, LeftOut)] { [("no_room", noRoom), ("reviewed", reviewed), ("held", held)] }
    }

    var header: Header
    var files: [ExportedFile]

    /// The bytes of `manifest.json`.
    var rendered: [UInt8] {
        var facts: [(String, String)] = [
            ("format", quoted(header.format)), ("tool", quoted(header.tool)), ("release", quoted(header.release)),
            ("compression", quoted(header.compression)), ("config_digest", quoted(header.configDigest)),
            ("ledger_size", "\(header.ledgerSize)"), ("ledger_root", "null"),
            ("store_shards", list(header.storeShards)),
        ]
        if let audit = header.audit { facts.append(("audit", audit.rendered)) }
        facts += [
            ("cap", JSONText.decimal(Double(header.capPpm) / 1_000_000)), ("cap_ppm", "\(header.capPpm)"),
        ]
        facts += masses(of: files.totals, uncertain: files.uncertainTokens)
        if header.audit != nil { facts += bound(files.bound, files.audited) }
        facts.append(("left_out", listed(header.leftOut)))
        if let left = header.leftSince {
            facts.append(
                (
                    "left_since",
                    object(
                        [
                            ("release", quoted(left.release)), ("documents", "\(left.documents)"),
                            ("real", "\(left.real)"),
                        ] + left.parts.map { ($0.name, listed($0.1)) })
                ))
        }
        let lines = files.map { object(fileFacts($0)) }
        facts.append(("shards", "[\n" + lines.joined(separator: ",\n") + "\n]"))
        return Array(("{\n" + facts.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ",\n") + "\n}\n").utf8)
    }

    /// The bytes of `SHA256SUMS`, in the order and form of `sha256sum`: the files, then the manifest.
    static func sums(_ files: [ExportedFile], manifest: [UInt8]) -> [UInt8] {
        var text = ""
        for file in files { text += "\(file.digest.hex)  \(file.name)\n" }
        text += "\(Digest.of(manifest).hex)  \(fileName)\n"
        return Array(text.utf8)
    }

    private func fileFacts(_ file: ExportedFile) -> [(String, String)] {
        [
            ("name", quoted(file.name)), ("bytes", "\(file.bytes)"), ("raw_bytes", "\(file.rawBytes)"),
            ("sha256", quoted(file.digest.hex)),
        ] + masses(of: file.totals, uncertain: file.uncertainTokens)
            + (header.audit == nil ? [("bound", "null")] : bound(file.bound, file.audited)) + [
                ("cap", JSONText.decimal(Double(header.capPpm) / 1_000_000))
            ]
    }

    /// The synthetic tokens of documents as the audits weigh them, and the bound on their ratio that they are.
    private func bound(_ bound: Double?, _ audited: ShardTotals) -> [(String, String)] {
        [
            ("synthetic_at_most", JSONText.decimal(thousandths: audited.synthetic)),
            ("bound", bound.map { JSONText.decimal($0) } ?? "null"),
        ]
    }

    private func masses(of totals: ShardTotals, uncertain: Int64) -> [(String, String)] {
        [
            ("documents", "\(totals.documents)"), ("tokens", "\(totals.tokens)"),
            ("real", JSONText.decimal(thousandths: totals.real)),
            ("synthetic", JSONText.decimal(thousandths: totals.synthetic)),
            ("uncertain", "\(uncertain)"), ("ratio", totals.ratio.map { JSONText.decimal($0) } ?? "null"),
        ]
    }

    private func object(_ facts: [(String, String)]) -> String {
        "{" + facts.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
    }

    private func quoted(_ text: String) -> String {
        var json = JSONText()
        json.value(text)
        return json.string
    }

    private func listed(_ left: LeftOut) -> String {
        let tooLong = left.tooLong.map { "\"too_long\":\($0)," } ?? ""
        return "{\"documents\":\(left.documents),\(tooLong)\"seqs\":\(list(left.seqs))}"
    }

    private func list(_ numbers: [Int64]) -> String {
        "[" + numbers.map(String.init).joined(separator: ", ") + "]"
    }
}
