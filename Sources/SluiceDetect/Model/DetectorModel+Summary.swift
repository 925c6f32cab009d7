import SluiceCore

extension DetectorModel {
    /// What there is to know of a model.
    public struct Summary: Sendable {
        /// For a terminal.
        public var text: String
        /// One JSON object.
        public var json: String
    }

    /// What there is to know of this model: its name, what it was trained on, its gates, phrases and figures.
    public var summary: Summary { Summary(text: summaryText, json: summaryJSON) }

    private var summaryText: String {
        var text = "model    \(id.hex)\nformat   \(DetectorModel.formatVersion)\n"
        text += "table    \(table.entries.count) features, \(vocabularyCount) words kept, \(phrases.count) phrases\n"
        let c = calibration.coefficients.map { JSONText.decimal($0, places: 4) }
        text += "llr      \(c[0]) + \(c[1])·s + \(c[2])·s·ln n + \(c[3])·ln n"
        text += " of n words, at most \(Calibration.longest)\n"
        text += "gates    at least \(gates.minimumWords) words, English prose\n"
        text += "sources  \(sources.joined(separator: ", "))\n"
        for count in trainedOn {
            text += "domain   \(count.domain): \(count.human) human, \(count.synthetic) synthetic\n"
        }
        text += unseenTable
        for figure in figures where !figure.name.hasPrefix("unseen.") {
            text += "figure   \(figure.name) \(JSONText.decimal(figure.value, places: 4))\n"
        }
        for feature in strongest {
            text += "token    \(JSONText.decimal(feature.weight, places: 2))  “\(feature.text)”\n"
        }
        for phrase in phrases {
            text += "phrase   \(JSONText.decimal(phrase.weight, places: 2)) nats  “\(phrase.phrase)”"
            text += "  \(phrase.human) human, \(phrase.synthetic) synthetic\n"
        }
        return text
    }

    /// How models without each domain in turn do on that domain, one line a domain; empty where it was not measured.
    public var unseenTable: String {
        var domains: [String: [String: Double]] = [:]
        for figure in figures {
            let parts = figure.name.split(separator: ".").map(String.init)
            if parts.count == 3, parts[0] == "unseen" { domains[parts[1], default: [:]][parts[2]] = figure.value }
        }
        return domains.sorted { $0.key < $1.key }.map { domain, figures in
            func figure(_ name: String) -> String { figures[name].map { JSONText.decimal($0, places: 3) } ?? "–" }
            return "unseen   \(domain): AUROC \(figure("auroc")), TPR at 1 % FPR \(figure("tpr-at-1")), "
                + "human called synthetic \(figure("false-verdicts")), synthetic found \(figure("found"))\n"
        }.joined()
    }

    private var summaryJSON: String {
        var json = JSONText()
        json.object { json in
            json.member("model", id.hex)
            json.member("format", Int(DetectorModel.formatVersion))
            json.member("features", table.entries.count)
            json.member("words", vocabularyCount)
            json.key("calibration")
            json.array { json in for coefficient in calibration.coefficients { json.value(coefficient) } }
            json.member("minimumWords", gates.minimumWords)
            json.key("sources")
            json.array { json in for source in sources { json.value(source) } }
            json.key("trainedOn")
            json.array { json in
                for count in trainedOn {
                    json.object { json in
                        json.member("domain", count.domain)
                        json.member("human", count.human)
                        json.member("synthetic", count.synthetic)
                    }
                }
            }
            json.key("figures")
            json.object { json in
                for figure in figures {
                    json.key(figure.name)
                    json.value(figure.value)
                }
            }
            json.key("strongest")
            json.array { json in
                for feature in strongest {
                    json.object { json in
                        json.member("text", feature.text)
                        json.member("weight", feature.weight)
                    }
                }
            }
            json.key("phrases")
            json.array { json in for phrase in phrases { DetectorModel.write(phrase, to: &json) } }
        }
        return json.string
    }

    private static func write(_ phrase: PhraseSignature, to json: inout JSONText) {
        json.object { json in
            json.member("phrase", phrase.phrase)
            json.member("weight", phrase.weight)
            json.member("human", phrase.human)
            json.member("synthetic", phrase.synthetic)
        }
    }
}
