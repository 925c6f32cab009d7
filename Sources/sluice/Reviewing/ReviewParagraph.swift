import SluiceCore
import SluiceLedger
import SluiceStore

extension ReviewItem {
    /// The item as one JSON object.
    var json: String {
        var json = JSONText()
        write(to: &json)
        return json.string
    }

    /// The item for people.
    var paragraph: String {
        let percent = JSONText.decimal(judgement.probability * 100, places: 1)
        var lines = ["\(digest.hex)  \(tokens) words of \(source)"]
        if let url { lines.append("  url        \(url)") }
        lines.append("  verdict    \(judgement.verdict.rawValue), P(synthetic) \(percent) %")
        lines += judgement.evidenceLines
        return lines.joined(separator: "\n")
    }
}

extension DocumentState {
    /// What a verdict led to, as one JSON object.
    var json: String {
        var json = JSONText()
        json.object { write(to: &$0) }
        return json.string
    }

    /// What a verdict led to, for people.
    var line: String {
        ReviewOutcome(
            document: digest.hex, verdict: judgement.verdict.rawValue, review: reviews.last?.id ?? 0, shard: shard
        ).line(isSealed: isSealed)
    }
}
