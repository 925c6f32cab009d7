import SluiceCore
import SluiceLedger
import SluiceStore

extension ProvenanceEntry {
    /// The row for people: what was decided first, then why, then where from.
    var paragraph: String {
        if let review { return paragraph(of: review) }
        var lines = ["#\(row.seq) \(headline)"]
        if let judgement = row.judgement {
            let percent = JSONText.decimal(judgement.probability * 100, places: 1)
            lines.append(
                "  verdict    \(judgement.verdict.rawValue), \(judgement.origin.rawValue), P(synthetic) \(percent) %")
            lines += judgement.evidenceLines
        }
        if let document = row.document {
            lines.append("  document   \(document.hex), \(row.tokens ?? 0) words")
        }
        if row.outcome == .kept {
            lines.append(
                "  shard      " + (shard.map(String.init) ?? "none: held until its shard has room under the cap"))
        }
        if !releases.isEmpty { lines.append("  releases   " + releases.joined(separator: ", ")) }
        lines.append(
            "  record     \(row.ordinal) of \(sourceName.onOneLine) at byte \(row.offset)"
                + (row.recordID.map { ", " + $0.onOneLine } ?? ""))
        if let url { lines.append("  url        \(url.onOneLine)" + (row.captured.map { ", captured \($0)" } ?? "")) }
        lines.append("  decided    \(Timestamp.text(microseconds: timeMicroseconds)), run \(run)")
        return lines.joined(separator: "\n")
    }

    private func paragraph(of review: Review) -> String {
        var lines = ["#\(row.seq) reviewed: \(review.verdict.rawValue)"]
        if let document = row.document { lines.append("  document   \(document.hex)") }
        if let note = review.note { lines.append("  note       \(note.onOneLine)") }
        lines.append(
            "  decided    \(Timestamp.text(microseconds: timeMicroseconds)), review \(review.id) by \(review.reviewer.onOneLine)"
        )
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        switch row.outcome {
        case .kept: return "kept"
        case .rejected(let reason, let detail): return "rejected: \(reason.rawValue) (\(detail.onOneLine))"
        case .duplicate(let match):
            let similarity = JSONText.decimal(match.similarity, places: 4)
            let share = match.kind == .exact ? "the same words" : "a word 5-gram similarity of \(similarity)"
            return "duplicate, \(match.kind.rawValue): \(share) as #\(match.seq), \(duplicateDocument?.hex ?? "")"
        }
    }
}
