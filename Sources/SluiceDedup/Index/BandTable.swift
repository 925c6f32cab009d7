import CSluiceKernels

/// A map from 32-bit keys to the documents that have them, eight bytes an entry: open addressing over ordered slots.
/// Keys come mixed by the index's ``Scatter``.
///
/// A slot holds a key in its upper half and a document's position plus one in its lower half; zero is empty. Entries
/// lie in ascending order, each at or behind its home, the slot in proportion to its key. So a look-up ends at the first
/// larger entry, documents of one key come out in the order in which they went in, and growing is one walk from the
/// front to the back of both tables. Load stays between .75 and .85.
struct BandTable: Sendable {
    private var slots: [UInt64]
    /// How many homes there are; the slots behind them take what overflows at the end.
    private var homes: Int
    /// How many entries there are.
    private(set) var used = 0

    private static let firstOverflow = 64

    /// An empty table with `homes` homes (at least 16).
    init(homes: Int) {
        self.homes = max(homes, 16)
        slots = [UInt64](repeating: 0, count: self.homes + BandTable.firstOverflow)
    }

    /// What the table takes, in bytes.
    var memoryBytes: Int { slots.count * MemoryLayout<UInt64>.stride }

    /// Adds the document at `position`, which is larger than all before; false where `key` has `cap` documents already.
    mutating func insert(_ key: UInt32, position: UInt32, cap: Int) -> Bool {
        if used >= homes / 20 * 17 { grow(by: homes / 8, overflow: slots.count - homes) }
        let entry = UInt64(key) << 32 | UInt64(position + 1)
        while true {
            let home = BandTable.home(entry, homes)
            switch slots.withUnsafeMutableBufferPointer({ BandTable.insert(entry, home, cap, $0) }) {
            case .done:
                used += 1
                return true
            case .full: return false
            case .noRoom: grow(by: 0, overflow: 2 * (slots.count - homes))
            }
        }
    }

    /// Puts the documents at the positions from `first` on into an empty table; answers how many of them were left out
    /// because as many others have their key as `cap` says. `cap` is asked once a key, in ascending order.
    mutating func fill(_ keys: [UInt32], first: UInt32, cap: (UInt32) -> Int) -> Int {
        var entries = keys.enumerated().map { UInt64($0.element) << 32 | (UInt64(first) + UInt64($0.offset) + 1) }
        entries.sortUniform()
        var (kept, same, leftOut) = (0, 0, 0)
        var last: UInt32?
        var limit = 0
        for index in entries.indices {
            let key = UInt32(truncatingIfNeeded: entries[index] >> 32)
            if key != last { (last, same, limit) = (key, 0, cap(key)) }
            same += 1
            guard same <= limit else {
                leftOut += 1
                continue
            }
            entries[kept] = entries[index]
            kept += 1
        }
        entries.removeSubrange(kept...)
        used = kept
        homes = max(homes, kept + kept / 4)
        var room = BandTable.firstOverflow
        while !fill(with: entries, overflow: room) { room *= 2 }
        return leftOut
    }

    /// Appends the positions of the documents with `key` to `out`, in the order in which they were added.
    func collect(_ key: UInt32, into out: inout [UInt32]) {
        let wanted = UInt64(key)
        let home = BandTable.home(wanted << 32, homes)
        slots.withUnsafeBufferPointer { slots in
            var at = home
            while at < slots.count, slots[at] != 0, slots[at] >> 32 <= wanted {
                if slots[at] >> 32 == wanted { out.append(UInt32(truncatingIfNeeded: slots[at]) &- 1) }
                at &+= 1
            }
        }
    }

    /// Has the line of memory brought in at which a search for `key` begins.
    @inline(__always)
    func prefetch(_ key: UInt32) {
        let home = BandTable.home(UInt64(key) << 32, homes)
        slots.withUnsafeBufferPointer { slots in
            // Any address may be asked for; this one is within the slots, whose number is above that of the homes.
            if let start = slots.baseAddress { sluice_prefetch(start + home) }
        }
    }

    private enum Insertion { case done, full, noRoom }

    private static func insert(
        _ entry: UInt64, _ home: Int, _ cap: Int, _ slots: UnsafeMutableBufferPointer<UInt64>
    ) -> Insertion {
        var at = home
        var same = 0
        while at < slots.count, slots[at] != 0, slots[at] < entry {
            same &+= slots[at] >> 32 == entry >> 32 ? 1 : 0
            at &+= 1
        }
        if same >= cap { return .full }
        var empty = at
        while empty < slots.count, slots[empty] != 0 { empty &+= 1 }
        guard empty < slots.count else { return .noRoom }
        var moving = entry
        while at <= empty {
            swap(&slots[at], &moving)
            at &+= 1
        }
        return .done
    }

    private mutating func grow(by more: Int, overflow: Int) {
        let old = slots
        homes += more
        slots = []
        // Where keys heap up at the end, more room behind the homes is needed.
        var room = overflow
        while !fill(with: old, overflow: room) { room *= 2 }
    }

    private mutating func fill(with old: [UInt64], overflow: Int) -> Bool {
        let homes = homes
        var isDone = true
        slots = [UInt64](unsafeUninitializedCapacity: homes + overflow) { slots, count in
            // Entries and their homes ascend together, so each slot is written once, from the front to the back.
            var next = 0
            for entry in old where entry != 0 {
                let at = max(BandTable.home(entry, homes), next)
                guard at < homes + overflow else {
                    isDone = false
                    break
                }
                while next < at {
                    slots.initializeElement(at: next, to: 0)
                    next &+= 1
                }
                slots.initializeElement(at: at, to: entry)
                next = at &+ 1
            }
            while next < homes + overflow {
                slots.initializeElement(at: next, to: 0)
                next &+= 1
            }
            count = next
        }
        return isDone
    }

    /// The slot in proportion to the entry's key; below `homes`.
    @inline(__always)
    private static func home(_ entry: UInt64, _ homes: Int) -> Int {
        Int(truncatingIfNeeded: ((entry >> 32) &* UInt64(truncatingIfNeeded: homes)) >> 32)
    }

    /// The next entry at or behind `slot`, which moves behind it: a key in the upper half, a position plus one in the
    /// lower. All ones where there is none.
    func next(_ slot: inout Int) -> UInt64 {
        while slot < slots.count {
            let entry = slots[slot]
            slot += 1
            if entry != 0 { return entry }
        }
        return .max
    }
}
