import SluiceCore

extension DetectorEvaluation {
    /// The figures as a table for a terminal: one line a group. A star marks a group that lacks one label and is
    /// measured against all texts of that label, which a last line says where there is one. Generators with few judged texts are in ``json`` only.
    public var table: String {
        let header = [
            "group", "human", "synthetic", "abstained", "AUROC", "TPR@1%FPR", "TPR@5%FPR", "ECE",
            "human called synthetic",
            "synthetic found",
        ]
        let shown = rows.filter { $0.kind != "generator" || $0.human + $0.synthetic >= 20 }
        let lines = shown.map { row in
            let name = ["all", "every"].contains(row.kind) ? row.name : "\(row.kind) \(row.name)"
            return [
                row.borrowed == nil ? name : name + " *", String(row.human), String(row.synthetic),
                String(row.abstained), Self.fixed(row.auroc, 4), Self.fixed(row.found1, 3), Self.fixed(row.found5, 3),
                Self.fixed(row.calibrationError, 3), Self.fixed(row.falseVerdicts, 3), Self.fixed(row.trueVerdicts, 3),
            ]
        }
        let widths = header.indices.map { column in ([header] + lines).map { $0[column].count }.max() ?? 0 }
        let legend =
            shown.contains { $0.borrowed != nil } ? "* lacks one label, and is measured against all texts of it\n" : ""
        return ([header] + lines).map { cells in
            cells.indices.map { column in
                let pad = String(repeating: " ", count: widths[column] - cells[column].count)
                return column == 0 ? cells[column] + pad : pad + cells[column]
            }.joined(separator: "  ") + "\n"
        }.joined() + legend
    }

    /// The figures as one JSON object with an array `rows`; what cannot be measured is null.
    public var json: String {
        var json = JSONText()
        json.object { json in
            json.key("rows")
            json.array { json in for row in rows { Self.write(row, to: &json) } }
        }
        return json.string
    }

    private static func write(_ row: Row, to json: inout JSONText) {
        json.object { json in
            json.member("kind", row.kind)
            json.member("name", String(row.name.drop { $0 == " " }))
            json.member("human", row.human)
            json.member("synthetic", row.synthetic)
            json.member("abstained", row.abstained)
            let figures: [(String, Double?)] = [
                ("auroc", row.auroc), ("tprAt1", row.found1), ("tprAt5", row.found5), ("ece", row.calibrationError),
                ("humanCalledSynthetic", row.falseVerdicts), ("syntheticFound", row.trueVerdicts),
            ]
            for (name, value) in figures {
                json.key(name)
                json.value(value)
            }
            json.member("borrowed", row.borrowed)
        }
    }

    /// `value` with exactly `places` decimals, a dash where there is none.
    private static func fixed(_ value: Double?, _ places: Int) -> String {
        guard let value else { return "–" }
        let text = JSONText.decimal(value, places: places)
        let parts = text.split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        return "\(parts[0])." + fraction + String(repeating: "0", count: places - fraction.count)
    }
}
