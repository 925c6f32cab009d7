import Foundation
import SluiceCore
import SluiceCrawl
import SluicePipeline
import Synchronization
import Testing

@Suite("Ordered batches")
struct OrderedBatchesTests {
    private func reader(lines: Int) throws -> (SourceReader, URL) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("batches-\(UUID().uuidString).jsonl")
        let text = (0..<lines).map { "{\"text\":\"number \($0)\"}\n" }.joined()
        try Data(text.utf8).write(to: file)
        return (try SourceReader(path: file.path, format: .jsonl, limits: Limits()), file)
    }

    @Test("come back in input order, however long each takes", arguments: [1, 2, 5])
    func order(workers: Int) async throws {
        let (reader, file) = try reader(lines: 60)
        defer { try? FileManager.default.removeItem(at: file) }
        var ordinals: [Int] = []
        try await OrderedWork(workers: workers, maxBytes: 1 << 20).run(reader, maxRecords: 3) { batch in
            // The earlier of two batches takes longer.
            usleep((batch.records.first?.ordinal ?? 0) % 2 == 0 ? 6000 : 500)
            return batch.records.map(\.ordinal)
        } commit: {
            ordinals += $0
        }
        #expect(ordinals == Array(0..<60))
    }

    @Test("are worked on by no more workers than there are", arguments: [1, 3])
    func bound(workers: Int) async throws {
        let (reader, file) = try reader(lines: 40)
        defer { try? FileManager.default.removeItem(at: file) }
        let counts = Mutex((now: 0, most: 0))
        try await OrderedWork(workers: workers, maxBytes: 1 << 20).run(reader, maxRecords: 1) { _ in
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            usleep(2000)
            counts.withLock { $0.now -= 1 }
        } commit: { _ in
        }
        #expect(counts.withLock { $0.most } <= workers)
    }

    @Test("wait for one another where their bytes exceed the bound together")
    func bytes() async throws {
        let (reader, file) = try reader(lines: 40)
        defer { try? FileManager.default.removeItem(at: file) }
        let counts = Mutex((now: 0, most: 0))
        try await OrderedWork(workers: 8, maxBytes: 1).run(reader, maxRecords: 1) { _ in
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            usleep(1000)
            counts.withLock { $0.now -= 1 }
        } commit: { _ in
        }
        #expect(counts.withLock { $0.most } == 1)
    }

    @Test("end with the first error, of the work or of the commit")
    func errors() async throws {
        struct Stop: Error {}
        for failing in ["work", "commit"] {
            var committed = 0
            await #expect(throws: Stop.self) {
                let (reader, file) = try reader(lines: 10)
                defer { try? FileManager.default.removeItem(at: file) }
                try await OrderedWork(workers: 2, maxBytes: 1 << 20).run(reader, maxRecords: 1) { batch in
                    if failing == "work" && batch.records[0].ordinal == 5 { throw Stop() }
                } commit: { _ in
                    committed += 1
                    if failing == "commit" && committed == 5 { throw Stop() }
                }
            }
            #expect(committed <= 5)
        }
    }
}

@Suite struct `Steps of a line` {
    /// What is noted of steps that run at the same time.
    private final class Notes: Sendable {
        private let state = Mutex((now: 0, most: 0, inStage: [0, 0], stages: [[Int]](repeating: [], count: 2)))

        var most: Int { state.withLock(\.most) }
        func order(_ stage: OrderedWork.Stage) -> [Int] { state.withLock { $0.stages[stage.rawValue] } }
        /// True where two pieces were in one stage at once.
        let hasMet = Mutex(false)

