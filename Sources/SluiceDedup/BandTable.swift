/// A map from 32-bit keys to the documents that have them, eight bytes an entry: open addressing over ordered slots.
///
/// A slot holds a key in its upper half and a document's position plus one in its lower half; zero is empty. Entries
/// lie in ascending order, each at or behind its home, the slot in proportion to its key. So a look-up ends at the first
/// larger entry, documents of one key come out in the order in which they went in, and growing is one walk from the
/// front to the back of both tables. Load stays between .75 and .85.
struct BandTable: Sendable {
    private var slots: [UInt64]
    /// How many homes there are; the slots behind them take what overflows at the end.
    private var homes: Int
    private var used = 0
    /// Makes homes unpredictable, so that no input can heap its keys up; changes nothing that can be seen.
    private let scatter: UInt32

    private static let firstOverflow = 64

    /// An empty table with `homes` homes (at least 16).
    init(homes: Int, scatter: UInt32) {
        self.homes = max(homes, 16)
        self.scatter = scatter | 1
        slots = [UInt64](repeating: 0, count: self.homes + BandTable.firstOverflow)
    }

    /// What the table takes, in bytes.
    var memoryBytes: Int { slots.count * MemoryLayout<UInt64>.stride }

    /// Adds the document at `position`, which is larger than all before; false where `key` has `cap` documents already.
    mutating func insert(_ key: UInt32, position: UInt32, cap: Int) -> Bool {
        if used >= homes / 20 * 17 { grow(by: homes / 8, overflow: slots.count - homes) }
        let entry = UInt64(scattered(key)) << 32 | UInt64(position + 1)
        while true {
            var at = home(entry)
            var same = 0
            while at < slots.count, slots[at] != 0, slots[at] < entry {
                same += slots[at] >> 32 == entry >> 32 ? 1 : 0
                at += 1
            }
            if same >= cap { return false }
            if place(entry, at: at) { break }
            grow(by: 0, overflow: 2 * (slots.count - homes))
        }
        used += 1
        return true
    }

    /// Appends the positions of the documents with `key` to `out`, in the order in which they were added.
    func collect(_ key: UInt32, into out: inout [UInt32]) {
        let wanted = UInt64(scattered(key))
        var at = home(wanted << 32)
        while at < slots.count, slots[at] != 0, slots[at] >> 32 <= wanted {
            if slots[at] >> 32 == wanted { out.append(UInt32(truncatingIfNeeded: slots[at]) &- 1) }
            at += 1
        }
    }

    /// Puts `entry` at `at` and moves what lies there up to the next empty slot; false where there is none.
    private mutating func place(_ entry: UInt64, at: Int) -> Bool {
        var empty = at
        while empty < slots.count, slots[empty] != 0 { empty += 1 }
        guard empty < slots.count else { return false }
        while empty > at {
            slots[empty] = slots[empty - 1]
            empty -= 1
        }
        slots[at] = entry
        return true
    }

    private mutating func grow(by more: Int, overflow: Int) {
        let old = slots
        homes += more
        slots = []
        // Everything fits behind the homes at worst, but that many are needed only where keys heap up.
        var room = overflow
        while !fill(with: old, overflow: room) { room *= 2 }
    }

    private mutating func fill(with old: [UInt64], overflow: Int) -> Bool {
        slots = [UInt64](repeating: 0, count: homes + overflow)
        var next = 0
        for entry in old where entry != 0 {
            let at = max(home(entry), next)
            guard at < slots.count else { return false }
            slots[at] = entry
            next = at + 1
        }
        return true
    }

    /// The slot in proportion to the entry's key; below `homes`.
    private func home(_ entry: UInt64) -> Int {
        Int(truncatingIfNeeded: ((entry >> 32) &* UInt64(homes)) >> 32)
    }

    private func scattered(_ key: UInt32) -> UInt32 {
        let mixed = (key ^ (key >> 16)) &* scatter
        return mixed ^ (mixed >> 15)
    }
}
