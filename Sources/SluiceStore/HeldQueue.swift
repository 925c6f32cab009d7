/// Held documents in order of seq; taken from the front in amortised O(1).
struct HeldQueue: Sendable {
    private var items: [Admitter.Document]
    private var head = 0

    init(_ items: [Admitter.Document]) { self.items = items }

    var count: Int { items.count - head }
    var first: Admitter.Document? { head < items.count ? items[head] : nil }

    mutating func append(_ item: Admitter.Document) { items.append(item) }

    mutating func removeFirst() {
        head += 1
        if head > 1024, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
    }

    /// Puts documents back at their places. O(*n* log *n*).
    mutating func insert(_ others: [Admitter.Document]) {
        guard !others.isEmpty else { return }
        items = (items[head...] + others).sorted { $0.seq < $1.seq }
        head = 0
    }

    /// Takes the document of this row out, wherever it is. O(*n*).
    mutating func remove(seq: Int64) {
        var (low, high) = (head, items.count)
        while low < high {
            let middle = low + (high - low) / 2
            if items[middle].seq < seq { low = middle + 1 } else { high = middle }
        }
        if low < items.count, items[low].seq == seq { items.remove(at: low) }
    }
}
