import FoundationEssentials
import SluiceCore
import SluiceStore

extension ExportSummary {
    /// The summary of an export that somebody else made, from its manifest; that the manifest is true is for
    /// ``ExportVerifier`` to say, beforehand.
    ///
    /// - Parameters:
    ///   - place: The directory it will be in.
    ///   - askedCapPPM: The cap that was asked for, in millionths.
    public init(reading path: String, as place: String, askedCapPPM: Int64?) throws(SluiceError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let bytes = FileManager.default.contents(atPath: "\(path)/\(ExportManifest.fileName)"),
            let manifest = try? decoder.decode(Manifest.self, from: bytes)
        else {
            throw SluiceError(.io, "the manifest of the export cannot be read", advice: "export again")
        }
        self.init(
            directory: place, release: manifest.release.isEmpty ? nil : manifest.release,
            files: manifest.shards.compactMap(\.file), capPPM: manifest.capPpm,
            isCapFromShards: (askedCapPPM ?? manifest.capPpm) > manifest.capPpm,
            audit: manifest.audit, leftOut: manifest.leftOut.documents,
            leftSince: manifest.leftSince.map(LeftSince.init), manifest: Digest.of(Array(bytes)),
            ledgerSize: manifest.ledgerSize,
            compression: ExportCompression(rawValue: manifest.compression) ?? .none)
        guard files.count == manifest.shards.count else {
            throw SluiceError(.io, "the manifest of the export holds a file without a digest", advice: "export again")
        }
    }

    /// What the manifest says.
    private struct Manifest: Decodable {
        var release: String
        var compression: String
        var capPpm: Int64
        var ledgerSize: Int64
        var audit: ExportAudit?
        var leftOut: ExportManifest.LeftOut
        var leftSince: ExportManifest.LeftSince?
        var shards: [Shard]
    }

    private struct Shard: Decodable {
        var name: String
        var bytes: Int64
        var rawBytes: Int64
        var sha256: String
        var documents: Int64
        var real: Double
        var synthetic: Double
        var syntheticAtMost: Double?
        var bound: Double?
        var uncertain: Int64

        var file: ExportedFile? {
            guard let digest = Digest(hex: sha256), let real = Int64(exactly: (real * 1000).rounded()),
                let synthetic = Int64(exactly: (synthetic * 1000).rounded()),
                let atMost = Int64(exactly: ((syntheticAtMost ?? self.synthetic) * 1000).rounded())
            else { return nil }
            var file = ExportedFile(name: name)
            (file.bytes, file.rawBytes, file.digest, file.uncertainTokens) = (bytes, rawBytes, digest, uncertain)
            file.totals = ShardTotals(documents: documents, synthetic: synthetic, real: real)
            file.audited = ShardTotals(
                documents: documents, synthetic: atMost, real: real &+ synthetic &- atMost)
            file.isBounded = bound != nil
            return file
        }
    }
}
