import SluiceCore
import SluiceService
import SluiceStore
import Testing

@Suite struct `The plots of the page` {
    private func shard(_ id: Int64, synthetic: Int64, real: Int64, cap: Int64 = 100_000) -> StoredShard {
        StoredShard(
            id: id, isSealed: id % 2 == 0, settings: ShardSettings(capPPM: cap, targetTokens: 1000),
            totals: ShardTotals(documents: 1, synthetic: synthetic, real: real))
    }

    @Test func `show each shard in proportion to its cap`() {
        let plot = ShardPlot([shard(2, synthetic: 100, real: 1000), shard(1, synthetic: 50, real: 1000)])
        #expect(abs(plot.top - 0.12) < 1e-9)
        #expect(plot.bars.map(\.height) == [100, 200] && plot.bars.map(\.cap) == [200, 200])
        #expect(plot.html.text.contains("shard 1, open: 0.0500 of 0.1"))
    }

    @Test func `stay within their edges, whatever the shards hold`() {
        let shards = (Int64(1)...100).map {
            shard($0, synthetic: $0 * 7, real: $0 % 3 == 0 ? 0 : 1000, cap: $0 % 5 * 1000)
        }
        let plot = ShardPlot(shards)
        #expect(plot.bars.count == ShardPlot.limit)
        for bar in plot.bars {
            #expect((0...ShardPlot.height).contains(bar.height) && (0...ShardPlot.height).contains(bar.cap))
            #expect(bar.x >= 0 && bar.x + bar.width <= ShardPlot.width && bar.width > 0)
        }
        #expect(ShardPlot([]).html == .empty)
        let nothing = ShardPlot([shard(1, synthetic: 0, real: 0, cap: 0)])
        #expect(nothing.bars.map(\.height) == [0] && nothing.top == 1)
    }

    @Test(arguments: [[1, 0, 0], [1, 1, 1], [1000, 1, 1], [0, 0, 0], [7, 0, 3], [333, 333, 334]] as [[Int64]])
    func `share a bar out to its end, and nothing that is there is lost`(counts: [Int64]) {
        let verdicts: [Verdict: Int64] = [.real: counts[0], .uncertain: counts[1], .synthetic: counts[2]]
        let parts = VerdictPlot.split(verdicts, among: 72)
        #expect(parts.values.reduce(0, +) == (counts.reduce(0, +) == 0 ? 0 : 72))
        for (verdict, count) in verdicts { #expect((parts[verdict, default: 0] > 0) == (count > 0)) }
    }

    @Test func `have a row for each of the largest sources, by name`() {
        let cells =
            (0..<12).map { number in
                VerdictWindow.Cell(
                    source: Int64(number), name: "<\(number / 2)>", column: number, verdicts: [.real: Int64(number + 1)]
                )
            }
            + (20..<30).map {
                VerdictWindow.Cell(source: $0, name: "small \($0)", column: 0, verdicts: [.synthetic: 1])
            }
        let plot = VerdictPlot(VerdictWindow(first: 1, last: 120, stretch: 10, times: 0...1, cells: cells))
        #expect(plot.rows.count == VerdictPlot.limit && plot.others == 8)
        #expect(plot.rows[0].name == "<5>" && plot.rows[0].verdicts == [.real: 23])
        #expect(plot.rows[0].columns.map(\.column) == [10, 11])
        #expect(!plot.html.text.contains("<5>") && plot.html.text.contains("&lt;5&gt;"))
        #expect(VerdictPlot(VerdictWindow(first: 1, last: 0, stretch: 1, cells: [])).html == .empty)
    }

    @Test func `show the rate of each stretch of seconds`() {
        var history = [Throughput.Second](repeating: Throughput.Second(), count: Throughput.seconds)
        for second in 295..<300 { history[second].records = 10 }
        history[0].records = 25
        let plot = RatePlot(history)
        #expect(plot.rates.count == 60 && plot.rates.first == 5 && plot.rates.last == 10)
        #expect(plot.heights.first == RatePlot.height / 2 && plot.heights.last == RatePlot.height)
    }
}

@Suite struct `The throughput of the last minutes` {
    private let start = ContinuousClock.now

    @Test func `is what was committed in each second, and forgotten after the last`() {
        let throughput = Throughput(start: start)
        for second in 0..<700 { throughput.add(records: 2, bytes: 100, at: start + .seconds(second)) }
        let now = start + .seconds(699)
        #expect(throughput.history(at: now).map(\.records) == Array(repeating: 2, count: Throughput.seconds))
        #expect(throughput.rate(over: 10, at: now).records == 2 && throughput.rate(over: 10, at: now).bytes == 100)
        let later = throughput.history(at: now + .seconds(100))
        #expect(later.count == Throughput.seconds && later.reduce(0) { $0 + $1.records } == 400)
        #expect(throughput.rate(over: 10, at: now + .seconds(100)).records == 0)
        #expect(throughput.history(at: now + .seconds(100_000)).allSatisfy { $0.records == 0 })
    }

    @Test func `takes a late commit for what it is, and none from before its time`() {
        let throughput = Throughput(start: start)
        throughput.add(records: 1, bytes: 1, at: start + .seconds(1000))
        throughput.add(records: 5, bytes: 1, at: start + .seconds(990))
        throughput.add(records: 7, bytes: 1, at: start + .seconds(600))
        throughput.add(records: 9, bytes: 1, at: start - .seconds(5))
        let history = throughput.history(at: start + .seconds(1000))
        #expect(history.last?.records == 1 && history[Throughput.seconds - 11].records == 5)
        #expect(history.reduce(0) { $0 + $1.records } == 6)
    }
}
