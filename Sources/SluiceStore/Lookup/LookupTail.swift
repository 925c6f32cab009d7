import GRDB
import SluiceCore
import Synchronization

/// The keys of the newest records in memory, so that a process which writes to a store answers questions about what it
/// has just written without reading through it; see ``Lookup``.
///
/// A process that only reads follows the writer: it reads the keys of the rows that it does not know yet when it is asked.
///
/// It only says where to look: who asks still compares what is there. It may name rows that were never committed.
final class LookupTail: Sendable {
    private struct State {
        /// How often a follower was asked.
        var questions = 0
        /// Keys of the records behind this one are here.
        var after: Int64 = 0
        /// Keys of the records up to this one are here.
        var last: Int64 = 0
        var rows: [UInt32: [Int64]] = [:]
        /// Behind this record the keys of the segment at hand begin; those before it can go with the next one.
        var segmentAfter: Int64 = 0
        var previous: [UInt32: [Int64]] = [:]
    }

    private let state = Mutex(State())
    /// True where nobody notes what is written, so that it has to be read.
    private let isFollower: Bool

    /// How many records' keys are here at least, where as many were noted.
    private static let segmentSize: Int64 = 16_384

    /// What a process knows that only reads: nothing yet.
    init() { isFollower = true }

    /// The keys of the records behind the last whole run, for the process that writes. Reads them: some milliseconds.
    init(_ db: Database) throws {
        isFollower = false
        let last = try StoreReader(db, shelf: DictionaryShelf()).nextSeq() - 1
        let after = last - last % LookupRun.size(0)
        var rows: [UInt32: [Int64]] = [:]
        for entry in try LookupTail.entries(db, after: after, last: last) {
            rows[entry.key, default: []].append(entry.seq)
        }
        state.withLock { $0 = State(after: after, last: last, rows: rows, segmentAfter: after) }
    }

    /// The keys of the records behind `after` and up to `last`.
    static func entries(_ db: Database, after: Int64, last: Int64) throws -> [Lookup.Entry] {
        try Lookup.Kind.allCases.flatMap { try Lookup.entries(db, $0, after: after, last: last) }
    }

    /// Takes note of keys of records up to `last`; before they are committed, so that nobody sees a record without them.
    func note(_ entries: some Sequence<Lookup.Entry>, last: Int64) {
        state.withLock { LookupTail.note(entries, last: last, in: &$0) }
    }

    private static func note(_ entries: some Sequence<Lookup.Entry>, last: Int64, in state: inout State) {
        // A question that began earlier may still see the segment before as unwritten: it stays for one more.
        if last - state.segmentAfter > segmentSize {
            (state.previous, state.after) = (state.rows, state.segmentAfter)
            (state.rows, state.segmentAfter) = ([:], state.last)
        }
        for entry in entries { state.rows[entry.key, default: []].append(entry.seq) }
        state.last = max(state.last, last)
    }

    /// Reads the keys of the records up to `last` that a follower does not know yet. Those behind `after`, where a run
    /// ends, are fewer than the smallest run has: some milliseconds, once.
    ///
    /// The first question of all is answered from the rows, which costs less than their keys: most programs ask one.
    func follow(_ db: Database, after: Int64, upTo last: Int64) throws {
        guard isFollower else { return }
        try state.withLock { state in
            state.questions += 1
            guard state.questions > 1, last > state.last else { return }
            if state.last < after {
                state = State(questions: state.questions, after: after, last: after, segmentAfter: after)
            }
            LookupTail.note(try LookupTail.entries(db, after: state.last, last: last), last: last, in: &state)
        }
    }

    /// The records with `key` among those behind `after` and up to `last`; nil where not all of these are known here.
    func records(key: UInt32, after: Int64, upTo last: Int64) -> [Int64]? {
        state.withLock { state in
            guard state.after <= after, last <= state.last else { return nil }
            let rows = (state.previous[key] ?? []) + (state.rows[key] ?? [])
            return Set(rows.filter { $0 > after && $0 <= last }).sorted()
        }
    }
}
