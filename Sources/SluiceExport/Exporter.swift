import SluiceCore
import SluiceStore

/// Writes the admitted documents of a store as training shards, each of them under the cap.
///
/// The same state of the store and the same settings give the same bytes. The directory appears as a whole, after every
/// file was read back from the disk and counted again.
public struct Exporter {
    let store: Store
    let settings: ExportSettings
    private let isGivenUp: @Sendable () -> Bool

    /// The file that an export's directory has last of all.
    public static let manifestName = ExportManifest.fileName

    /// An exporter of `store`, which has to be open for writing where the settings name a release.
    ///
    /// - Parameter isGivenUp: Asked at each document: where it is true, the export ends with `.busy` and leaves nothing. A
    ///   release that is in the store already is brought to its place all the same.
    public init(store: Store, settings: ExportSettings, isGivenUp: @escaping @Sendable () -> Bool = { false }) {
        self.store = store
        self.settings = settings
        self.isGivenUp = isGivenUp
    }

    /// Writes the export and returns when it is in its place and on the disk.
    ///
    /// A release is written into the store before its directory appears: no file can be out whose release the store
    /// does not know. After a crash between the two the same command brings the finished directory to its place,
    /// whatever the store has taken in meanwhile. Memory: one document, a bit for each provenance row, and 40 bytes for
    /// each document that waits.
    ///
    /// - Throws: `.noUsableData` where nothing was admitted, or nothing fits under the cap; `.cannotCreate` where the
    ///   directory is there already, or a release of the name with other files; `.configuration` where the cap is not
    ///   0 to 1; `.io` where the disk is full or the files do not read back as they were written; `.busy` where it is given
    ///   up.
    public func export(to directory: String) throws(SluiceError) -> ExportSummary {
        guard settings.release.map(GivenName.isOne) ?? true else {
            throw SluiceError(
                .usage, "a release's name has \(GivenName.rule)",
                advice: "give another name")
        }
        guard (0...1_000_000).contains(settings.capPPM ?? 0) else {
            throw SluiceError(.configuration, "the cap of an export must be 0 to 1", advice: "correct --cap")
        }
        guard settings.fileBytes > 0 else {
            throw SluiceError(
                .configuration, "a file of an export must have room for a byte", advice: "correct export.file_bytes")
        }
        if let finished = try finished(in: directory) { return finished }
        let packed = try store.read { reader in
            // Made at another state of the store, it is another one; said before everything is written.
            if let name = settings.release, let known = try reader.release(named: name),
                try known.ledgerSize != reader.nextSeq() - 1
            {
                throw known.isTaken
            }
            return try pack(reader, into: directory)
        }
        try publish(packed)
        return ExportSummary(
            packed.manifest, digest: Digest.of(packed.manifest.rendered), at: directory, askedCapPPM: settings.capPPM,
            spared: packed.output.spared)
    }

    /// An export that is written and not yet in its place.
    private struct Packed {
        var output: OutputDirectory
        var manifest: ExportManifest
        var documents: SeqSet
    }

    private func pack(_ reader: StoreReader, into directory: String) throws -> Packed {
        let shards = try reader.shards().filter { $0.totals.documents > 0 }
        guard let lowest = shards.map(\.settings.capPPM).min() else {
            throw SluiceError(
                .noUsableData, "the store at \(store.directory) holds no document in a shard",
                advice: "ingest something first")
        }
        let ledgerSize = try reader.nextSeq() - 1
        guard ledgerSize <= SeqSet.largestLedger else {
            throw SluiceError(
                .io, "the ledger is said to have \(ledgerSize) rows, and an export takes \(SeqSet.largestLedger)",
                advice: "run `sluice verify`")
        }
        let capPPM = min(settings.capPPM ?? lowest, lowest)
        let audit = try ExportAudit(
            reader.stretchesOfShards(), reader, prior: settings.prior, enforced: settings.enforcesBound,
            beforeEach: requireWanted)
        let output = try OutputDirectory(directory, for: .export)
        var packer = ShardPacker(
            // Each is hashed when the files are read back.
            StoreSupply(
                reader, shards: shards.map(\.id), audit: audit, checksTexts: false, beforeEach: requireWanted),
            settings: settings, capPPM: capPPM, into: output)
        try packer.run()
        let leftOut = packer.leftOut
        guard !packer.files.isEmpty else {
            throw nothingFits(of: leftOut.count, tooLong: packer.tooLong.count, isCapLowered: capPPM < lowest)
        }
        let leftSince = try settings.release.flatMap { name in
            try ExportManifest.LeftSince(before: name, exported: packer.exported, leftOut: leftOut, reader)
        }
        let header = ExportManifest.Header(
            format: ExportManifest.format, tool: settings.toolVersion, release: settings.release ?? "",
            compression: settings.compression.rawValue, configDigest: settings.configuration.hex,
            ledgerSize: ledgerSize, storeShards: shards.map(\.id), audit: audit, capPpm: capPPM,
            leftOut: ExportManifest.LeftOut(
                documents: Int64(leftOut.count), tooLong: Int64(packer.tooLong.count),
                seqs: Array(leftOut.prefix(ExportManifest.listedAtMost))),
            leftSince: leftSince)
        return Packed(
            output: output, manifest: ExportManifest(header: header, files: packer.files), documents: packer.exported)
    }

