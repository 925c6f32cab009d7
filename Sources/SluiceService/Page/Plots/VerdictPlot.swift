import SluiceCore
import SluiceStore

/// The verdicts on what each source brought, over time: a row a source, a column a stretch of records.
package struct VerdictPlot {
    /// The heights of a column's parts.
    package struct Column: Equatable {
        package var column: Int
        package var real = 0
        package var uncertain = 0
        package var synthetic = 0
    }

    /// One source.
    package struct Row: Equatable {
        package var name: String
        package var verdicts: [Verdict: Int64]
        package var columns: [Column]

        var documents: Int64 { verdicts.values.reduce(0, +) }
    }

    static let width = 960
    package static let height = 72
    /// How many sources have a row, the largest ones.
    package static let limit = 8

    /// The verdicts as they are stacked, with what nobody knows in the middle.
    static let order: [Verdict] = [.real, .uncertain, .synthetic]

    /// The sources, the largest first; those of one name are one.
    package let rows: [Row]
    /// How many more there are.
    package let others: Int
    private let window: VerdictWindow
    private let columnCount: Int

    /// The plot of a window.
    package init(_ window: VerdictWindow) {
        self.window = window
        columnCount = max(1, Int((window.last - window.first + window.stretch) / max(window.stretch, 1)))
        var cells: [String: [Int: [Verdict: Int64]]] = [:]
        for cell in window.cells {
            cells[cell.name, default: [:]][cell.column, default: [:]].merge(cell.verdicts, uniquingKeysWith: &+)
        }
        let all = cells.map { name, columns in
            let total = columns.values.reduce(into: [Verdict: Int64]()) { $0.merge($1, uniquingKeysWith: &+) }
            return Row(
                name: name, verdicts: total,
                columns: columns.sorted { $0.key < $1.key }.map { VerdictPlot.column($0.key, $0.value) })
        }.sorted { ($1.documents, $0.name) < ($0.documents, $1.name) }
        rows = Array(all.prefix(VerdictPlot.limit))
        others = all.count - rows.count
    }

    /// A column's parts, which fill its height exactly.
    private static func column(_ number: Int, _ verdicts: [Verdict: Int64]) -> Column {
        let heights = split(verdicts, among: height)
        return Column(
            column: number, real: heights[.real, default: 0], uncertain: heights[.uncertain, default: 0],
            synthetic: heights[.synthetic, default: 0])
    }

    /// Shares of `length` that add up to it; what is there at all has a share of at least one.
    package static func split(_ verdicts: [Verdict: Int64], among length: Int) -> [Verdict: Int] {
        let present = verdicts.filter { $0.value > 0 }
        let sum = present.values.reduce(0, +)
        guard sum > 0, let largest = present.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) })
        else { return [:] }
        var parts = present.mapValues { max(1, Int((Double($0) / Double(sum) * Double(length)).rounded())) }
        parts[largest.key, default: 0] += length - parts.values.reduce(0, +)
        return parts
    }

    /// The plot with its legend.
    package var html: HTML {
        if rows.isEmpty { return .empty }
        let list = rows.map { row -> HTML in
            let shares = VerdictPlot.order.map { verdict -> HTML in
                let count = row.verdicts[verdict, default: 0]
                return """
                    <span class="\(verdict.rawValue)"><span aria-hidden="true">\(Badges.sign(verdict))</span>\
                    <span class="unseen">\(verdict.rawValue)</span> \
                    \(Wording.percent(Double(count) / Double(max(row.documents, 1))))</span>\n
                    """
            }
            return """
                <li><div class="strip-name">\(Badges.source(row.name)) <small>\(Wording.count(row.documents)) kept</small></div>
                \(svg(row))
                <div class="strip-shares">\(shares)</div></li>\n
                """
        }
        return """
            <ul class="strips">
            \(list)</ul>
            \(if: others > 0, "<p class=\"note\">and \(Wording.count(Int64(others), "smaller source"))</p>")
            <p class="legend">\(VerdictPlot.legend)</p>
            <p class="note">The kept documents among the newest \
            \(Wording.count(window.last - window.first + 1, "record")), in the order of decision, \
            \(Wording.count(window.stretch, "record")) a column\(span).</p>
            """
    }

    private var span: HTML {
        guard let times = window.times else { return .empty }
        return ", from \(Badges.time(times.lowerBound)) to \(Badges.time(times.upperBound))"
    }

    /// What the colours and patterns mean.
    static let legend: HTML = """
        <span><span class="key real"></span> real: declared so, or no evidence of a machine found</span>
        <span><span class="key uncertain"></span> uncertain</span>
        <span><span class="key synthetic"></span> synthetic</span>
        """

    private func svg(_ row: Row) -> HTML {
        let step = VerdictPlot.width / columnCount
        let marks = row.columns.map { column -> HTML in
            let x = column.column * step + 2
            var top = VerdictPlot.height
            return [(column.real, "real"), (column.uncertain, "uncertain"), (column.synthetic, "synthetic")].map {
                part -> HTML in
                guard part.0 > 0 else { return .empty }
                top -= part.0
                return """
                    <rect class="fill-\(part.1)" x="\(x)" y="\(top)" width="\(max(step - 4, 1))" height="\(part.0)"/>
                    """
            }.reduce(.empty, +)
        }
        return """
            <svg class="plot strip" viewBox="0 0 \(VerdictPlot.width) \(VerdictPlot.height)" aria-hidden="true">\(marks)\
            <path class="axis" d="M0 \(VerdictPlot.height)H\(VerdictPlot.width)"/></svg>
            """
    }

    /// One bar of verdicts, for a row of a table.
    static func bar(_ verdicts: [Verdict: Int64]) -> HTML {
        let parts = split(verdicts, among: 120)
        var x = 0
        let marks = order.map { verdict -> HTML in
            let width = parts[verdict, default: 0]
            defer { x += width }
            guard width > 0 else { return .empty }
            return "<rect class=\"fill-\(verdict.rawValue)\" x=\"\(x)\" y=\"0\" width=\"\(width)\" height=\"12\"/>"
        }
        let sum = max(verdicts.values.reduce(0, +), 1)
        let words = order.map {
            "\($0.rawValue) \(Wording.percent(Double(verdicts[$0, default: 0]) / Double(sum)))"
        }.joined(separator: ", ")
        return """
            <svg class="share" viewBox="0 0 120 12" width="120" height="12" role="img" aria-label="\(words)">\
            <title>\(words)</title>\(marks)</svg>
            """
    }
}
