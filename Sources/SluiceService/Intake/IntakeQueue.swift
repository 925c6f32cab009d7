import SluiceCore
import SluicePipeline
import Synchronization

/// Sources that wait for their turn in the line, and those who wait for their end; a bounded queue.
final class IntakeQueue: Sendable {
    /// A source, and who is told what became of it.
    struct Entry: Sendable {
        var source: SourceRequest
        var answer: CheckedContinuation<SourceReport, any Error>
    }

    private struct State {
        var waiting: [Entry] = []
        /// The line, where it waits for a source.
        var line: CheckedContinuation<Entry?, Never>?
        var limit: Int
        /// Why nothing more is taken.
        var closed: SluiceError?
        /// True where the source at hand is to be left, too.
        var isStopping = false
        /// True while the line has nothing to do.
        var isIdle = true
        var lastTaken = ContinuousClock.now
        var settings: Settings?

        /// The source that waits longest; with it the line has something to do.
        mutating func takeFirst() -> Entry? {
            guard !waiting.isEmpty else { return nil }
            (isIdle, lastTaken) = (false, .now)
            return waiting.removeFirst()
        }
    }

    private let state: Mutex<State>

    /// A queue of at most `limit` sources.
    init(limit: Int) { state = Mutex(State(limit: limit)) }

    /// Sources that wait for their turn.
    var count: Int { state.withLock { $0.waiting.count } }

    /// The most sources that may wait.
    var limit: Int { state.withLock { $0.limit } }

    /// True where another source would be taken.
    var hasRoom: Bool { state.withLock { $0.closed == nil && $0.waiting.count < $0.limit } }

    /// True where the source at hand is to be left.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Puts a source behind the others, and returns when the line is done with it.
    ///
    /// - Throws: ``SluiceError`` of the kind `busy` where the queue is full or closed.
    func put(_ source: SourceRequest, evenWhereFull: Bool = false) async throws -> SourceReport {
        try await withCheckedThrowingContinuation { answer in
            let entry = Entry(source: source, answer: answer)
            let refused: SluiceError? = state.withLock { state in
                if let closed = state.closed { return closed }
                if let line = state.line.take() {
                    (state.isIdle, state.lastTaken) = (false, .now)
                    line.resume(returning: entry)
                    return nil
                }
                guard evenWhereFull || state.waiting.count < state.limit else {
                    return SluiceError(
                        .busy, "\(state.waiting.count) sources wait for their turn already", advice: "try again later")
                }
                state.waiting.append(entry)
                return nil
            }
            if let refused { answer.resume(throwing: refused) }
        }
    }

    /// The next source; nil where none is there, or where the queue is closed and empty. For the line alone.
    func take(mayWait: Bool) async -> Entry? {
        if let entry = state.withLock({ $0.takeFirst() }) { return entry }
        guard mayWait else { return nil }
        return await withCheckedContinuation { line in
            let known: Entry?? = state.withLock { state in
                if let entry = state.takeFirst() { return entry }
                if state.closed != nil || state.settings != nil { return .some(nil) }
                state.line = line
                state.isIdle = true
                return nil
            }
            if let known { line.resume(returning: known) }
        }
    }

    /// Takes no more sources, and hands those that wait their `reason`. The line ends when it is done with the one at
    /// hand, or leaves that too where it `stops`.
    func close(_ reason: SluiceError, stops: Bool) {
        let (waiting, line) = state.withLock { state in
            if state.closed == nil { state.closed = reason }
            state.isStopping = state.isStopping || stops
            defer { state.waiting = [] }
            return (state.waiting, state.line.take())
        }
        for entry in waiting { entry.answer.resume(throwing: reason) }
        line?.resume(returning: nil)
    }

    /// Sets the settings that hold from the next source on.
    func use(_ settings: Settings) {
        let line = state.withLock { state in
            state.limit = settings.service.queue
            state.settings = settings
            return state.line.take()
        }
        line?.resume(returning: nil)
    }

    /// The settings that have been set since the last call. For the line alone.
    func changedSettings() -> Settings? { state.withLock { $0.settings.take() } }

    /// True while the line has nothing to do.
    var isIdle: Bool { state.withLock { $0.isIdle } }

    /// When the line was last given something to do.
    var lastTaken: ContinuousClock.Instant { state.withLock { $0.lastTaken } }

    /// True once no more sources are taken.
    var isClosed: Bool { state.withLock { $0.closed != nil } }
}
