import GRDB
import SluiceCore

/// Where records with a key may be: portions of the ledger, in order.
enum LookupPortion: Equatable {
    /// These, in order.
    case records([Int64])
    /// Any of those behind `after` and up to `last`, which have to be read.
    case stretch(after: Int64, last: Int64)
}

extension Lookup {
    /// Where the records behind `after` with `key` are, in a ledger of `records` of them.
    ///
    /// Runs that are missing, and the records behind the last of them, are stretches to read, unless the reader knows the
    /// newest keys.
    static func portions(
        _ reader: StoreReader, _ kind: Kind, key: UInt32, after: Int64, records: Int64
    ) throws -> [LookupPortion] {
        let table = try LookupTable(reader.db, rows: reader.rows)
        var portions: [LookupPortion] = []
        var covered: Int64 = 0
        for run in try runs(kind, records: records) {
            covered = run.last
            guard run.last > after else { continue }
            let found = try table.records(key, in: run)?.filter { $0 > after }
            add(found.map { .records($0) } ?? .stretch(after: max(after, run.after), last: run.last), to: &portions)
        }
        let behind = max(after, covered)
        guard behind < records else { return portions }
        try reader.recent?.follow(reader.db, after: covered, upTo: records)
        let recent = reader.recent?.records(key: key, after: behind, upTo: records)
        add(recent.map { .records($0) } ?? .stretch(after: behind, last: records), to: &portions)
        return portions
    }

    /// Adds a portion; neighbours of one sort become one.
    private static func add(_ portion: LookupPortion, to portions: inout [LookupPortion]) {
        switch (portions.last, portion) {
        case (_, .records([])): break
        case (.records(let before), .records(let seqs)): portions[portions.count - 1] = .records(before + seqs)
        case (.stretch(let after, let end), .stretch(let start, let last)) where start == end:
            portions[portions.count - 1] = .stretch(after: after, last: last)
        default: portions.append(portion)
        }
    }
}
