import SluiceCore
import SluiceLedger
import SluiceStore
import Testing

@Suite struct `The verdicts on the newest documents` {
    let directory = TemporaryDirectory()

    @Test func `of an empty store are none`() throws {
        let store = try Sample.fill(directory, [])
        let window = try store.read { try $0.verdictWindow() }
        #expect(window.cells.isEmpty && window.last < window.first && window.times == nil)
    }

    @Test func `come by stretch and source, and add up to what was kept in the window`() throws {
        var entries = (Int64(1)...100).map { Sample.kept($0) }
        for at in entries.indices where at % 4 != 0 {
            entries[at] = Sample.kept(Int64(at + 1), Sample.judgement(0, .real, .declared))
        }
        entries[99] = Sample.rejected(100)
        let store = try Sample.fill(directory, entries)
        let window = try store.read { try $0.verdictWindow(records: 40, columns: 4) }
        #expect(window.first == 61 && window.last == 100 && window.stretch == 10)
        #expect(window.cells.map(\.column) == [0, 1, 2, 3])
        #expect(window.cells.flatMap(\.verdicts.values).reduce(0, +) == 39)
        #expect(window.cells[0].verdicts[.uncertain] == 3)
        let all = try store.read { try $0.verdictWindow(records: 24_000, columns: 24) }
        #expect(all.first == 1 && all.stretch == 5 && all.cells.map(\.column).max() == 19)
    }

    @Test func `are those in force: what a person said counts`() throws {
        let store = try Sample.fill(directory, [Sample.kept(1), Sample.kept(2)])
        try store.write { writer in
            for verdict in [Verdict.real, .synthetic] {
                let review = ReviewDescription(document: 2, verdict: verdict, reviewer: "ada")
                _ = try writer.review(review, timeMicroseconds: 2)
            }
        }
        let window = try store.read { try $0.verdictWindow() }
        #expect(window.cells.reduce(0) { $0 + $1.verdicts[.synthetic, default: 0] } == 1)
        #expect(try store.read { try $0.verdicts(ofSource: 1) }[.synthetic] == 1)
        #expect(try store.read { try $0.verdicts(ofSource: 1, newest: 1) } == [.synthetic: 1])
    }
}
