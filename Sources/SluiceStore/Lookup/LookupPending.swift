import SluiceCore
import SluiceLedger

/// What one record is found by, worked out from what is to be written of it; see ``Lookup``.
public struct LookupKeys: Sendable, Equatable {
    fileprivate var names: (UInt32?, UInt32?)
    fileprivate var addresses: (UInt32?, UInt32?)

    /// The keys of an entry. Pure, some microseconds: workers can do it.
    public init(of entry: StoreEntry) {
        names = (entry.row.document.map { Lookup.key(of: $0) }, entry.row.recordID.map { Lookup.key(ofRecordID: $0) })
        addresses = (nil, nil)
        guard let address = entry.address else { return }
        addresses.0 = Lookup.key(of: address.url)
        if address.host != address.url { addresses.1 = Lookup.key(of: address.host) }
    }

    /// Equal where all keys are.
    public static func == (a: LookupKeys, b: LookupKeys) -> Bool { a.names == b.names && a.addresses == b.addresses }

    /// The keys of both kinds.
    var all: [UInt32] { Lookup.Kind.allCases.flatMap { keys($0) } }

    /// The keys of one kind.
    func keys(_ kind: Lookup.Kind) -> [UInt32] {
        switch kind {
        case .name: [names.0, names.1].compactMap { $0 }
        case .address: [addresses.0, addresses.1].compactMap { $0 }
        }
    }
}

/// The keys of the records that are in no run yet, so that nobody has to read them again for it. In memory, beside the
/// transaction that wrote them: where one fails, they are read.
struct LookupPending: Sendable {
    /// The keys of the records behind this one, and up to ``last``, are here.
    private var after: Int64 = -1
    private var last: Int64 = -1
    private var records: [(seq: Int64, keys: LookupKeys)] = []

    /// Takes the next record's keys; what does not follow on what is here takes its place.
    mutating func note(_ keys: LookupKeys, seq: Int64) {
        if seq != last + 1 {
            records = []
            after = seq - 1
        }
        records.append((seq, keys))
        last = seq
    }

    /// The keys of a run; nil where not all of its records are here, or where it has `addresses` addresses, and so many
    /// were not noted: an address that has been erased since must not come back by its key.
    func keys(of run: LookupRun, addresses: Int64) -> [PackedKey]? {
        guard run.after >= after, run.last <= last else { return nil }
        var keys: [PackedKey] = []
        var noted: Int64 = 0
        for record in records where record.seq > run.after && record.seq <= run.last {
            let number = UInt32(truncatingIfNeeded: record.seq - 1 - run.after)
            if record.keys.addresses.0 != nil { noted += 1 }
            for key in record.keys.keys(run.kind) { keys.append(PackedKey(key: key, number: number)) }
        }
        return run.kind == .name || noted == addresses ? keys : nil
    }

    /// The records up to this one are in runs.
    mutating func forget(upTo seq: Int64) {
        records.removeAll { $0.seq <= seq }
        after = max(after, min(seq, last))
    }
}
