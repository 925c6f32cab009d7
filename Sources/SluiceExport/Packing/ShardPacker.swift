import SluiceCore
import SluiceStore

/// Packs admitted documents into files, each of which keeps its own size and its own cap.
///
/// One mechanism serves the store's shards, the files they are cut into and a stricter cap: a document goes into the
/// open file if the file obeys the cap after it, and waits in a ``DeferredQueue`` if not.
struct ShardPacker<Supply: ExportSupply> {
    private let supply: Supply
    private let settings: ExportSettings
    private let directory: OutputDirectory
    private let capPPM: Int64
    private var file: ShardFile?
    private var deferred: DeferredQueue
    private var lines = LineWriter()

    /// The files that are complete.
    private(set) var files: [ExportedFile] = []
    /// The documents in them.
    private(set) var exported = SeqSet()
    /// Documents in no file whose line is longer than a file, or any line, may be: alone, or beside the real text that they
    /// need, in each of the files that came.
    private(set) var tooLong: [Int64] = []
    /// The admissions of those that waited and ended a file, since it had no space for them.
    private var closers: Set<Int64> = []
    /// Those of them for which the next file had no space either: they get what space a later one has, and end none.
    private var aside: [Aside] = []

    /// A document that was put aside, with the bytes of its line.
    private struct Aside {
        var entry: DeferredQueue.Entry
        var bytes: Int
    }

    /// The most of those put aside that are thought of at each document; the others wait for these, or for the end.
    private static var asideAtOnce: Int { 256 }

    /// Packs what `supply` has under a cap of `capPPM` millionths, by what the documents weigh to the store, or to the audits.
    init(_ supply: Supply, settings: ExportSettings, capPPM: Int64, into directory: OutputDirectory) {
        self.supply = supply
        self.settings = settings
        self.capPPM = capPPM
        self.directory = directory
        deferred = DeferredQueue(capPPM: capPPM)
    }

    /// The admitted documents that are in no file, in order of seq; complete after ``run()``.
    var leftOut: [Int64] { (deferred.remaining().map(\.document.seq) + tooLong).sorted() }

    /// Packs everything.
    mutating func run() throws {
        try supply.forEachDocument { document in
            try place(
                document,
                DeferredQueue.Entry(document: weighed(document), shard: document.shard, admission: document.admission))
        }
        try placeRemaining()
        try finishFile()
    }

    private mutating func place(_ document: ExportDocument, _ entry: DeferredQueue.Entry) throws {
        guard fits(entry.document) else { return deferred.append(entry) }
        guard try makeLine(document) else { return }
        if !hasSpace(for: document) {
            try finishFile()
            // What the last file had room for, an empty one may not.
            guard fits(entry.document) else { return deferred.append(entry) }
        }
        try writeLine(of: document)
        try placeDeferred()
    }

    /// Gives those that waited behind larger ones what room the last file has.
    private mutating func placeRemaining() throws {
        var remaining = DeferredQueue(capPPM: capPPM)
        let put = Set(aside.map(\.entry.admission))
        let waiting = (deferred.remaining() + aside.map(\.entry)).sorted { $0.admission < $1.admission }
        aside = []
        for entry in waiting {
            if fits(entry.document) {
                let document = try supply.document(entry)
                guard try makeLine(document) else { continue }
                if hasSpace(for: document) {
                    try writeLine(of: document)
                    continue
                }
            }
            if put.contains(entry.admission) {
                tooLong.append(entry.document.seq)
            } else {
                remaining.append(entry)
            }
        }
        deferred = remaining
    }

    /// Writes the first of those put aside that the open file has room and space for; false where there is none.
    private mutating func placeAside() throws -> Bool {
        let found = aside.prefix(Self.asideAtOnce).firstIndex { one in
            fits(one.entry.document) && hasSpace(for: one.entry.document, bytes: one.bytes)
        }
        guard let found else { return false }
        let document = try supply.document(aside.remove(at: found).entry)
        if try makeLine(document) { try writeLine(of: document) }
        return true
    }

    private mutating func placeDeferred() throws {
        while let file {
            if try placeAside() { continue }
            guard let entry = deferred.next(within: weighed(file.facts)) else { return }
            let document = try supply.document(entry)
            guard try makeLine(document) else {
                deferred.remove(entry)
                continue
            }
            guard hasSpace(for: document) else {
                // It keeps its place in the queue until the next file has room for it. If that has no space beside the real
                // text that it needs either, each might end where it is due.
                if closers.insert(entry.admission).inserted { return try finishFile() }
                aside.append(Aside(entry: entry, bytes: lines.line.count))
                deferred.remove(entry)
                continue
            }
            deferred.remove(entry)
            try writeLine(of: document)
        }
    }

    /// What a document counts as against the cap.
    private func weighed(_ document: ExportDocument) -> Admitter.Document {
        settings.enforcesBound ? document.audited : document.admitted
    }

    /// What a file's documents count as together.
    private func weighed(_ file: ExportedFile) -> ShardTotals {
        settings.enforcesBound ? file.audited : file.totals
    }

    private func fits(_ document: Admitter.Document) -> Bool {
        deferred.hasRoom(for: document, within: file.map { weighed($0.facts) } ?? ShardTotals())
    }

    /// Whether the open file has space for the document and its line, which was made last. Neither of a file's masses passes the
    /// limit, however they are weighed, where both together do not.
    private func hasSpace(for document: ExportDocument) -> Bool {
        hasSpace(for: document.admitted, bytes: lines.line.count)
    }

    private func hasSpace(for document: Admitter.Document, bytes: Int) -> Bool {
        guard let facts = file?.facts else { return true }
        let mass = facts.totals.synthetic + facts.totals.real + document.synthetic + document.real
        return facts.rawBytes + Int64(bytes) <= Int64(settings.fileBytes) && mass <= ShardTotals.massLimit
    }

    /// Makes the document's line; false, and noted, where no file may hold it.
    private mutating func makeLine(_ document: ExportDocument) throws -> Bool {
        lines.write(document, text: try supply.text(of: document))
        guard lines.line.count <= min(settings.fileBytes, ExportSettings.longestLine) else {
            tooLong.append(document.admitted.seq)
            return false
        }
        return true
    }

    /// Writes the line that was made last, which is the document's.
    private mutating func writeLine(of document: ExportDocument) throws {
        guard exported.insert(document.admitted.seq) else {
            throw SluiceError(
                .io, "the store is damaged: row \(document.admitted.seq) was admitted twice",
                advice: "run `sluice verify`")
        }
        let file = try self.file ?? ShardFile(number: files.count, settings.compression, in: directory)
        self.file = file
        try file.append(lines.line, of: document)
    }

    private mutating func finishFile() throws {
        guard let file else { return }
        files.append(try file.finish())
        self.file = nil
    }
}

extension ShardTotals {
    /// Adds a document. The sums stop far above ``ShardTotals/massLimit``, where they obey no cap any more.
    mutating func add(_ document: Admitter.Document) {
        documents &+= 1
        synthetic = min(synthetic, ShardTotals.massLimit) &+ min(document.synthetic, ShardTotals.massLimit)
        real = min(real, ShardTotals.massLimit) &+ min(document.real, ShardTotals.massLimit)
    }
}
