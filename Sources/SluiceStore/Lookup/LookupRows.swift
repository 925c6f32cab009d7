import Synchronization

/// Rows of `lookup` that were read before, for a process that asks often: of a million records, a question for a document
/// reads seven, 3 KB each and from all over the table.
///
/// Only rows of names are here, as those of addresses go when an address is erased. A committed row of names stays true:
/// its run is of the same records for good. So none may come from a transaction that is still under way.
final class LookupRows: Sendable {
    private struct State {
        var rows: [Int64: [UInt8]] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    /// The most bytes of rows, which are those of 1.4 million records; beyond, all begins anew.
    private static let capacity = 16 << 20

    init() {}

    /// The row of this number, from here or from where `read` finds it; nil where there is none.
    func row(_ id: Int64, _ read: () throws -> [UInt8]?) rethrows -> [UInt8]? {
        if let known = state.withLock({ $0.rows[id] }) { return known }
        guard let row = try read() else { return nil }
        state.withLock { state in
            if state.bytes + row.count > LookupRows.capacity { state = State() }
            if state.rows.updateValue(row, forKey: id) == nil { state.bytes += row.count }
        }
        return row
    }
}
