import SluiceCore
import SluiceCrawl
import SluiceDedup
import SluiceDetect

/// Everything that can be set; the values here are the defaults, and `config/sluice.yaml` shows each with its meaning.
public struct Settings: Sendable, Equatable {
    /// The most that one record may cost.
    public var limits = Limits()
    /// What decides which documents count as near duplicates; a store keeps one set for life.
    public var dedup = DedupParameters()
    /// How a document is judged.
    public var detection = Detection()
    /// Which watermark is looked for.
    public var watermark = WatermarkSettings()
    /// How documents are put into shards.
    public var shards = Shards()
    /// How the work is cut and shared.
    public var ingest = Ingest()
    /// How shards are written out.
    public var export = Export()
    /// How the daemon is reached, and what it takes.
    public var service = Service()

    /// How a document is judged.
    public struct Detection: Sendable, Equatable {
        /// The model file; empty for the one that ships with Sluice.
        public var model = ""
        /// The share of synthetic documents that is assumed before any evidence, above 0 and below 1.
        public var prior = 0.10
        /// The weight, in nats and not above 0, of a capture before `anchorBefore`.
        public var anchorWeight = 0.0
        /// The date, `YYYY-MM-DD`, before which text counts as written before chat models were public.
        public var anchorBefore = "2022-11-30"
        /// The weight, in nats and not below 0, of sharing a template with a page of another host.
        public var templatingWeight = 0.0
    }

    /// How documents are put into shards.
    public struct Shards: Sendable, Equatable {
        /// The highest ratio of synthetic to real tokens in a shard.
        public var cap = 0.10
        /// The tokens (words) at which a shard is sealed.
        public var targetTokens = 25_000_000
    }

    /// How the work is cut and shared.
    public struct Ingest: Sendable, Equatable {
        /// Parallel workers; 0 for one a processor.
        public var workers = 0
        /// The most records in one transaction.
        public var batchRecords = 512
        /// The bytes of records at which a transaction is closed earlier.
        public var batchBytes = 4 << 20
        /// The zstd level at which texts are stored, 1 to 19.
        public var textCompression = 3
    }

    /// How shards are written out.
    public struct Export: Sendable, Equatable {
        /// The most bytes of a file before compression.
        public var fileBytes = 256_000_000
        /// What becomes of the bound on a file's ratio: `enforce` keeps it under the cap, `report` only states it.
        public var bound = "enforce"
        /// Whether it is kept under the cap.
        public var enforcesBound: Bool { bound != "report" }
    }

    /// How the daemon is reached, and what it takes. An empty path means the place in the store's directory.
    public struct Service: Sendable, Equatable {
        /// The TCP address, `HOST:PORT`; empty for none.
        public var listen = "127.0.0.1:7878"
        /// The Unix socket; empty for `sluice.sock` in the store's directory.
        public var socket = ""
        /// The spool's directory; empty for `spool` in the store's directory.
        public var spool = ""
        /// Where exports go that are asked for over HTTP; empty for `exports` in the store's directory.
        public var exports = ""
        /// The file of tokens; empty for none, which makes everybody who can reach the TCP address an administrator.
        public var tokens = ""
        /// Names besides the loopback ones under which the daemon may be addressed, separated by commas.
        public var allowedHosts = ""
        /// The most bytes of a request's body, as sent.
        public var bodyBytes = 64 << 20
        /// The most connections at once; beyond, the one that has been idle longest is closed.
        public var connections = 4096
        /// Seconds within which a request's header must be complete.
        public var headerSeconds = 10
        /// Seconds after which a connection without a request is closed.
        public var idleSeconds = 60
        /// The most sources that wait for their turn.
        public var queue = 64
        /// Free bytes on the store's disk below which no work is taken.
        public var diskFloorBytes = 1 << 30
        /// The least important messages that are logged: trace, debug, info, notice, warning, error or critical.
        public var logLevel = "info"
    }

    /// The defaults.
    public init() {}

    /// What a store's index rests on, on one line; a store keeps it for life and refuses another. The number of the
    /// words' version goes up when a tokeniser yields other words or hashes.
    public var identity: String { "\(dedup.description) shingles=\(limits.shingles) \(Settings.wordsVersion)" }

    /// The version of the words that the tokeniser makes.
    static let wordsVersion = "tokens=2"

    /// SHA-256 over the settings that decide what becomes of a record, and over the vocabulary of the watermark that is looked
    /// for, whose file it reads; what only moves work about is left out.
    public var digest: Digest {
        var lines = SettingKey.all.filter(\.decides).map { "\($0.name)=\($0.read(self))\n" }
        // By its path, another file in its place would be the same.
        if watermark.scheme != WatermarkSettings().scheme,
            let vocabulary = try? SourceFile.digest(of: watermark.vocabulary).digest
        {
            lines.append("watermark.vocabulary.sha256=\(vocabulary.hex)\n")
        }
        return Digest.of(Array(lines.joined().utf8))
    }
}
