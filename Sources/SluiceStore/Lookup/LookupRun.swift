/// A run of the table `lookup`: which records it is of, and how its keys are packed.
///
/// A run of level *l* is of 4096 · 4^*l* records and has 256 · 2^*l* rows, one for each value of a key's first bits. A row
/// holds entries of fixed size in order: the last three bytes of the key, and the record's number within the run in two
/// bytes, three from level 3 on, all big-endian. The first row is there even when it is empty, as the sign of the run.
struct LookupRun: Equatable {
    var kind: Lookup.Kind
    var level: Int64
    var number: Int64

    static func size(_ level: Int64) -> Int64 { 4096 << (2 * level) }

    /// The last record before the run's.
    var after: Int64 { number * LookupRun.size(level) }
    /// The run's last record.
    var last: Int64 { after + LookupRun.size(level) }
    /// How many rows it may have.
    var chunks: Int64 { 256 << level }
    /// The numbers of its rows in the table.
    var ids: ClosedRange<Int64> {
        let first = kind.rawValue << 48 | level << 44 | number << 12
        return first...first + 4095
    }

    /// The four runs that became this one.
    var parts: [LookupRun] {
        guard level > 0 else { return [] }
        return (0..<4).map { LookupRun(kind: kind, level: level - 1, number: number * 4 + $0) }
    }

    /// The row that a key is in, from 0.
    func chunk(of key: UInt32) -> Int64 { Int64(key >> UInt32(24 - level)) }

    private var numberBytes: Int { level < 3 ? 2 : 3 }

    // MARK: Packing

    /// The rows of these keys: numbers from 0 and what is in them, empty ones left out but for the first.
    func pack(_ keys: [PackedKey]) -> [(chunk: Int64, entries: [UInt8])] {
        var rows: [(chunk: Int64, entries: [UInt8])] = [(0, [])]
        for key in keys.sorted() {
            let chunk = chunk(of: key.key)
            if rows[rows.count - 1].chunk != chunk { rows.append((chunk, [])) }
            append(key, to: &rows[rows.count - 1].entries)
        }
        return rows
    }

    private func append(_ key: PackedKey, to bytes: inout [UInt8]) {
        for shift in [16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: key.key >> shift)) }
        if numberBytes == 3 { bytes.append(UInt8(truncatingIfNeeded: key.number >> 16)) }
        bytes.append(UInt8(truncatingIfNeeded: key.number >> 8))
        bytes.append(UInt8(truncatingIfNeeded: key.number))
    }

    /// What is in a row. Bytes that make no whole entry are passed over.
    func unpack(_ bytes: UnsafeRawBufferPointer, chunk: Int64) -> [PackedKey] {
        let width = 3 + numberBytes
        let high = UInt32(truncatingIfNeeded: chunk >> level) << 24
        return (0..<bytes.count / width).map { index in
            let entry = UnsafeRawBufferPointer(rebasing: bytes[index * width..<(index + 1) * width])
            return PackedKey(
                key: high | LookupRun.number(in: entry[..<3]), number: LookupRun.number(in: entry[3...]))
        }
    }

    /// The records with `key` in the row that it would be in, in order.
    func find(_ key: UInt32, in bytes: UnsafeRawBufferPointer) -> [Int64] {
        let width = 3 + numberBytes
        let wanted = key & 0xFF_FFFF
        func low(at index: Int) -> UInt32 {
            let at = index * width
            return UInt32(bytes[at]) << 16 | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2])
        }
        let count = bytes.count / width
        var (from, to) = (0, count)
        while from < to {
            let middle = (from + to) / 2
            if low(at: middle) < wanted { from = middle + 1 } else { to = middle }
        }
        var found: [Int64] = []
        while from < count, low(at: from) == wanted {
            let place = LookupRun.number(in: bytes[from * width + 3..<(from + 1) * width])
            found.append(after + 1 + Int64(place))
            from += 1
        }
        return found
    }

    private static func number(in bytes: Slice<UnsafeRawBufferPointer>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// A key with the number of its record within a run, from 0.
struct PackedKey: Comparable {
    var key: UInt32
    var number: UInt32

    private var both: UInt64 { UInt64(key) << 32 | UInt64(number) }

    static func < (a: PackedKey, b: PackedKey) -> Bool { a.both < b.both }
}
