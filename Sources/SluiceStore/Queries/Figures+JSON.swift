import SluiceCore

extension StoredShard {
    /// The shard as the command line's contract has it.
    public var json: String {
        var json = JSONText()
        write(to: &json)
        return json.string
    }

    /// Writes the shard as the one JSON object that the command line and the service show.
    ///
    /// - Parameter writeBound: Writes what its ratio does not exceed, where that was worked out, as the member `bound`.
    public func write(
        to json: inout JSONText, bound writeBound: (inout JSONText) -> Void = { $0.member("bound", nil as Double?) }
    ) {
        json.object { json in
            json.member("shard", id)
            json.member("state", isSealed ? "sealed" : "open")
            json.member("documents", totals.documents)
            json.member("tokens", totals.tokens)
            json.key("real")
            json.value(thousandths: totals.real)
            json.key("synthetic")
            json.value(thousandths: totals.synthetic)
            json.member("ratio", totals.ratio)
            writeBound(&json)
            json.member("cap", Double(settings.capPPM) / 1_000_000)
        }
    }
}

extension StoredSource {
    /// Writes the source as one JSON object.
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("name", description.label ?? description.name)
            json.member("file", description.name)
            json.member("sha256", description.digest.hex)
            json.member("bytes", description.bytes)
            json.member("state", progress.isDone ? "done" : "reading")
            for (key, count) in [
                ("records", progress.records), ("kept", progress.kept),
                ("duplicate", progress.duplicateExact + progress.duplicateNear), ("rejected", progress.rejected),
                ("text", progress.textBytes), ("skipped", progress.skippedBytes),
            ] {
                json.member(key, count)
            }
        }
    }
}

extension StoreStatistics {
    /// Writes the figures as members of a JSON object.
    public func writeMembers(to json: inout JSONText) {
        json.member("records", progress.records)
        json.member("kept", progress.kept)
        json.key("duplicates")
        json.object { json in
            json.member("exact", progress.duplicateExact)
            json.member("near", progress.duplicateNear)
        }
        json.key("rejected")
        json.object { json in
            for reason in rejected.keys.sorted() { json.member(reason, rejected[reason]) }
        }
        json.key("verdicts")
        json.object { json in
            for verdict in Verdict.allCases { json.member(verdict.rawValue, verdicts[verdict, default: 0]) }
        }
        json.member("held", held)
        json.key("tokens")
        json.object { json in
            for (key, mass) in [
                ("real", admitted.real), ("synthetic", admitted.synthetic), ("heldReal", heldReal),
                ("heldSynthetic", heldSynthetic),
            ] {
                json.key(key)
                json.value(thousandths: mass)
            }
        }
        json.member("shards", shards)
        json.member("releases", releases)
        json.member("reviews", reviews)
        json.member("ledgerSize", ledgerSize)
    }
}
