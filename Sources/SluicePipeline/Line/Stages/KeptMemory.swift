import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceStore
import SluiceText

/// What the near-duplicate check asks about earlier kept documents: those that are not written yet from memory, older ones
/// from the store, whose words are made anew from their texts.
struct KeptMemory: KeptLookup {
    private let parameters: DedupParameters
    private let limits: Limits
    private var reader: StoreReader?
    private var unwritten: [Int64: (contentKey: Digest, words: Words, url: String?)] = [:]
    private var nearest: Neighbour?
    private var recent: RecentShingles
    private var decompressor = ZstdDecompressor()
    private var tokenizer = Tokenizer()

    /// A memory for documents compared with these parameters.
    init(parameters: DedupParameters, limits: Limits) {
        self.parameters = parameters
        self.limits = limits
        recent = RecentShingles()
    }

    /// Begins a batch; `reader` sees all that is not remembered.
    mutating func begin(_ reader: StoreReader) { self.reader = reader }

    /// Ends it.
    mutating func end() { reader = nil }

    /// Remembers a document which the store does not have yet.
    mutating func remember(_ document: PreparedDocument, url: String?, seq: Int64) {
        unwritten[seq] = (document.fingerprint.contentKey, document.words, url)
    }

    /// The nearest of the documents that have been compared since this was asked last.
    mutating func takeNearest() -> Neighbour? { nearest.take() }

    /// The address of a kept document; nil where it had none, or where that has been erased.
    func url(of seq: Int64) throws -> String? {
        if let document = unwritten[seq] { document.url } else { try open().url(of: seq) }
    }

    /// Forgets everything: the numbers are given anew.
    mutating func clear() {
        unwritten = [:]
        nearest = nil
        recent = RecentShingles()
    }

    /// The store has the documents up to the one numbered `last`. O(documents remembered).
    mutating func forget(upTo last: Int64) {
        unwritten = unwritten.filter { $0.key > last }
    }

    mutating func contentKey(of seq: Int64) throws -> Digest {
        if let document = unwritten[seq] { return document.contentKey }
        guard let key = try open().contentKey(of: seq) else { throw KeptMemory.missing(seq) }
        return key
    }

    mutating func shingles(of seq: Int64) throws -> ShingleSet {
        if let known = recent[seq] { return known }
        let words: Words
        if let document = unwritten[seq] {
            words = document.words
        } else {
            guard let text = try open().text(of: seq) else { throw KeptMemory.missing(seq) }
            words = tokenizer.tokenize(
                try decompressor.decompress(text.body, limit: text.rawBytes, dictionary: text.dictionary))
        }
        let shingles = ShingleSet(words, parameters: parameters, limits: limits)
        recent[seq] = shingles
        return shingles
    }

    mutating func compared(_ seq: Int64, similarity: Double) {
        guard similarity >= Neighbour.leastSimilarity, similarity < parameters.threshold,
            similarity > nearest?.similarity ?? 0
        else { return }
        nearest = Neighbour(seq: seq, similarity: similarity)
    }

    private static func missing(_ seq: Int64) -> SluiceError {
        SluiceError(
            .io, "the store lacks document \(seq), which its index names",
            advice:
                "delete sluice.index beside the store, which is made again; if that does not help, run 'sluice verify'")
    }

    private func open() throws(SluiceError) -> StoreReader {
        guard let reader else { throw SluiceError(.io, "the store was asked outside of a batch") }
        return reader
    }
}

/// The shingles that were asked for last: revisions of one page come in runs, and ask for the same ones.
private struct RecentShingles {
    private var entries: [Int64: ShingleSet] = [:]
    private var held = 0

    /// The most hashes that are held, 8 bytes each: 32 MB.
    private static let capacity = 1 << 22

    subscript(seq: Int64) -> ShingleSet? {
        get { entries[seq] }
        set {
            guard let newValue else { return }
            if held + newValue.count > RecentShingles.capacity {
                entries.removeAll(keepingCapacity: true)
                held = 0
            }
            held += newValue.count
            entries[seq] = newValue
        }
    }
}
