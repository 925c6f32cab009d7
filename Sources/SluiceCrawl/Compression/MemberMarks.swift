/// Where a member starts: in the stream, and in the file.
struct MemberMark {
    var streamStart: UInt64
    var offset: UInt64
}

/// The member of the first waiting byte of a stream, and those that start behind it, in order.
///
/// Invariant: `head < all.count`, and from `head` on the starts in the stream ascend.
struct MemberMarks {
    private var all: [MemberMark]
    private var head = 0

    /// How many members may be waiting: what a record may be spread over. 4 MiB of marks, eight while they grow.
    static let limit = 1 << 18

    init(_ mark: MemberMark) { all = [mark] }

    var first: MemberMark { all[head] }
    var second: MemberMark? { head + 1 < all.count ? all[head + 1] : nil }
    var isFull: Bool { all.count - head >= MemberMarks.limit }

    /// Adds a member; it takes the place of an empty one before it.
    mutating func append(_ mark: MemberMark) {
        if all[all.count - 1].streamStart == mark.streamStart { all.removeLast() }
        all.append(mark)
        if head == all.count { head -= 1 }
    }

    /// Forgets the members that end at `position` of the stream or before.
    mutating func pass(to position: UInt64) {
        while let next = second, next.streamStart <= position { head += 1 }
        // In large strides: each moves what stays.
        guard head > 64, head > all.count / 2 else { return }
        all.removeFirst(head)
        head = 0
    }

    /// Where in the stream the first member behind position `position` starts, that of the first byte left out.
    func start(after position: UInt64) -> UInt64? {
        var low = head + 1
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].streamStart > position { high = middle } else { low = middle + 1 }
        }
        return low < all.count ? all[low].streamStart : nil
    }

    /// The member that is decompressed, or was last.
    var last: MemberMark { all[all.count - 1] }
}
