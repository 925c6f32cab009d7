/// A strict reader of Prometheus' text format 0.0.4, as far as the daemon uses it.
struct PrometheusText {
    struct Sample: Equatable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Family {
        var name: String
        var help: String
        var type: String
        var samples: [Sample] = []
    }

    struct Fault: Error { var line: String }

    private(set) var families: [Family] = []

    /// The value of the one sample with this name and these labels.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = families.flatMap(\.samples).filter { $0.name == name && $0.labels == labels }
        return found.count == 1 ? found[0].value : nil
    }

    init(_ bytes: [UInt8]) throws {
        guard bytes.last == UInt8(ascii: "\n"), let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(line: "the end")
        }
        var pending: (name: Substring, help: Substring)?
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            if line.hasPrefix("# HELP "), words.count == 4, pending == nil {
                pending = (words[2], words[3])
            } else if line.hasPrefix("# TYPE "), words.count == 4, let begun = pending, begun.name == words[2],
                ["counter", "gauge", "histogram"].contains(words[3]), !families.contains(where: { $0.name == words[2] })
            {
                families.append(Family(name: String(begun.name), help: String(begun.help), type: String(words[3])))
                pending = nil
            } else if pending == nil, let family = families.last, let sample = PrometheusText.sample(line),
                PrometheusText.belongs(sample.name, to: family),
                !family.samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels })
            {
                families[families.count - 1].samples.append(sample)
            } else {
                throw Fault(line: String(line))
            }
        }
        if let pending { throw Fault(line: String(pending.name)) }
    }

    private static func belongs(_ name: String, to family: Family) -> Bool {
        guard family.type == "histogram" else { return name == family.name }
        return ["_bucket", "_sum", "_count"].contains { name == family.name + $0 }
    }

    private static func sample(_ line: Substring) -> Sample? {
        var rest = line
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        rest.removeFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest.removeFirst()
                let label = rest.prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
                rest.removeFirst(label.count)
                guard !label.isEmpty, rest.hasPrefix("=\"") else { return nil }
                rest.removeFirst(2)
                guard let value = quoted(&rest), labels.updateValue(value, forKey: String(label)) == nil else {
                    return nil
                }
            } while rest.first == ","
            guard rest.popFirst() == "}" else { return nil }
        }
        guard !name.isEmpty, rest.popFirst() == " " else { return nil }
        let infinities = ["+Inf": Double.infinity, "-Inf": -.infinity, "NaN": .nan]
        guard let value = infinities[String(rest)] ?? Double(String(rest)), !rest.contains("x") else { return nil }
        return Sample(name: String(name), labels: labels, value: value)
    }

    private static func quoted(_ rest: inout Substring) -> String? {
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                switch rest.popFirst() {
                case "n": value += "\n"
                case "\\": value += "\\"
                case "\"": value += "\""
                default: return nil
                }
            default: value.append(character)
            }
        }
        return nil
    }
}
