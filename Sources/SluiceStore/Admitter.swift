/// The cap and the size of a shard.
public struct ShardSettings: Sendable, Equatable {
    /// The highest ratio synthetic : real, in millionths; 0 to 1,000,000.
    public var capPPM: Int64
    /// The size in tokens at which a shard is sealed; 1 to 8,000,000,000.
    public var targetTokens: Int64

    /// Settings of their parts. There are no defaults here: they are those of `config/sluice.yaml`, and its alone.
    public init(capPPM: Int64, targetTokens: Int64) {
        self.capPPM = capPPM
        self.targetTokens = targetTokens
    }

    /// A ratio from 0 to 1 in whole millionths, never more than it: a cap must not grow by being written down.
    public static func ppm(_ ratio: Double) -> Int64 {
        // What stands behind the twelfth decimal is what decimals lose in binary.
        Int64((ratio * 1_000_000 + 0.000_001).rounded(.down))
    }

    /// The caps and the sizes that the schema takes.
    static let (caps, sizes): (ClosedRange<Int64>, ClosedRange<Int64>) = (0...1_000_000, 1...8_000_000_000)

    /// True where the schema would take them.
    public var areValid: Bool {
        ShardSettings.caps.contains(capPPM) && ShardSettings.sizes.contains(targetTokens)
    }
}

/// What a shard holds. Masses are in thousandths of a token.
public struct ShardTotals: Sendable, Equatable {
    /// Documents.
    public var documents: Int64
    /// Machine-written mass.
    public var synthetic: Int64
    /// Human mass.
    public var real: Int64

    /// The most that either mass of a shard may reach, so that the cap's inequality fits 64 bits.
    public static let massLimit: Int64 = 9_000_000_000_000

    /// The masses there may be.
    static let masses: ClosedRange<Int64> = 0...massLimit

    /// Totals of their parts.
    public init(documents: Int64 = 0, synthetic: Int64 = 0, real: Int64 = 0) {
        self.documents = documents
        self.synthetic = synthetic
        self.real = real
    }

    /// Whole tokens.
    public var tokens: Int64 { (synthetic &+ real) / 1000 }

    /// Synthetic : real; nil where there is no real mass.
    public var ratio: Double? { real > 0 ? Double(synthetic) / Double(real) : nil }

    /// True where `synthetic ≤ cap × real`, in integers, and neither mass is past ``massLimit``.
    public func obey(capPPM: Int64) -> Bool {
        guard ShardTotals.masses.contains(synthetic), ShardTotals.masses.contains(real),
            ShardSettings.caps.contains(capPPM)
        else { return false }
        return synthetic &* 1_000_000 <= capPPM &* real
    }

    /// These and others together; wraps where it overflows, which a million full shards do not reach.
    public func adding(_ others: ShardTotals) -> ShardTotals {
        ShardTotals(
            documents: documents &+ others.documents, synthetic: synthetic &+ others.synthetic,
            real: real &+ others.real)
    }

    func adding(_ document: Admitter.Document) -> ShardTotals {
        adding(ShardTotals(documents: 1, synthetic: document.synthetic, real: document.real))
    }

    func removing(_ document: Admitter.Document) -> ShardTotals {
        adding(ShardTotals(documents: -1, synthetic: 0 &- document.synthetic, real: 0 &- document.real))
    }
}

/// Decides which kept documents go into the open shard and which are held, under the cap, in integer arithmetic.
///
/// A document is admitted if and only if `synthetic ≤ cap × real` holds for the shard after it. After every admission
/// the held documents are admitted oldest first, until the oldest one does not fit. A document that could not fit into
/// a full shard of human text stays held without blocking those behind it. A shard that reaches its size is sealed;
/// the next is opened by the first document that fits an empty one.
///
/// The steps are a function of the sequence of documents, reviews and settings alone: neither batches nor restarts show.
public struct Admitter: Sendable {
    /// A kept document, as far as shards are concerned. Masses are in thousandths of a token.
    public struct Document: Sendable, Equatable {
        /// The provenance row that kept it.
        public var seq: Int64
        /// Machine-written mass, 0 to 10¹².
        public var synthetic: Int64
        /// Human mass, 0 to 10¹².
        public var real: Int64