    /// Fails where nobody waits for the export any more.
    private func requireWanted() throws(SluiceError) {
        guard !isGivenUp() else {
            throw SluiceError(.busy, "the export was given up before its end", advice: "ask for it again")
        }
    }

    /// Why no file could be made of `count` admitted documents, and what would help.
    private func nothingFits(of count: Int, tooLong: Int, isCapLowered: Bool) -> SluiceError {
        var (reasons, advice): ([String], [String]) = ([], [])
        if tooLong > 0 {
            reasons.append("their lines are longer than export.file_bytes: \(tooLong)")
            advice.append("raise export.file_bytes, which is \(settings.fileBytes)")
        }
        if tooLong < count {
            reasons.append("no room under the cap: \(count - tooLong)")
            advice.append(isCapLowered ? "raise --cap, or ingest more human text" : "ingest more human text")
            if settings.enforcesBound {
                advice.append("where the ratio may keep the cap without its bound, set export.bound to report")
            }
        }
        return SluiceError(
            .noUsableData, "no file has a place for any admitted document (\(reasons.joined(separator: "; ")))",
            advice: advice.joined(separator: "; "))
    }

    /// Fails where the store has another text than it kept, which shows only when the files are read back.
    private func checkTexts() throws(SluiceError) {
        try store.read { reader in
            let shards = try reader.shards().map(\.id)
            let supply = StoreSupply(reader, shards: shards, audit: .none, checksTexts: true)
            try supply.forEachDocument { _ = try supply.text(of: $0) }
        }
    }

    private func publish(_ packed: Packed) throws(SluiceError) {
        let manifest = packed.manifest.rendered
        guard manifest.count <= ExportManifest.largest else {
            throw SluiceError(
                .configuration,
                "\(packed.manifest.files.count) files would have a manifest of \(manifest.count) bytes, and "
                    + "\(ExportManifest.largest) are the most",
                advice: "raise export.file_bytes")
        }
        let output = packed.output
        try output.write(ExportManifest.sums(packed.manifest.files, manifest: manifest), to: ExportManifest.sumsName)
        try output.write(manifest, to: ExportManifest.fileName)
        let failed = try ExportVerifier.verify(directory: output.path, isGivenUp: isGivenUp).filter { !$0.passed }
        try requireWanted()
        if let first = failed.first {
            try checkTexts()
            throw SluiceError(
                .io, "the files do not read back as they were written: \(first.check): \(first.detail)",
                advice: "check the disk and the store (`sluice verify`), then export again")
        }
        if let release = settings.release {
            // From the commit on this may be the only copy of what the name stands for.
            try output.finish()
            let description = ReleaseDescription(
                name: release, capPPM: packed.manifest.header.capPpm, ledgerSize: packed.manifest.header.ledgerSize,
                manifest: Digest.of(manifest))
            try store.write { try $0.record(description, documents: packed.documents) }
            output.keep()
        }
        try output.publish()
    }
}

extension OutputDirectory.Purpose {
    /// The files of an export.
    public static let export = OutputDirectory.Purpose(name: "an export", mode: 0o777) { name in
        name == ExportManifest.fileName || name == ExportManifest.sumsName
            || (name.hasPrefix("shard-") && name.contains(".jsonl"))
    }
}
