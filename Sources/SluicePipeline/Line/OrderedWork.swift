import SluiceCore
import SluiceCrawl

/// Pieces that come in order and are worked on in steps: some beside others, some in turn.
///
/// As many steps run at once as there are workers, whichever these are: so one worker is one thread's work, and nothing
/// overlaps. Steps in turn go first, the later stages before the earlier ones and reading after them, because no number of
/// workers can catch up on what is done one at a time; then the other steps, of the oldest piece first.
///
/// At most ``ahead`` pieces more than there are workers are under way at once, for what waits for its turn (one where
/// there is one worker), and another is read only while they hold less than `workers` times `maxBytes`: so memory stays
/// bounded by the settings and the largest record.
package struct OrderedWork {
    private let workers: Int
    private let maxBytes: Int

    /// How many pieces more than workers are under way, for the ordered stages to have one in hand; more bring nothing.
    private static let ahead = 2

    /// Work for `workers` workers, on pieces of about `maxBytes` bytes.
    package init(workers: Int, maxBytes: Int) {
        self.workers = workers
        self.maxBytes = maxBytes
    }

    /// A stage that pieces go through one at a time and in order; the later one has the larger number. Either all pieces
    /// of a run go through it or none.
    package enum Stage: Int, CaseIterable, Sendable {
        case deciding, writing
    }

    /// What is to be done with a piece next.
    package indirect enum Step<Answer: Sendable>: Sendable {
        /// Work that needs no other piece; it gives the step behind it.
        case beside(@Sendable () async throws -> Step)
        /// Work in a stage; told whether the next piece waits there already.
        case inTurn(Stage, @Sendable (_ isFollowed: Bool) async throws -> Step)
        /// Nothing: this came of it.
        case done(Answer)
    }

    /// A piece's first step, with the bytes that it holds in memory.
    package typealias Piece<Answer: Sendable> = (first: Step<Answer>, bytes: Int)

    /// Reads a piece; nil where there is none to be had this way.
    package typealias Reading<Answer: Sendable> = @Sendable () async throws -> Piece<Answer>?

    /// Reads pieces, takes each through its steps, and hands the answers on, in the order of the pieces, until there are no
    /// more. An error of any step ends all; what it has interrupted has ended when it is thrown.
    ///
    /// - Parameters:
    ///   - next: How to read the next piece. Where it is told that it may wait, nothing is under way, and nil means the
    ///     end; where it is told not to, nil means that none is there yet. Called here, like `deliver`.
    ///   - deliver: Hears of the answers.
    package func run<Answer: Sendable>(
        next: (_ mayWait: Bool) async throws -> Reading<Answer>?, deliver: (Answer) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Flow<Answer>.Event.self) { group in
            var flow = Flow<Answer>(most: workers > 1 ? workers + OrderedWork.ahead : 1, maxBytes: workers * maxBytes)
            while true {
                while flow.running < workers {
                    if let job = flow.nextInTurn() {
                        group.addTask(operation: job)
                    } else if flow.hasRoom, let reading = try await next(flow.isEmpty) {
                        group.addTask(operation: flow.job(reading))
                    } else if let job = flow.nextBeside() {
                        group.addTask(operation: job)
                    } else {
                        break
                    }
                }
                guard let event = try await group.next() else { return }
                for answer in flow.take(event) { try await deliver(answer) }
            }
        }
    }

    /// Runs `work` on the batches of one source, and calls `commit` with the answers one by one, in input order.
    package func run<Answer: Sendable>(
        _ reader: sending SourceReader, maxRecords: Int, work: @escaping @Sendable (RawBatch) throws -> Answer,
        commit: (Answer) throws -> Void
    ) async throws {
        let (batches, maxBytes) = (Batches(reader), maxBytes)
        try await run { _ in
            if await batches.isAtEnd { return nil }
            return {
                try await batches.next(maxRecords: maxRecords, maxBytes: maxBytes).map { batch in
                    (.beside { .done(try work(batch)) }, batch.heldBytes)
                }
            }
        } deliver: {
            try commit($0)
        }
    }
}

