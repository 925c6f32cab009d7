import SluiceCore
import SluiceDetect
import SluicePipeline

extension DetectedDocument {
    /// Writes the answer as a line of NDJSON.
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("id", id)
            json.member("source", source)
            json.member("probability", judgement.probability)
            json.member("llr", llr)
            json.member("verdict", judgement.verdict.rawValue)
            json.member("words", words)
            json.key("evidence")
            json.array { json in
                for (index, evidence) in judgement.evidence.enumerated() {
                    let at = index < places.count ? places[index] : []
                    json.object { json in evidence.write(to: &json, at: at) }
                }
            }
            if let rejection {
                json.member("rejected", rejection.reason.rawValue)
            }
        }
        json.newline()
    }

    /// The answer for people.
    var paragraph: String {
        if let rejection {
            return "\(shownID.onOneLine): not judged, \(rejection.reason.rawValue), \(rejection.detail)"
        }
        let percent = JSONText.decimal(judgement.probability * 100, places: 1)
        var lines = ["\(shownID.onOneLine): \(judgement.verdict.rawValue), P(synthetic) \(percent) %, \(words) words"]
        for evidence in judgement.evidence {
            lines.append("  \(JSONText.decimal(evidence.weight, places: 2)) nats  \(evidence.kind): \(evidence.detail)")
        }
        if judgement.verdict == .real {
            // A piece that is shown to speak for a machine is evidence; what is assumed beforehand is none.
            let isSome = judgement.evidence.contains { $0.kind != "prior" && $0.weight >= 0.005 }
            lines.append("  real means: \(isSome ? "too little" : "no") evidence of machine writing was found")
        }
        if let reading { lines += reading.lines }
        return lines.joined(separator: "\n")
    }
}

extension Evidence {
    /// Writes the members of the evidence; `at` are the bytes of the text where what it names stands.
    fileprivate func write(to json: inout JSONText, at: [Range<Int>]) {
        json.member("kind", kind)
        json.member("weight", weight)
        json.member("detail", detail)
        guard !at.isEmpty else { return }
        json.key("at")
        json.array { json in
            for place in at {
                json.array { json in
                    json.value(place.lowerBound)
                    json.value(place.upperBound)
                }
            }
        }
    }
}

extension Reading {
    /// The reading for people.
    fileprivate var lines: [String] {
        var lines: [String] = []
        if let passage, let bytes = passageBytes {
            lines.append(
                "  strongest passage (bytes \(bytes.lowerBound)–\(bytes.upperBound)), what speaks for a machine in brackets:"
            )
            lines.append("    \(passage)")
        }
        for phrase in phrases {
            lines.append(
                "  phrase known of machines: “\(phrase.text)”, \(JSONText.decimal(phrase.weight, places: 2)) nats by itself, "
                    + "bytes \(phrase.bytes.lowerBound)–\(phrase.bytes.upperBound)")
        }
        let rows = style.rows
        if !rows.isEmpty { lines.append("  style, beside the range of nine in ten human texts (no weight):") }
        for row in rows {
            func figure(_ value: Double) -> String { JSONText.decimal(value, places: 1) }
            let side = row.value < row.usual.lowerBound ? ", below" : row.value > row.usual.upperBound ? ", above" : ""
            lines.append(
                "    \(row.name): \(figure(row.value)) "
                    + "(\(figure(row.usual.lowerBound))–\(figure(row.usual.upperBound))\(side))")
        }
        return lines
    }
}
