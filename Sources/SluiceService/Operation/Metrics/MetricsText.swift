/// Prometheus' text format 0.0.4, written family by family.
struct MetricsText {
    /// What has been written so far, UTF-8.
    private(set) var bytes: [UInt8] = []
    private var family = ""

    /// The media type of what is written.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    init() { bytes.reserveCapacity(16 << 10) }

    /// Begins a family; the samples that follow are of it.
    mutating func begin(_ series: MetricSeries) {
        family = MetricSeries.prefix + series.name
        append("# HELP \(family) \(MetricsText.escaped(series.help, quotes: false))\n")
        append("# TYPE \(family) \(series.kind.rawValue)\n")
    }

    /// Writes a sample: its value, and its labels in order.
    mutating func sample(_ value: Int64, _ labels: [(String, String)] = [], suffix: String = "") {
        write(String(value), labels, suffix)
    }

    /// Writes a sample: its value, and its labels in order.
    mutating func sample(_ value: Double, _ labels: [(String, String)] = [], suffix: String = "") {
        write(MetricsText.number(value), labels, suffix)
    }

    /// Writes the samples of a histogram.
    mutating func samples(_ histogram: Histogram, _ labels: [(String, String)] = []) {
        var below: Int64 = 0
        for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            below += count
            sample(below, labels + [("le", MetricsText.number(bound))], suffix: "_bucket")
        }
        sample(histogram.count, labels + [("le", "+Inf")], suffix: "_bucket")
        sample(histogram.sum, labels, suffix: "_sum")
        sample(histogram.count, labels, suffix: "_count")
    }

    private mutating func write(_ value: String, _ labels: [(String, String)], _ suffix: String) {
        append(family)
        append(suffix)
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(MetricsText.escaped($0.1, quotes: true))\"" }
            append("{" + pairs.joined(separator: ",") + "}")
        }
        append(" " + value + "\n")
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
