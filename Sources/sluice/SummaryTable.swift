import SluiceCore
import SluicePipeline

extension IngestSummary {
    /// The summary for people.
    var table: String {
        var lines = [
            row("records", counts.records),
            row("kept", counts.kept, note: heldNote),
            row("exact duplicates", counts.exactDuplicates),
            row("near duplicates", counts.nearDuplicates),
            row("rejected", counts.rejectedCount),
        ]
        for reason in Reason.allCases where counts.rejected[reason, default: 0] > 0 {
            lines.append(row("  \(reason.rawValue)", counts.rejected[reason, default: 0]))
        }
        lines.append("verdicts on the kept")
        for verdict in Verdict.allCases {
            lines.append(row("  \(verdict.rawValue)", counts.verdicts[verdict, default: 0], note: verdict.meaning))
        }
        lines.append(
            "bytes read \(Quantity.bytes(bytesRead)), of text \(Quantity.bytes(counts.textBytes)), skipped \(counts.skippedBytes) B"
        )
        let rate = Int(Double(counts.records) / max(seconds, 0.001))
        lines.append(
            "\(JSONText.decimal(seconds, places: 2)) s, \(rate) records/s" + (run.isEmpty ? "" : ", run \(run)"))
        return lines.joined(separator: "\n")
    }

    /// What a run without effect, or with less than its user may think, has to say.
    var remarks: [String] {
        let damage =
            hasDamage ? ["some records were damaged; 'sluice provenance --decision rejected' says which and where"] : []
        if counts.records == 0 {
            let nothing: [String] =
                switch (isRepeated: alreadyIngested > 0, isReadable: failures.isEmpty) {
                case (true, true): ["nothing new: every source is in the store already"]
                case (true, false): ["nothing new: all sources that can be read are in the store already"]
                case (false, true): ["the input holds no records"]
                case (false, false): []
                }
            return lineRemarks.map(\.description) + nothing + damage + otherwise
        }
        var remarks: [String] = []
        if counts.kept + counts.exactDuplicates + counts.nearDuplicates == 0 {
            remarks.append("none of the \(counts.records) records holds text that can be used; the reasons are above")
        }
        remarks += damage
        if let advice = counts.adviceOnJSON { remarks.append(advice) }
        if counts.unreadLabels > 0 {
            remarks.append(
                "\(counts.unreadLabels) documents have a label in their metadata that cannot be read and counts for none; "
                    + "the evidence of those that were kept says what it is (unread-label)")
        }
        if counts.otherLabels > 0 {
            remarks.append(
                "\(counts.otherLabels) duplicates declare another verdict than the document kept before them has, which stays; "
                    + "'sluice provenance --decision duplicate' shows what they declare, 'sluice review' changes verdicts"
            )
        }
        if cutSearches > 0 {
            remarks.append(
                "\(cutSearches) records were compared with a part of their candidates only (limits.candidates)")
        }
        if fullBuckets > 0 {
            remarks.append(
                "\(fullBuckets) bands of kept documents are boilerplate that too many share; those documents are found by "
                    + "their other bands")
        }
        if isWhollyHeld {
            remarks.append(
                "every document of this run is held: text of which the detector can say nothing counts as synthetic by "
                    + "detection.prior, which leaves no room under shards.cap; it goes into a shard when real text "
                    + "arrives. If its authors are known, ingest it into a new store with --origin")
        }
        remarks += lineRemarks.map(\.description)
        if alreadyIngested > 0 {
            remarks.append("\(alreadyIngested) sources were in the store already and were passed over")
        }
        return remarks + otherwise
    }

    private var heldNote: String {
        guard let held else { return "how many are held is for tokens with the scope read" }
        return held > 0 ? "\(held) held back from the shards, all runs counted" : ""
    }

    /// The sources that are in the store already and not as they are asked for.
    private var otherwise: [String] {
        var remarks: [String] = []
        if let first = sameBytes.first {
            remarks.append(
                "\(sameBytes.count) of them hold the same bytes as a file of another name that was read before, the first "
                    + "\(first.name.onOneLine), which is \(first.known.onOneLine)")
        }
        if let first = readOtherwise.first {
            remarks.append(
                "\(readOtherwise.count) sources were read to their end before under another --source, --origin, --generator or "
                    + "format, the first \(first.onOneLine); what is recorded of them stays, and only 'review label' changes a verdict. "
                    + "Records that another format finds are taken from a copy that is packed in another way")
        }
        return remarks
    }

    private func row(_ name: String, _ count: Int, note: String = "") -> String {
        let padding = String(repeating: " ", count: max(1, 32 - name.count - String(count).count))
        return name + padding + String(count) + (note.isEmpty ? "" : "   " + note)
    }
}

extension Verdict {
    /// What the verdict says of a kept document, and what it does not.
    var meaning: String {
        switch self {
        case .real: "no evidence of machine writing found, or declared human"
        case .synthetic: "declared, or found to be machine-written"
        case .uncertain: "not decided"
        }
    }
}
