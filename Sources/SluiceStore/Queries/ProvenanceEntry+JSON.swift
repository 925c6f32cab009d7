import SluiceCore
import SluiceLedger

extension ProvenanceEntry {
    /// Writes the entry as the one JSON object that the command line and the service show.
    public func write(to json: inout JSONText) {
        json.object { json in
            json.key("seq")
            json.value(row.seq)
            json.key("time")
            json.value(Timestamp.text(microseconds: timeMicroseconds))
            json.key("source")
            json.object { json in
                json.key("name")
                json.value(sourceLabel ?? sourceName)
                json.key("sha256")
                json.value(row.source.hex)
                json.key("file")
                json.value(sourceName)
            }
            json.key("record")
            json.object { json in
                json.key("ordinal")
                json.value(row.ordinal)
                json.key("offset")
                json.value(Int64(clamping: row.offset))
                json.key("id")
                json.value(row.recordID)
                json.key("url")
                json.value(url)
                json.key("captured")
                json.value(row.captured)
            }
            json.key("document")
            json.value(row.document?.hex)
            json.key("decision")
            json.value(row.decision.rawValue)
            writeOutcome(to: &json)
            writeJudgement(to: &json)
            json.key("tokens")
            json.value(row.tokens)
            json.key("shard")
            json.value(shard)
            json.key("releases")
            json.array { json in
                for release in releases { json.value(release) }
            }
            json.key("run")
            json.value(run)
            json.key("version")
            json.value(toolVersion)
            json.key("config")
            json.value(configuration.hex)
        }
    }

    private func writeOutcome(to json: inout JSONText) {
        json.key("reason")
        if case .rejected(let reason, let detail) = row.outcome {
            json.value(reason.rawValue)
            json.key("detail")
            json.value(detail)
        } else {
            json.null()
        }
        json.key("duplicateOf")
        guard case .duplicate(let match) = row.outcome else { return json.null() }
        json.object { json in
            json.key("document")
            json.value(duplicateDocument?.hex)
            json.key("seq")
            json.value(match.seq)
            json.key("kind")
            json.value(match.kind.rawValue)
            json.key("similarity")
            json.value(match.similarity)
        }
    }

    private func writeJudgement(to json: inout JSONText) {
        json.key("verdict")
        json.value(row.judgement?.verdict.rawValue)
        json.key("origin")
        json.value(row.judgement?.origin.rawValue)
        json.key("probability")
        json.value(row.judgement?.probability)
        json.key("evidence")
        json.raw(row.judgement?.evidence ?? "[]")
        json.key("model")
        json.value(row.judgement == nil ? nil : model?.hex)
    }
}
