import FoundationEssentials
import Glibc
import SluiceCore
import SluiceCrawl
import SluiceStore

/// Checks a written export against itself: counts everything again from the files, and trusts nothing but arithmetic.
public enum ExportVerifier {
    /// What was checked in the export at `directory`, one finding for each check and each file.
    ///
    /// A flipped byte anywhere, a missing file and a surplus one each fail at least one check. Memory: a few times the
    /// longest line, which is at most its file as announced and ``ExportSettings/longestLine``, and a bit for each
    /// provenance row. A manifest larger than 64 MiB is not read.
    ///
    /// With a `store`, the manifest is held against what that store wrote down when it made the release, and every line of
    /// any other export against the row that it names, or one of its reviews: document, words, verdict, origin, probability and
    /// masses. An export that was forged consistently, sums and all, fails there.
    ///
    /// - Parameter isGivenUp: Asked again and again: where it is true, what was not looked at by then has failed.
    /// - Throws: `.inputMissing` where there is no such directory, `.io` where it cannot be opened for now.
    public static func verify(
        directory: String, against store: Store? = nil, isGivenUp: @escaping () -> Bool = { false }
    ) throws(SluiceError) -> [Finding] {
        // Asked first, since it says why: a limit that is reached does not make the directory a missing one.
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(directory, advice: "name an export's directory") }
        close(descriptor)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw SluiceError(.io, "cannot read what is in \(directory)", advice: "check the disk, then verify again")
        }
        var check = ExportCheck(directory: directory, store: store, isGivenUp: isGivenUp)
        if let store { check.findings.append(try check.release(in: store)) }
        check.run(names: Set(names))
        return check.findings
    }
}

/// One run of the verifier.
private struct ExportCheck {
    let directory: String
    let store: Store?
    private let isGivenUp: () -> Bool
    var findings: [Finding] = []
    private var seen = SeqSet()
    private var lines = LineReader()

    /// The first file that could not be counted to its end, and what kept it from being looked at, where that was it.
    private var cut: (name: String, hindrance: SluiceError?)?
    /// The rows and documents of lines that are still to be looked for in the store.
    private var claims: [LineFacts] = []
    /// By what its lines weigh besides; nil in the form before there were audits.
    private var audit: ExportAudit?
    /// True where the store knows the export as a whole.
    private var isKnown = false

    init(directory: String, store: Store?, isGivenUp: @escaping () -> Bool) {
        (self.directory, self.store, self.isGivenUp) = (directory, store, isGivenUp)
    }

    mutating func run(names: Set<String>) {
        let found: [UInt8]?
        do throws(SluiceError) { found = try contents(ExportManifest.fileName) } catch {
            return findings.append(Finding(check: "export-manifest", hindrance: error))
        }
        guard let manifest = found, let announced = ExportManifest(of: manifest) else {
            note(
                "export-manifest", false,
                "manifest.json is missing, larger than \(ExportManifest.largest) bytes, or cannot be read")
            return
        }
        let header = announced.header
        guard let compression = ExportCompression(rawValue: header.compression), header.hasItsForm,
            (0...1_000_000).contains(header.capPpm), (0...SeqSet.largestLedger).contains(header.ledgerSize),
            announced.files.enumerated().allSatisfy({ ExportedFile.name($0.offset, compression) == $0.element.name })
        else {
            note(
                "export-manifest", false,
                "manifest.json does not describe an export of the form \(ExportManifest.format)")
            return
        }
        let expected = Set(announced.files.map(\.name) + [ExportManifest.fileName, ExportManifest.sumsName])
        let surplus = names.subtracting(expected).sorted()
        let missing = expected.subtracting(names).sorted()
        note(
            "export-files", surplus.isEmpty && missing.isEmpty,
            surplus.isEmpty && missing.isEmpty
                ? "\(expected.count) files" : "missing: \(missing), not of this export: \(surplus)")

        audit = header.audit
        let files = announced.files.map { recount($0, header: header) }
        if let hindrance = cut?.hindrance {
            findings.append(Finding(check: "export-manifest", hindrance: hindrance))
        } else if let cut {
            note("export-manifest", false, "not held against the files, since \(cut.name) cannot be counted to its end")
        } else {
            let again = ExportManifest(header: header, files: files).rendered
            note("export-manifest", again == manifest, difference(manifest, again) ?? "says what the files hold")
        }
        checkSums(files, manifest: manifest)
        checkLeft(header)
    }

