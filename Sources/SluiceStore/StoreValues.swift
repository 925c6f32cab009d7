import SluiceCore
import SluiceLedger

/// What a store is opened with.
public struct StoreSettings: Sendable, Equatable {
    /// The cap and the size of the shards that are opened from now on; an open shard keeps its own. Nil where nothing
    /// is going to be appended.
    public var shards: ShardSettings?
    /// The line that describes deduplication's parameters (`DedupParameters.description`). The first writer's is kept
    /// for life and a different one refused; nil asks nothing.
    public var deduplication: String?
    /// True where a writer keeps the keys of the newest records in memory (about 200 bytes each, of 32,768 records at
    /// most), for questions that are asked while it writes.
    public var keepsRecentKeys: Bool

    /// Settings of their parts.
    public init(shards: ShardSettings? = nil, deduplication: String? = nil, keepsRecentKeys: Bool = false) {
        self.shards = shards
        self.deduplication = deduplication
        self.keepsRecentKeys = keepsRecentKeys
    }
}

/// What `run` writes down about one execution of an ingest.
public struct RunDescription: Sendable, Equatable {
    /// A UUID, lower case.
    public var uuid: String
    /// The version of the program.
    public var toolVersion: String
    /// SHA-256 of the configuration in force.
    public var configuration: Digest
    /// SHA-256 of the detector's model file; nil where none was loaded.
    public var model: Digest?
    /// When it began, in microseconds since 1970, UTC.
    public var startedMicroseconds: Int64
    /// Workers, at least 1.
    public var workers: Int

    /// What decides, beside the inputs and the store, what becomes of a record.
    public enum Part: String, Sendable, CaseIterable {
        case program, configuration, model
    }

    /// What decides in this run that is not what decided in `other`.
    public func differences(from other: RunDescription) -> [Part] {
        Part.allCases.filter { part in
            switch part {
            case .program: toolVersion != other.toolVersion
            case .configuration: configuration != other.configuration
            case .model: model != other.model
            }
        }
    }

    /// A description of its parts.
    public init(
        uuid: String, toolVersion: String, configuration: Digest, model: Digest?, startedMicroseconds: Int64,
        workers: Int
    ) {
        self.uuid = uuid
        self.toolVersion = toolVersion
        self.configuration = configuration
        self.model = model
        self.startedMicroseconds = startedMicroseconds
        self.workers = workers
    }
}

/// What is known of an input from the first day, and never changes.
public struct SourceDescription: Sendable, Equatable {
    /// SHA-256 of its bytes.
    public var digest: Digest
    /// What it was called: the file's name, with its path from there where a directory was given, or `stdin`.
    public var name: String
    /// Its size as given, compressed.
    public var bytes: Int64
    /// Its format, in the words of `--format`.
    public var format: String
    /// What the operator calls it (`--source`).
    public var label: String?
    /// What the operator declares of its author, as JSON (`--origin`, `--generator`).
    public var declared: String?

    /// A description of its parts.
    public init(
        digest: Digest, name: String, bytes: Int64, format: String, label: String? = nil, declared: String? = nil
    ) {
        self.digest = digest
        self.name = name
        self.bytes = bytes
        self.format = format
        self.label = label
        self.declared = declared
    }
}

/// How far a source has been read: the input cursor, and law 1's counters up to it.
public struct SourceProgress: Sendable, Equatable {
    /// True once the source has been read to its end.
    public var isDone = false
    /// The compressed offset of the member to go on at.
    public var memberOffset: Int64 = 0
    /// Decompressed bytes of that member that are done already.
    public var skipBytes: Int64 = 0
    /// The ordinal of the next record.
    public var nextOrdinal: Int64 = 0
    /// Records kept.
    public var kept: Int64 = 0
    /// Records with the words of an earlier kept document.
    public var duplicateExact: Int64 = 0
    /// Records near an earlier kept document.
    public var duplicateNear: Int64 = 0
    /// Records without text to keep.
    public var rejected: Int64 = 0
    /// Bytes of the texts that were read, before repair.
    public var textBytes: Int64 = 0
    /// Bytes that belong to no record.
    public var skippedBytes: Int64 = 0

    /// Nothing read yet.
    public init() {}

    /// Records decided so far.
    public var records: Int64 { kept &+ duplicateExact &+ duplicateNear &+ rejected }
}

/// A source as the store knows it.
public struct StoredSource: Sendable, Equatable {
    /// Its number in the store, from 1.
    public var id: Int64
    /// What never changes.
    public var description: SourceDescription
    /// How far it has been read.
    public var progress: SourceProgress
}

/// The address a record was captured from, which may be erased later.
public struct Address: Sendable, Equatable {
    /// The salt of its ``Commitment``, 16 bytes.
    public var salt: [UInt8]
    /// The address as the record gives it.
    public var url: String
    /// Its host, lower case; empty where it has none.
    public var host: String

