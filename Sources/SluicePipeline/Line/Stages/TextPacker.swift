import SluiceCore
import SluiceCrawl
import SluiceStore

/// Knows with which dictionary the text of each row is compressed, and learns new ones.
///
/// A dictionary is learned from the kept documents among the records up to record 1,024, used from the next row on, and
/// learned anew each time the ledger has grown 64-fold, then from the last 4,096 records. Where these hold too few documents
/// to learn from, the one before stays. So which one a text has follows from its row's number and the rows before it, and no
/// batch waits for another.
struct TextPacker {
    /// The record behind which the first dictionary comes.
    private static let first: Int64 = 1024
    /// The most records whose kept documents are learned from: of four times as many as the first dictionary knows, texts
    /// become 1 % smaller.
    private static let window: Int64 = 4096
    /// By how many powers of two the ledger grows until the next one: a later dictionary is hardly better than the first,
    /// and learning one takes time on the serial path.
    private static let growth: Int64 = 6

    private let level: Int
    /// The record behind which the next dictionary comes.
    private var due: Int64
    private var samples: [[UInt8]] = []
    /// The dictionary of the rows from here on; nil where there is none yet.
    private(set) var dictionary: ZstdDictionary?

    /// A packer that goes on behind the last row of a store, at a level of 1 to 19. Reads the texts of a window at most.
    init(_ reader: StoreReader, level: Int) throws {
        self.level = level
        let last = try reader.nextSeq() - 1
        // As a packer has it that went on from row to row.
        due = TextPacker.due(from: last)
        dictionary = try reader.dictionary(forRow: last + 1).map { try ZstdDictionary($0, level: level) }
        let first = max(due - TextPacker.window + 1, 1)
        guard first <= last else { return }
        let decompressor = ZstdDecompressor()
        try reader.forEachText(first...min(due, last)) { text in
            add(try decompressor.decompress(text.body, limit: text.rawBytes, dictionary: text.dictionary))
        }
    }

    /// The dictionary that begins with row `seq`, where one does; to be asked for every row, in order, before that row is
    /// kept.
    mutating func begin(row seq: Int64) throws(SluiceError) -> TextPacking.Change? {
        guard seq > due else { return nil }
        let learned = DictionaryTrainer.train(samples)
        samples = []
        due = TextPacker.due(from: seq)
        guard let learned else { return nil }
        let prepared = try ZstdDictionary(learned, level: level)
        dictionary = prepared
        return (seq, learned, prepared)
    }

    /// Takes note of the text of the kept document of row `seq`.
    mutating func keep(_ text: [UInt8], row seq: Int64) {
        if seq <= due, seq > due - TextPacker.window { add(text) }
    }

    private mutating func add(_ text: [UInt8]) { samples.append(Array(text.prefix(DictionaryTrainer.sampleBytes))) }

    /// The first of 1,024, 65,536, … that is `seq` or more.
    private static func due(from seq: Int64) -> Int64 {
        var due = first
        while due < seq { due <<= growth }
        return due
    }
}

/// With which dictionaries the texts of a stretch of rows are compressed.
struct TextPacking: Sendable {
    /// A dictionary with the first row that it is for.
    typealias Change = (row: Int64, learned: TextDictionary, prepared: ZstdDictionary)

    /// The dictionary of the row at hand; nil where there is none yet.
    private(set) var dictionary: ZstdDictionary?
    /// Those that begin within the stretch, in order.
    var changes: [Change] = []

    /// A stretch that begins with this dictionary.
    init(dictionary: ZstdDictionary?) { self.dictionary = dictionary }

    /// Goes on to row `seq`; gives the dictionary that begins there.
    mutating func begin(row seq: Int64) -> TextDictionary? {
        guard let next = changes.first, next.row == seq else { return nil }
        changes.removeFirst()
        dictionary = next.prepared
        return next.learned
    }
}