    private mutating func checkSums(_ files: [ExportedFile], manifest: [UInt8]) {
        do throws(SluiceError) {
            if let hindrance = cut?.hindrance { throw hindrance }
            let sums = try contents(ExportManifest.sumsName)
            note(
                "export-sums", sums == ExportManifest.sums(files, manifest: manifest),
                "SHA256SUMS against the digests of the files and the manifest")
        } catch {
            findings.append(Finding(check: "export-sums", hindrance: error))
        }
    }

    /// That what is said to be in no file is in none, and is said once.
    private mutating func checkLeft(_ header: ExportManifest.Header) {
        func isApart(_ parts: [ExportManifest.LeftOut]) -> Bool {
            var seen = seen
            return parts.allSatisfy { part in
                part.documents >= Int64(part.seqs.count)
                    && part.seqs.allSatisfy { (1...max(header.ledgerSize, 1)).contains($0) && seen.insert($0) }
            }
        }
        note(
            "export-left-out",
            isApart([header.leftOut]) && (0...max(header.leftOut.documents, 0)).contains(header.leftOut.tooLong ?? 0),
            "\(header.leftOut.documents) admitted documents are in no file")
        guard let left = header.leftSince else { return }
        let parts = left.parts.map(\.1)
        let sum = parts.reduce(Int64(0)) { $0 &+ $1.documents }
        note(
            "export-left-since", isApart(parts) && sum == left.documents && (0...sum).contains(left.real),
            "\(left.documents) documents of \(left.release) are not in this release")
    }

    /// Counts a file again; what is not as it should be is a failed finding.
    private mutating func recount(_ announced: ExportedFile, header: ExportManifest.Header) -> ExportedFile {
        let name = announced.name
        var file = ExportedFile(name: name)
        defer { claims = [] }
        do throws(SluiceError) {
            let path = directory + "/" + name
            let (digest, bytes) = try SourceFile.digest(of: path)
            file.digest = digest
            file.bytes = Int64(clamping: bytes)
            var limits = Limits()
            limits.lineBytes = min(max(Int(clamping: announced.rawBytes), 1), ExportSettings.longestLine)
            let reader = try SourceReader(path: path, format: .jsonl, limits: limits, checksAhead: false)
            while let batch = try reader.nextBatch(maxRecords: 256, maxBytes: 1 << 20) {
                if isGivenUp() { throw SluiceError(.busy, "\(name): given up before its end") }
                for record in batch.records { try count(record, into: &file, ledgerSize: header.ledgerSize) }
                try checkClaims(of: name)
            }
            guard reader.passedBytes == UInt64(file.rawBytes) else {
                throw SluiceError(
                    .checkFailed,
                    "\(name): the file has \(reader.passedBytes) bytes unpacked, and its lines \(file.rawBytes)")
            }
            guard reader.compression.rawValue == header.compression else {
                throw SluiceError(
                    .checkFailed, "\(name): packed as \(reader.compression), and \(header.compression) was expected")
            }
            noteCap(of: file, header.capPpm)
        } catch {
            let hindrance = error.code == .io ? error : nil
            cut = cut ?? (name, hindrance)
            findings.append(
                hindrance.map { Finding(check: "export-lines", hindrance: $0) }
                    ?? Finding(check: "export-lines", passed: false, detail: error.message))
        }
        return file
    }

    private mutating func noteCap(of file: ExportedFile, _ capPPM: Int64) {
        let ratio = file.totals.ratio.map { JSONText.decimal($0) } ?? "none"
        var obeys = file.totals.obey(capPPM: capPPM)
        var detail = "\(file.name): ratio \(ratio)"
        if let audit {
            obeys = obeys && (!audit.enforced || file.audited.obey(capPPM: capPPM))
            detail += ", at most \(file.bound.map { JSONText.decimal($0) } ?? "-")"
        }
        note("export-cap", obeys, detail + ", cap \(JSONText.decimal(Double(capPPM) / 1_000_000))")
    }

