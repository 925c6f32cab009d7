import SluiceCore

extension ExportSummary {
    /// The summary of an export that somebody else made, from its manifest; that the manifest is true is for
    /// ``ExportVerifier`` to say, beforehand.
    ///
    /// - Parameters:
    ///   - place: The directory it will be in.
    ///   - askedCapPPM: The cap that was asked for, in millionths.
    public init(reading path: String, as place: String, askedCapPPM: Int64?) throws(SluiceError) {
        guard let bytes = try ExportManifest.bytes(at: "\(path)/\(ExportManifest.fileName)"),
            let manifest = ExportManifest(of: bytes)
        else {
            throw SluiceError(.io, "the manifest of the export cannot be read", advice: "export again")
        }
        self.init(manifest, digest: Digest.of(bytes), at: place, askedCapPPM: askedCapPPM)
    }

    /// The summary of the export with `manifest`, whose bytes have `digest`.
    init(_ manifest: ExportManifest, digest: Digest, at directory: String, askedCapPPM: Int64?, spared: [String] = []) {
        let header = manifest.header
        self.init(
            directory: directory, release: header.release.isEmpty ? nil : header.release, files: manifest.files,
            capPPM: header.capPpm, isCapFromShards: (askedCapPPM ?? header.capPpm) > header.capPpm,
            audit: header.audit, leftOut: header.leftOut.documents, tooLong: header.leftOut.tooLong ?? 0,
            leftSince: header.leftSince.map(LeftSince.init), manifest: digest, ledgerSize: header.ledgerSize,
            compression: ExportCompression(rawValue: header.compression) ?? .none, spared: spared)
    }
}
