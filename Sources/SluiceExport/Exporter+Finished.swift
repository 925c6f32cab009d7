import SluiceCore
import SluiceStore

extension Exporter {
    /// Brings a release to `directory` whose process died after the store had entered it and before its directory
    /// appeared; nil where there is none. Once the store has changed, those files are the only ones that its name can
    /// stand for. The store need not be open for writing.
    ///
    /// - Throws: `.cannotCreate` where there is one, and another export is asked for; `.io` where its files do not read
    ///   back. It stays where it is then.
    public func finished(in directory: String) throws(SluiceError) -> ExportSummary? {
        let left = try OutputDirectory(finishedFor: directory, for: .export) { path throws(SluiceError) in
            guard let manifest = try ExportManifest.bytes(at: "\(path)/\(Exporter.manifestName)"),
                let header = ExportManifest(of: manifest)?.header,
                let known = try store.read({ try $0.release(named: header.release) }),
                known.manifest == Digest.of(manifest)
            else { return false }
            guard settings.release == known.name else {
                throw SluiceError(
                    .cannotCreate, "the files of the release \(known.name) are finished and not yet at \(directory)",
                    advice: "add `--release \(known.name)` to bring them there, or name another place")
            }
            guard try asksFor(header) else {
                throw SluiceError(
                    .cannotCreate,
                    "the release \(known.name) was finished with a cap of \(Double(known.capPPM) / 1_000_000) and "
                        + "compression \(header.compression), and is not yet at \(directory)",
                    advice: "ask for these to bring it there, or name another release and another place")
            }
            if let failed = try ExportVerifier.verify(directory: path).first(where: { !$0.passed }) {
                throw SluiceError(
                    .io, "the files of the release \(known.name) at \(path) do not read back: \(failed.detail)",
                    advice: "restore them from a copy, or name another release and another place")
            }
            return true
        }
        guard let left else { return nil }
        let summary = try ExportSummary(reading: left.path, as: directory, askedCapPPM: settings.capPPM)
        try left.publish()
        return summary
    }

    /// The release whose files lie in `directory` and which `store` did not make: it knows none of that name, or one with
    /// another manifest. Nil where they are the store's own, or of no release, or no export.
    public static func strangeRelease(in directory: String, for store: Store) throws(SluiceError) -> String? {
        guard let manifest = try ExportManifest.bytes(at: "\(directory)/\(manifestName)"),
            let name = ExportManifest(of: manifest)?.header.release, !name.isEmpty
        else { return nil }
        let known = try store.read { try $0.release(named: name) }
        return known?.manifest == Digest.of(manifest) ? nil : name
    }

    /// Whether the export with this header has the compression and the cap that these settings ask for. With what other
    /// settings it was made is past asking: its name stands for no other.
    private func asksFor(_ header: ExportManifest.Header) throws(SluiceError) -> Bool {
        let shards = try store.read { try $0.shards() }.filter { header.storeShards.contains($0.id) }
        let lowest = shards.map(\.settings.capPPM).min() ?? header.capPpm
        return header.capPpm == min(settings.capPPM ?? lowest, lowest)
            && header.compression == settings.compression.rawValue
    }
}