    private mutating func count(
        _ record: RawRecord, into file: inout ExportedFile, ledgerSize: Int64
    ) throws(SluiceError) {
        let place = "\(file.name), line \(file.totals.documents + 1)"
        guard case .jsonl = record.form else {
            throw SluiceError(.checkFailed, "\(place): the file is damaged here")
        }
        let facts: LineFacts
        do throws(LineMismatch) {
            facts = try lines.facts(of: record.bytes)
        } catch {
            throw SluiceError(.checkFailed, "\(place), byte \(error.offset): expected \(error.expected)")
        }
        guard (1...max(ledgerSize, 1)).contains(facts.seq), seen.insert(facts.seq) else {
            throw SluiceError(.checkFailed, "\(place): row \(facts.seq) is there twice, or beyond the ledger")
        }
        file.rawBytes += Int64(record.bytes.count) + 1
        let document = Admitter.Document(seq: facts.seq, synthetic: facts.synthetic, real: facts.real)
        file.totals.add(document)
        if let audit {
            let (weighed, isBounded) = audit.weigh(document, judged: facts.judged)
            file.audited.add(weighed)
            file.isBounded = file.isBounded && isBounded
        }
        if store != nil && !isKnown { claims.append(facts) }
        if facts.verdict == .uncertain { file.uncertainTokens &+= facts.tokens }
    }

    /// Fails where a line holds another document than the store kept at its row, or says of it what was never held.
    private mutating func checkClaims(of name: String) throws(SluiceError) {
        guard let store, !claims.isEmpty else { return }
        let claims = claims
        self.claims = []
        let stranger = try store.read { reader in
            let histories = try reader.histories(ofRows: claims.map(\.seq))
            return claims.first { claim in histories[claim.seq].map { !claim.agrees(with: $0) } ?? true }
        }
        guard let stranger else { return }
        throw SluiceError(
            .checkFailed,
            "\(name): of row \(stranger.seq) the store says otherwise, and always has")
    }

    /// The first line in which two manifests differ, or nil where they are equal.
    private func difference(_ found: [UInt8], _ counted: [UInt8]) -> String? {
        guard found != counted else { return nil }
        let lines = [found, counted].map { $0.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) }
        let pair = zip(lines[0], lines[1]).first { $0 != $1 }
        guard let pair else { return "manifest.json is longer or shorter than what the files hold" }
        let texts = [pair.0, pair.1].map { String(decoding: $0.prefix(400), as: UTF8.self) }
        return "manifest.json says \(texts[0]) where the files hold \(texts[1])"
    }

    /// Whether the store made this very export.
    mutating func release(in store: Store) throws(SluiceError) -> Finding {
        let manifest: [UInt8]
        do throws(SluiceError) { manifest = try contents(ExportManifest.fileName) ?? [] } catch {
            return Finding(check: "export-release", hindrance: error)
        }
        let name = ExportManifest(of: manifest)?.header.release ?? ""
        guard !name.isEmpty else {
            return Finding(
                check: "export-release", passed: true,
                detail: "not a release: the store knows its documents as they are here, but not whether these are all")
        }
        guard let known = try store.read({ try $0.release(named: name) }) else {
            return Finding(check: "export-release", passed: false, detail: "the store knows no release \(name)")
        }
        let isSame = known.manifest == Digest.of(manifest)
        isKnown = isSame
        return Finding(
            check: "export-release", passed: isSame,
            detail: isSame
                ? "\(name) is what the store wrote" : "this is not the manifest that the store wrote for \(name)")
    }

    private func contents(_ name: String) throws(SluiceError) -> [UInt8]? {
        try ExportManifest.bytes(at: directory + "/" + name)
    }

    private mutating func note(_ check: String, _ passed: Bool, _ detail: String) {
        findings.append(Finding(check: check, passed: passed, detail: detail))
    }
}