        /// A document of its parts.
        public init(seq: Int64, synthetic: Int64, real: Int64) {
            self.seq = seq
            self.synthetic = synthetic
            self.real = real
        }
    }

    /// One thing to write down, in order.
    public enum Step: Sendable, Equatable {
        /// A shard is opened.
        case open(shard: Int64, ShardSettings)
        /// A document goes in; with the shard's totals after it.
        case admit(shard: Int64, document: Int64, ShardTotals)
        /// A document is taken out again; with the shard's totals after it.
        case withdraw(shard: Int64, document: Int64, ShardTotals)
        /// A shard is closed for good.
        case seal(shard: Int64)
    }

    struct OpenShard: Sendable, Equatable {
        var id: Int64
        var settings: ShardSettings
        var totals = ShardTotals()
    }

    /// What the next shard is opened with; nil where none can be opened, so that what finds no open one is held.
    public let settings: ShardSettings?
    var open: OpenShard?
    private(set) var lastShard: Int64
    var waiting: HeldQueue
    /// Held documents that cannot fit a shard of the settings they were last tried under; they block nobody.
    var oversized: [Document] = []

    /// The state in which no shard was ever opened.
    public init(settings: ShardSettings) {
        self.init(settings: settings, open: nil, lastShard: 0, held: [])
    }

    /// The state a store is in: its open shard, the last shard's number and the held documents, oldest first.
    init(settings: ShardSettings?, open: OpenShard?, lastShard: Int64, held: [Document]) {
        self.settings = settings
        self.open = open
        self.lastShard = lastShard
        self.waiting = HeldQueue(held)
    }

    /// How many documents are held.
    public var heldCount: Int { waiting.count + oversized.count }

    /// Decides about a newly kept document, appends what follows to `steps`, and says whether it was admitted.
    ///
    /// O(1) amortised over the documents.
    public mutating func place(_ document: Document, _ steps: inout [Step]) -> Bool {
        guard fits(document) else {
            waiting.append(document)
            return false
        }
        admit(document, &steps)
        admitHeld(&steps)
        return true
    }

    /// Seals the open shard, if there is one with anything in it.
    public mutating func seal(_ steps: inout [Step]) {
        guard let shard = open, shard.totals.documents > 0 else { return }
        steps.append(.seal(shard: shard.id))
        open = nil
    }

    func fits(_ document: Document) -> Bool {
        guard let current = open?.settings ?? settings else { return false }
        return (open?.totals ?? ShardTotals()).adding(document).obey(capPPM: current.capPPM)
    }

    /// True where not even a shard that was one token short of full, all of it human, would have room.
    private func neverFits(_ document: Document) -> Bool {
        guard let current = open?.settings ?? settings else { return false }
        let fullest = ShardTotals(documents: 0, synthetic: 0, real: 1000 &* (current.targetTokens &- 1))
        return !fullest.adding(document).obey(capPPM: current.capPPM)
    }

    mutating func admit(_ document: Document, _ steps: inout [Step]) {
        var shard: OpenShard
        if let current = open {
            shard = current
        } else if let settings {
            shard = OpenShard(id: lastShard &+ 1, settings: settings)
            lastShard = shard.id
            steps.append(.open(shard: shard.id, settings))
            waiting.insert(oversized)
            oversized = []
        } else {
            return
        }
        shard.totals = shard.totals.adding(document)
        steps.append(.admit(shard: shard.id, document: document.seq, shard.totals))
        open = shard
        if shard.totals.tokens >= shard.settings.targetTokens { seal(&steps) }
    }

    mutating func admitHeld(_ steps: inout [Step]) {
        while let oldest = waiting.first {
            if fits(oldest) {
                waiting.removeFirst()
                admit(oldest, &steps)
            } else if neverFits(oldest) {
                waiting.removeFirst()
                oversized.append(oldest)
            } else {
                return
            }
        }
    }
}
