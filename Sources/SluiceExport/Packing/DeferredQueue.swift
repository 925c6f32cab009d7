import SluiceStore

/// Documents that would have broken the cap when it was their turn, until real mass makes room for them.
///
/// What a document asks for is one number, 10⁶ × synthetic − cap × real, and what a file can give is the same number of
/// its totals with the sign turned. The documents wait in one line for each power of two of what they ask for. The
/// oldest one that fits among the heads of the lines comes out next: a large one never blocks the small ones behind it,
/// and a document waits only behind older ones that ask for at least half as much. O(1) each.
struct DeferredQueue: Sendable {
    /// A document that waits.
    struct Entry: Sendable, Equatable {
        var document: Admitter.Document
        var shard: Int64
        /// Its place in the order of admission: age decides, and seqs need not be in order.
        var admission: Int64
    }

    private let capPPM: Int64
    private var lines: [Line] = Array(repeating: Line(), count: Int64.bitWidth)

    private struct Line: Sendable {
        var items: [Entry] = []
        var head = 0
    }

    /// Nobody waits. `capPPM` is 0 to 1,000,000.
    init(capPPM: Int64) { self.capPPM = capPPM }

    /// How many wait.
    private(set) var count = 0

    /// What `document` asks for, in millionths of thousandths of a token; below zero where it brings room.
    ///
    /// Masses are at most 10¹² and the cap 10⁶, so that this is within ±10¹⁸.
    func need(of document: Admitter.Document) -> Int64 {
        document.synthetic &* 1_000_000 &- capPPM &* document.real
    }

    /// Whether a file with `totals` obeys the cap with `document` too. Totals are those of one file, and at most
    /// `ShardTotals.massLimit`.
    func hasRoom(for document: Admitter.Document, within totals: ShardTotals) -> Bool {
        need(of: document) <= capPPM &* totals.real &- totals.synthetic &* 1_000_000
    }

    /// Puts a document at the end of its line.
    mutating func append(_ entry: Entry) {
        lines[line(of: entry)].items.append(entry)
        count += 1
    }

    /// The oldest head of a line that a file with `totals` has room for.
    func next(within totals: ShardTotals) -> Entry? {
        guard count > 0 else { return nil }
        var oldest: Entry?
        for line in lines where line.head < line.items.count {
            let entry = line.items[line.head]
            if entry.admission < (oldest?.admission ?? .max), hasRoom(for: entry.document, within: totals) {
                oldest = entry
            }
        }
        return oldest
    }

    /// Takes out `entry`, which ``next(within:)`` has just named.
    mutating func remove(_ entry: Entry) {
        let line = line(of: entry)
        lines[line].head += 1
        count -= 1
        if lines[line].head > 1024, lines[line].head * 2 > lines[line].items.count {
            lines[line].items.removeFirst(lines[line].head)
            lines[line].head = 0
        }
    }

    /// Everybody who still waits, the oldest first.
    func remaining() -> [Entry] {
        lines.flatMap { $0.items[$0.head...] }.sorted { $0.admission < $1.admission }
    }

    private func line(of entry: Entry) -> Int {
        Int64.bitWidth - 1 - min(max(need(of: entry.document), 1).leadingZeroBitCount, Int64.bitWidth - 1)
    }
}
