import SluiceCore
import SluiceText

/// What is known of runs of words from other texts than those to learn from: how much more often machines than people write
/// them.
///
/// It moves what the weights are pulled to, not the weights: where the training texts settle a weight, they settle it.
public struct Lexicon: Sendable, Equatable {
    /// A run of words.
    public struct Entry: Sendable, Equatable {
        /// Its words, one to three.
        public var words: Words
        /// The log likelihood ratio that is added to what the training texts' frequencies say, in nats.
        public var weight: Double
    }

    /// The runs, none of them twice.
    public let entries: [Entry]

    /// Nothing.
    public static let none = Lexicon(entries: [])

    /// The largest weight, either way, in nats.
    static let weightLimit = 10.0
    /// The largest file, in bytes.
    static let byteLimit = 16 << 20

    private init(entries: [Entry]) { self.entries = entries }

    /// The lexicon in the file at `path`: on each line one to three words, a tab and a weight; lines that are empty or begin
    /// with `#` mean nothing.
    ///
    /// - Throws: `inputMissing` where the file cannot be read, `configuration` naming the line that is none of this.
    public static func load(path: String) throws(SluiceError) -> Lexicon {
        let advice = "this is no lexicon: each line has words, a tab and a weight"
        return try Lexicon(FileBytes.read(path, limit: byteLimit, advice: advice), path: path)
    }

    private init(_ bytes: [UInt8], path: String) throws(SluiceError) {
        var tokenizer = Tokenizer()
        var seen: Set<[UInt8]> = []
        var entries: [Entry] = []
        for (number, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            func refused(_ expected: String) -> SluiceError {
                SluiceError(
                    .configuration, "\(path), line \(number + 1): expected \(expected)", advice: "correct the lexicon")
            }
            let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            guard parts.count == 2, let weight = Double(String(decoding: parts[1], as: UTF8.self)),
                abs(weight) <= Lexicon.weightLimit
            else { throw refused("words, a tab and a weight of at most \(Int(Lexicon.weightLimit)) nats") }
            let words = tokenizer.tokenize(Array(parts[0]))
            guard (1...3).contains(words.count) else { throw refused("one to three words, not \(words.count)") }
            guard seen.insert(words.normalized).inserted else { throw refused("words that no line before has") }
            entries.append(Entry(words: words, weight: weight))
        }
        self.init(entries: entries)
    }

    /// The hashes of all words in it.
    var hashes: Set<UInt64> { Set(entries.lazy.flatMap(\.words.hashes)) }

    /// The weights by the tag of the n-gram, of those none of whose words is masked.
    func weights(_ vocabulary: Vocabulary) -> [UInt32: Double] {
        var weights: [UInt32: Double] = [:]
        vocabulary.withReader { reader in
            let walker = GramWalker(reader)
            for entry in entries {
                guard entry.words.hashes.allSatisfy({ reader.flags($0) & Vocabulary.kept != 0 }) else { continue }
                var longest = LongestGram()
                _ = walker.walk(entry.words, 0..<entry.words.count, into: &longest)
                weights[longest.tag] = entry.weight
            }
        }
        return weights
    }
}

/// The n-gram of a run of one to three words that is the run itself.
private struct LongestGram: GramSink {
    var tag: UInt32 = 0
    private var words = 0

    mutating func add(_ tag: UInt32, _ place: UInt32) {
        guard GramPlace.words(place) > words else { return }
        (self.tag, words) = (tag, GramPlace.words(place))
    }
}
