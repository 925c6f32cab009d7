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
        json.object { json in
            json.member("document", digest.hex)
            json.member("seq", seq)
            json.member("review", reviews.last?.id)
            json.member("verdict", judgement.verdict.rawValue)
            json.member("origin", judgement.origin.rawValue)
            json.member("probability", judgement.probability)
            json.member("reviewer", reviews.last?.reviewer)
            json.member("note", reviews.last?.note)
            json.member("shard", shard)
        }
        return json.string
    }

    /// What a verdict led to, for people.
    var line: String {
        ReviewOutcome(
            document: digest.hex, verdict: judgement.verdict.rawValue, review: reviews.last?.id ?? 0, shard: shard
        ).line(isSealed: isSealed)
    }
}
