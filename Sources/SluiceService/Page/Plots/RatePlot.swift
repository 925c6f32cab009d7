/// Records a second, over the last minutes.
package struct RatePlot {
    static let width = 960
    package static let height = 160
    /// How many bars there are.
    static let bars = 60

    /// The mean of each bar, in records a second, the oldest first.
    package let rates: [Double]

    /// The plot of a history that holds a value a second.
    package init(_ history: [Throughput.Second]) {
        let span = max(1, history.count / RatePlot.bars)
        rates = stride(from: 0, to: history.count, by: span).map { start in
            let seconds = history[start..<min(start + span, history.count)]
            return Double(seconds.reduce(0) { $0 &+ $1.records }) / Double(seconds.count)
        }
    }

    /// The rate at the upper edge.
    var top: Double { max(rates.max() ?? 0, 1) }

    /// The heights of the bars.
    package var heights: [Int] { rates.map { Int(($0 / top * Double(RatePlot.height)).rounded()) } }

    private var highest: HTML {
        guard let most = rates.max(), most > 0 else { return "no record meanwhile" }
        return "at most \(Wording.rate(most)) records/s"
    }

    /// The plot.
    package var html: HTML {
        let step = RatePlot.width / max(rates.count, 1)
        let marks = heights.enumerated().map { index, height -> HTML in
            guard height > 0 else { return .empty }
            return """
                <rect x="\(index * step + 2)" y="\(RatePlot.height - height)" width="\(max(step - 4, 1))" \
                height="\(height)"/>
                """
        }
        let minutes = Throughput.seconds / 60
        return """
            <figure>
            <svg class="plot rate" viewBox="0 0 \(RatePlot.width) \(RatePlot.height)" role="img" \
            aria-label="Records a second over the last \(minutes) minutes, \(Wording.rate(top)) at most">
            \(marks)<path class="axis" d="M0 \(RatePlot.height)H\(RatePlot.width)"/></svg>
            <figcaption class="legend"><span>\(minutes) minutes ago</span>
            <span>\(highest)</span> <span class="range">now</span></figcaption>
            </figure>
            """
    }
}
