import SluiceCore
import Synchronization

/// What the stages of a line, which work at the same time, let each other know.
final class LineBoard: Sendable {
    private struct State {
        var underWay: [Int: Digest] = [:]
        var failed: Set<Int> = []
        var written: Int64 = 0
    }

    private let state = Mutex(State())

    /// Nothing is known yet.
    init() {}

    /// A source was opened, under its number in the line.
    func began(_ source: Int, _ digest: Digest) { state.withLock { $0.underWay[source] = digest } }

    /// A source is to be given up: no more of it is read or decided on.
    func failed(_ source: Int) { state.withLock { _ = $0.failed.insert(source) } }

    /// A source is dealt with; false where it was before.
    func ended(_ source: Int) -> Bool { state.withLock { $0.underWay.removeValue(forKey: source) != nil } }

    /// Nothing of any source is under way: which were given up is of no use any more.
    func settled() { state.withLock { $0.failed.removeAll() } }

    /// The records up to the one numbered `seq` are in the store.
    func wrote(upTo seq: Int64) { state.withLock { $0.written = seq } }

    /// True where the source with this digest is being read, or not all of it is in the store yet.
    func isUnderWay(_ digest: Digest) -> Bool { state.withLock { $0.underWay.values.contains(digest) } }

    /// True where a source was given up.
    func hasFailed(_ source: Int) -> Bool { state.withLock { $0.failed.contains(source) } }

    /// The last record that the line has written; 0 before the first.
    var written: Int64 { state.withLock(\.written) }

    /// Forgets everything: what was under way is not any more.
    func clear() { state.withLock { $0 = State() } }
}
