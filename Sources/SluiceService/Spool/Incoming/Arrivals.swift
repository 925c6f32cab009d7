import SluicePipeline

/// The files that are on their way through the spool, in order of arrival; a value that knows no file system and no
/// clock but what it is told.
///
/// A file's turn comes by when it became ready: at once when it was renamed in, else once it has stood still for
/// ``SpoolTiming/settle``, and not while somebody is known to have it open for writing, who may pause for as long as
/// ``SpoolTiming/abandoned``. Files that a scan found become ready in the scan's order, those at once that were last written
/// long before: what lay there before the start comes before what arrives after it.
package struct Arrivals {
    private enum State {
        /// Somebody may still write to it; it was like this when it was last looked at, nil where it never was.
        case settling(SourceStamp?, turn: UInt64)
        case ready
        /// It is being taken in; true where something arrived under its name meanwhile.
        case atHand(again: Bool)
        case postponed(until: ContinuousClock.Instant)
    }

    private let timing: SpoolTiming
    private var states: [EntryName: State] = [:]
    private var ready = Line<EntryName>()
    private var settling = Line<(name: EntryName, turn: UInt64, due: ContinuousClock.Instant)>()
    private var failures: [EntryName: Int] = [:]
    /// The files that somebody has open for writing, and when he last wrote.
    private var written: [EntryName: ContinuousClock.Instant] = [:]
    private var turn: UInt64 = 0
    /// True where a file may have been missed, so that a scan must look for it.
    package private(set) var needsScan = true

    package init(_ timing: SpoolTiming) { self.timing = timing }

    /// Files on their way that are neither at hand nor postponed.
    package var waiting: Int { states.count - postponed - (isBusy ? 1 : 0) }
    /// Files that wait for another attempt.
    package var postponed: Int { failures.keys.reduce(0) { if case .postponed = states[$1] { $0 + 1 } else { $0 } } }
    /// True while a file is at hand.
    package private(set) var isBusy = false

    /// A file was renamed to this name.
    package mutating func movedIn(_ name: EntryName) {
        written[name] = nil
        switch states[name] {
        case .ready: break
        case .atHand: states[name] = .atHand(again: true)
        case nil where isFull: needsScan = true
        case nil, .settling, .postponed: makeReady(name)
        }
    }

    /// A file was found by a scan, or closed by somebody who had it open for writing.
    ///
    /// - Parameter isStill: True where it has not been written to for long enough.
    package mutating func found(
        _ name: EntryName, _ stamp: SourceStamp, isStill: Bool = false, at now: ContinuousClock.Instant
    ) {
        switch states[name] {
        case nil where isFull: needsScan = true
        case nil where isStill: makeReady(name)
        case nil: settle(name, stamp, now)
        // Looked at again when its time has come, and started over then if it has changed.
        case .settling, .ready, .atHand, .postponed: break
        }
    }

    /// Somebody has the file open for writing; false where it is not on its way, and must be found first.
    package mutating func isWritten(_ name: EntryName, at now: ContinuousClock.Instant) -> Bool {
        guard states[name] != nil else { return false }
        written[name] = now
        return true
    }

    /// A file was closed by somebody who had it open for writing.
    package mutating func closed(_ name: EntryName) {
        written[name] = nil
        if case .atHand = states[name] { states[name] = .atHand(again: true) }
    }

    /// Something happened that nobody told.
    package mutating func lostEvents() { needsScan = true }

    /// A scan is under way.
    package mutating func beganScan() { needsScan = false }

    /// At most `limit` files that must be looked at, because they were last looked at long enough ago.
    package mutating func due(at now: ContinuousClock.Instant, limit: Int) -> [EntryName] {
        var names: [EntryName] = []
        while names.count < limit, let first = settling.first, first.due <= now {
            settling.removeFirst()
            if case .settling(_, first.turn) = states[first.name] { names.append(first.name) }
        }
        return names
    }

    /// What looking at a file showed: nil where it is gone or none that is taken.
    package mutating func looked(at name: EntryName, _ stamp: SourceStamp?, at now: ContinuousClock.Instant) {
        guard case .settling(let before, _) = states[name] else { return }
        guard let stamp else { return forget(name) }
        if stamp != before || isOpen(name, at: now) { settle(name, stamp, now) } else { makeReady(name) }
    }

    /// Files whose time has come for another attempt are ready again.
    package mutating func resumePostponed(at now: ContinuousClock.Instant) {
        let due = failures.keys.filter { if case .postponed(let until) = states[$0] { until <= now } else { false } }
        for name in due.sorted() { makeReady(name) }
    }

    /// The file whose turn it is; it is at hand from now on.
    package mutating func take(at now: ContinuousClock.Instant = .now) -> EntryName? {
        while !isBusy, let name = ready.first {
            ready.removeFirst()
            guard case .ready = states[name] else { continue }
            guard !isOpen(name, at: now) else {
                settle(name, nil, now)
                continue
            }
            states[name] = .atHand(again: false)
            isBusy = true
            return name
        }
        return nil
    }

    /// The file at hand was dealt with.
    package mutating func finished(_ name: EntryName, at now: ContinuousClock.Instant = .now) {
        isBusy = false
        failures[name] = nil
        if case .atHand(again: true) = states[name] {
            makeReady(name)
        } else if isOpen(name, at: now) {
            // Where it went with the file, looking at it will show that.
            settle(name, nil, now)
        } else {
            forget(name)
        }
    }

    /// The file at hand cannot be dealt with for now: others come before it is tried again.
    package mutating func postpone(_ name: EntryName, at now: ContinuousClock.Instant) {
        isBusy = false
        let count = failures[name, default: 0] + 1
        failures[name] = count
        states[name] = .postponed(until: now + timing.retry(after: count))
    }

    /// The file at hand keeps its turn.
    package mutating func putBack(_ name: EntryName) {
        isBusy = false
        states[name] = .ready
        ready.prepend(name)
    }

    private var isFull: Bool { states.count >= timing.limit }

    private mutating func makeReady(_ name: EntryName) {
        states[name] = .ready
        ready.append(name)
    }

    /// True while whoever writes to the file has not closed it, and has not been still for so long that he is taken for gone.
    private func isOpen(_ name: EntryName, at now: ContinuousClock.Instant) -> Bool {
        written[name].map { now < $0 + timing.abandoned } ?? false
    }

    private mutating func settle(_ name: EntryName, _ stamp: SourceStamp?, _ now: ContinuousClock.Instant) {
        turn += 1
        states[name] = .settling(stamp, turn: turn)
        settling.append((name, turn, now + timing.settle))
    }

    private mutating func forget(_ name: EntryName) {
        states[name] = nil
        failures[name] = nil
        written[name] = nil
    }
}