/// The batches of one source.
private actor Batches {
    private let reader: SourceReader
    private(set) var isAtEnd = false

    init(_ reader: sending SourceReader) { self.reader = reader }

    func next(maxRecords: Int, maxBytes: Int) throws -> RawBatch? {
        let batch = try reader.nextBatch(maxRecords: maxRecords, maxBytes: maxBytes)
        isAtEnd = batch?.isLast ?? true
        return batch
    }
}

/// The pieces under way: which steps wait, and for what.
private struct Flow<Answer: Sendable> {
    typealias Step = OrderedWork.Step<Answer>
    typealias Job = @Sendable () async throws -> Event

    enum Event: Sendable {
        case read(OrderedWork.Piece<Answer>?)
        /// A piece has gone one step further; in turn, where there is a stage.
        case stepped(Int, OrderedWork.Stage?, Step)
    }

    /// The pieces in front of an ordered stage.
    private struct Lane {
        var waiting: [Int: @Sendable (Bool) async throws -> Step] = [:]
        /// The piece whose turn it is.
        var next = 0
        var isBusy = false
    }

    private let most: Int
    private let maxBytes: Int
    /// Steps that are being taken, reading included.
    private(set) var running = 0
    private var isReading = false
    private var (taken, delivered, bytes) = (0, 0, 0)
    private var sizes: [Int: Int] = [:]
    private var lanes = [Lane](repeating: Lane(), count: OrderedWork.Stage.allCases.count)
    private var beside: [Int: @Sendable () async throws -> Step] = [:]
    private var done: [Int: Answer] = [:]

    init(most: Int, maxBytes: Int) {
        self.most = most
        self.maxBytes = maxBytes
    }

    var isEmpty: Bool { taken == delivered && !isReading }

    /// True where another piece may be read.
    var hasRoom: Bool { !isReading && (taken == delivered || (taken - delivered < most && bytes < maxBytes)) }

    mutating func job(_ reading: @escaping OrderedWork.Reading<Answer>) -> Job {
        running += 1
        isReading = true
        return { .read(try await reading()) }
    }

    /// The step of the latest stage where a piece waits for its turn and has it.
    mutating func nextInTurn() -> Job? {
        for stage in OrderedWork.Stage.allCases.reversed() where !lanes[stage.rawValue].isBusy {
            let number = lanes[stage.rawValue].next
            guard let step = lanes[stage.rawValue].waiting.removeValue(forKey: number) else { continue }
            lanes[stage.rawValue].isBusy = true
            running += 1
            let isFollowed = lanes[stage.rawValue].waiting[number + 1] != nil
            return { .stepped(number, stage, try await step(isFollowed)) }
        }
        return nil
    }

    /// The step of the oldest piece that need not wait for any other.
    mutating func nextBeside() -> Job? {
        guard let number = beside.keys.min(), let step = beside.removeValue(forKey: number) else { return nil }
        running += 1
        return { .stepped(number, nil, try await step()) }
    }

    /// Takes note of what was done; gives the answers that are next in order.
    mutating func take(_ event: Event) -> [Answer] {
        running -= 1
        switch event {
        case .read(let piece):
            isReading = false
            guard let piece else { return [] }
            sizes[taken] = piece.bytes
            bytes += piece.bytes
            put(taken, piece.first)
            taken += 1
        case .stepped(let number, let stage, let step):
            if let stage {
                lanes[stage.rawValue].isBusy = false
                lanes[stage.rawValue].next += 1
            }
            put(number, step)
        }
        var answers: [Answer] = []
        while let answer = done.removeValue(forKey: delivered) {
            answers.append(answer)
            bytes -= sizes.removeValue(forKey: delivered) ?? 0
            delivered += 1
        }
        return answers
    }

    private mutating func put(_ number: Int, _ step: Step) {
        switch step {
        case .beside(let work): beside[number] = work
        case .inTurn(let stage, let work): lanes[stage.rawValue].waiting[number] = work
        case .done(let answer): done[number] = answer
        }
    }
}

extension RawBatch {
    /// The bytes of its records.
    var heldBytes: Int { records.reduce(0) { $0 + $1.heldBytes } }
}
