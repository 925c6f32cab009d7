/// A table that a narrow screen shows as a list; the roles keep it a table for those who do not see it.
struct Table {
    /// One column.
    struct Column {
        var title: String
        /// True for numbers, which stand under each other by their digits.
        var isNumber: Bool

        /// A column of text.
        static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }

        /// A column of numbers.
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    /// What it shows, for those who do not see it.
    var caption: String
    /// Its columns.
    var columns: [Column]
    /// Its rows, with a cell for each column.
    var rows: [[HTML]]
    /// How it is drawn, where that is not as usual.
    var style: Style = .plain

    /// Ways to draw a table.
    enum Style: String {
        case plain, bars, evidence
    }

    /// The table; nothing where it has no rows.
    var html: HTML {
        if rows.isEmpty { return .empty }
        let head = columns.map { column -> HTML in
            "<th role=\"columnheader\" scope=\"col\"\(Table.kind(column))>\(column.title)</th>"
        }
        let body = rows.map { row -> HTML in
            let cells = zip(columns, row).map { column, cell -> HTML in
                "<td role=\"cell\" data-label=\"\(column.title)\"\(Table.kind(column))><div class=\"cell\">\(cell)</div></td>"
            }
            return "<tr role=\"row\">\(cells)</tr>\n"
        }
        return """
            <table role="table" class="\(style.rawValue)"><caption class="unseen">\(caption)</caption>
            <thead role="rowgroup"><tr role="row">\(head)</tr></thead>
            <tbody role="rowgroup">
            \(body)</tbody></table>
            """
    }

    private static func kind(_ column: Column) -> HTML { column.isNumber ? " class=\"number\"" : .empty }
}
