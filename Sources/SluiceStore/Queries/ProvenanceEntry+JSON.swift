import SluiceCore
import SluiceLedger

extension ProvenanceEntry {
    /// Writes the entry as the one JSON object that the command line and the service show.
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("seq", row.seq)
            json.member("time", Timestamp.text(microseconds: timeMicroseconds))
            json.key("source")
            json.object { json in
                json.member("name", sourceLabel ?? sourceName)
                json.member("sha256", row.source.hex)
                json.member("file", sourceName)
            }
            json.key("record")
            json.object { json in
                json.member("ordinal", row.ordinal)
                json.member("offset", Int64(clamping: row.offset))
                json.member("id", row.recordID)
                json.member("url", url)
                json.member("captured", row.captured)
            }
            json.member("document", row.document?.hex)
            json.member("decision", row.decision.rawValue)
            writeOutcome(to: &json)
            writeJudgement(to: &json)
            json.member("tokens", row.tokens)
            json.member("shard", shard)
            json.key("releases")
            json.array { json in
                for release in releases { json.value(release) }
            }
            writeReview(to: &json)
            json.member("run", run)
            json.member("version", toolVersion)
            json.member("config", configuration.hex)
        }
    }

    private func writeOutcome(to json: inout JSONText) {
        json.key("reason")
        if case .rejected(let reason, let detail) = row.outcome {
            json.value(reason.rawValue)
            json.member("detail", detail)
        } else {
            json.null()
        }
        json.key("duplicateOf")
        guard case .duplicate(let match) = row.outcome else { return json.null() }
        json.object { json in
            json.member("document", duplicateDocument?.hex)
            json.member("seq", match.seq)
            json.member("kind", match.kind.rawValue)
            json.member("similarity", match.similarity)
        }
    }

    private func writeReview(to json: inout JSONText) {
        json.key("review")
        guard let review else { return json.null() }
        json.object { json in
            json.member("id", review.id)
            json.member("reviewer", review.reviewer)
            json.member("note", review.note)
        }
    }

    private func writeJudgement(to json: inout JSONText) {
        json.member("verdict", row.judgement?.verdict.rawValue)
        json.member("origin", row.judgement?.origin.rawValue)
        json.member("probability", row.judgement?.probability)
        json.key("evidence")
        json.raw(row.judgement?.evidence ?? "[]")
        // No model has read a duplicate, whatever it declares.
        json.member("model", row.outcome != .kept || review != nil ? nil : model?.hex)
    }
}