        /// A step of some hundred microseconds, longer for every third piece.
        func step(_ piece: Int, _ stage: OrderedWork.Stage? = nil) {
            let others = state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
                guard let stage else { return 0 }
                state.stages[stage.rawValue].append(piece)
                state.inStage[stage.rawValue] += 1
                return state.inStage[stage.rawValue] - 1
            }
            if others > 0 { hasMet.withLock { $0 = true } }
            usleep(piece % 3 == 0 ? 900 : 200)
            state.withLock { state in
                state.now -= 1
                if let stage { state.inStage[stage.rawValue] -= 1 }
            }
        }
    }

    /// Takes `count` pieces through a line of both stages, with work beside others before, between and behind them.
    private func run(
        workers: Int, count: Int, maxBytes: Int = 1 << 20, failingAt failing: Int? = nil, _ notes: Notes
    ) async throws -> [Int] {
        struct Stop: Error {}
        var (read, delivered) = (0, [Int]())
        try await OrderedWork(workers: workers, maxBytes: maxBytes).run { mayWait -> OrderedWork.Reading<Int>? in
            guard read < count else { return nil }
            let piece = read
            read += 1
            return {
                notes.step(piece)
                return (
                    .beside {
                        notes.step(piece)
                        return .inTurn(.deciding) { _ in
                            notes.step(piece, .deciding)
                            return .beside {
                                notes.step(piece)
                                return .inTurn(.writing) { _ in
                                    if piece == failing { throw Stop() }
                                    notes.step(piece, .writing)
                                    return .done(piece)
                                }
                            }
                        }
                    }, 1
                )
            }
        } deliver: {
            delivered.append($0)
        }
        return delivered
    }

    @Test(arguments: [1, 2, 3, 8]) func `are taken in turn in the order of the pieces, one at a time`(
        workers: Int
    ) async throws {
        let notes = Notes()
        let delivered = try await run(workers: workers, count: 50, notes)
        #expect(delivered == Array(0..<50))
        for stage in OrderedWork.Stage.allCases { #expect(notes.order(stage) == Array(0..<50)) }
        #expect(!notes.hasMet.withLock { $0 })
        #expect(notes.most <= workers)
    }

    @Test(.timeLimit(.minutes(5))) func `of different stages run at the same time`() async throws {
        let isDecided = Mutex(false)
        var read = 0
        // The first piece is written until the second is decided on: one stage after the other would never get there.
        try await OrderedWork(workers: 2, maxBytes: 1 << 20).run { _ -> OrderedWork.Reading<Void>? in
            guard read < 2 else { return nil }
            let piece = read
            read += 1
            return {
                (
                    .inTurn(.deciding) { _ in
                        if piece == 1 { isDecided.withLock { $0 = true } }
                        return .inTurn(.writing) { _ in
                            while !isDecided.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
                            return .done(())
                        }
                    }, 1
                )
            }
        } deliver: { _ in
        }
        #expect(isDecided.withLock { $0 })
    }

    @Test func `of a piece that cannot be written leave those behind it unwritten`() async throws {
        let notes = Notes()
        await #expect(throws: (any Error).self) { try await run(workers: 4, count: 50, failingAt: 20, notes) }
        #expect(notes.order(.writing) == Array(0..<20))
    }

    @Test func `wait for one another where the pieces' bytes exceed the bound together`() async throws {
        let notes = Notes()
        #expect(try await run(workers: 8, count: 20, maxBytes: 0, notes) == Array(0..<20))
        #expect(notes.most == 1)
    }

    @Test func `in turn hear whether the next piece waits there already`() async throws {
        let gone = Mutex(0)
        var read = 0
        var heard: [Bool] = []
        try await OrderedWork(workers: 2, maxBytes: 1 << 20).run { _ -> OrderedWork.Reading<Bool>? in
            // By the time that a fourth is asked for, the two behind the first have come to the stage.
            guard read < 3 else {
                gone.withLock { $0 = read }
                return nil
            }
            let piece = read
            read += 1
            return {
                (
                    .inTurn(.writing) { isFollowed in
                        while piece == 0, gone.withLock({ $0 }) < 3 { try await Task.sleep(for: .milliseconds(1)) }
                        return .done(isFollowed)
                    }, 1
                )
            }
        } deliver: {
            heard.append($0)
        }
        #expect(heard == [false, true, false])
    }
}