    /// An address of its parts.
    public init(salt: [UInt8], url: String, host: String) {
        self.salt = salt
        self.url = url
        self.host = host
    }
}

/// What is stored of a kept document besides its provenance row.
public struct KeptDocument: Sendable, Equatable {
    /// SHA-256 of its normalised words.
    public var contentKey: Digest
    /// The band keys of its signature, packed as the near-duplicate index likes them.
    public var bands: [UInt8]
    /// Its machine-written mass in thousandths of a token; real mass is what remains of 1000 × tokens.
    public var synthetic: Int64
    /// The length of its text in bytes, at least 1.
    public var rawBytes: Int
    /// Its text as one zstd frame, made with the dictionary of its row.
    public var body: [UInt8]

    /// A document of its parts.
    public init(contentKey: Digest, bands: [UInt8], synthetic: Int64, rawBytes: Int, body: [UInt8]) {
        self.contentKey = contentKey
        self.bands = bands
        self.synthetic = synthetic
        self.rawBytes = rawBytes
        self.body = body
    }
}

/// One record on its way into the store.
public struct StoreEntry: Sendable, Equatable {
    /// Its provenance row.
    public var row: ProvenanceRow
    /// The address that `row.urlCommitment` commits to; there exactly where that is.
    public var address: Address?
    /// The document; there exactly where the row says kept.
    public var document: KeptDocument?
    /// What the texts from this row on are compressed with; nil where that stays as it is.
    public var dictionary: TextDictionary?
    /// What it will be found by; nil where the writer is to work that out.
    public var keys: LookupKeys?

    /// An entry of its parts.
    public init(
        row: ProvenanceRow, address: Address? = nil, document: KeptDocument? = nil, dictionary: TextDictionary? = nil
    ) {
        self.row = row
        self.address = address
        self.document = document
        self.dictionary = dictionary
    }
}

/// A shard and what is in it now.
public struct StoredShard: Sendable, Equatable {
    /// Its number, from 1.
    public var id: Int64
    /// True once nothing in it can change any more.
    public var isSealed: Bool
    /// Its cap and its size.
    public var settings: ShardSettings
    /// What is in it.
    public var totals: ShardTotals

    /// A shard of its parts.
    public init(id: Int64, isSealed: Bool, settings: ShardSettings, totals: ShardTotals) {
        self.id = id
        self.isSealed = isSealed
        self.settings = settings
        self.totals = totals
    }
}

/// Where kept documents are.
public struct Placement: Sendable, Equatable {
    /// Kept documents in no shard.
    public var held: Int
    /// Shards that were ever opened.
    public var shards: Int64
    /// The open one; nil where none is.
    public var open: StoredShard?
}

/// A compressed text.
public struct StoredText: Sendable, Equatable {
    /// One zstd frame.
    public var body: [UInt8]
    /// The length of the text in it, in bytes.
    public var rawBytes: Int
    /// What it was compressed with besides itself; nil where there was nothing.
    public var dictionary: TextDictionary?

    /// The lengths there may be: a record is at most 1 GiB, and repair may make three bytes of one.
    static let sizes: ClosedRange<Int64> = 1...4 << 30
}

/// The store in figures.
public struct StoreStatistics: Sendable, Equatable {
    /// Inputs known, those not yet read to their end included.
    public var sources: Int64 = 0
    /// Law 1's counters over all sources.
    public var progress = SourceProgress()
    /// Rejected records by reason.
    public var rejected: [String: Int64] = [:]
    /// Kept documents by the verdict in force.
    public var verdicts: [Verdict: Int64] = [:]
    /// Kept documents in no shard.
    public var held: Int64 = 0
    /// Thousandths of tokens in no shard: machine-written.
    public var heldSynthetic: Int64 = 0
    /// Thousandths of tokens in no shard: human.
    public var heldReal: Int64 = 0
    /// Shards, open and sealed.
    public var shards: Int64 = 0
    /// What all shards hold together.
    public var admitted = ShardTotals()
    /// The last seq of the ledger; 0 where it is empty.
    public var ledgerSize: Int64 = 0
    /// Releases.
    public var releases: Int64 = 0
    /// Reviews, repeated ones of a document included.
    public var reviews: Int64 = 0
}

/// One thing that was checked.
public struct Finding: Sendable, Equatable {
    /// What was checked, in kebab case.
    public var check: String
    /// Whether it holds.
    public var passed: Bool
    /// What was found, with a place to look at where it does not hold.
    public var detail: String
    /// What kept it from being looked at, which says nothing of whether it holds.
    public var hindrance: SluiceError?

    /// A finding of its parts.
    public init(check: String, passed: Bool, detail: String) {
        self.check = check
        self.passed = passed
        self.detail = detail
    }

    /// That `hindrance` kept it from being looked at.
    public init(check: String, hindrance: SluiceError) {
        self.init(check: check, passed: false, detail: "cannot be checked: \(hindrance.message)")
        self.hindrance = hindrance
    }
}
