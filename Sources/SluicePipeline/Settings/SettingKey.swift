import SluiceCore
import SluiceDedup
import SluiceDetect

/// One key of the configuration file: its name, where its value lives and what it may be.
public struct SettingKey: Sendable {
    /// The key with its section, as in `shards.cap`.
    public let name: String
    /// Where the value lives, and its range.
    public let value: Value
    /// True where the value decides what becomes of a record.
    public let decides: Bool

    /// Where a value lives, and its range.
    public enum Value: Sendable {
        /// A whole number within a range.
        case integer(any WritableKeyPath<Settings, Int> & Sendable, ClosedRange<Int>)
        /// A number within a range.
        case number(any WritableKeyPath<Settings, Double> & Sendable, ClosedRange<Double>)
        /// Any text.
        case text(any WritableKeyPath<Settings, String> & Sendable)
        /// A date, `YYYY-MM-DD`.
        case date(any WritableKeyPath<Settings, String> & Sendable)
        /// Names of hosts, each perhaps with a port, separated by commas.
        case hosts(any WritableKeyPath<Settings, String> & Sendable)
        /// One of some words.
        case word(any WritableKeyPath<Settings, String> & Sendable, [String])
    }

    private init(_ name: String, _ value: Value, decides: Bool = true) {
        self.name = name
        self.value = value
        self.decides = decides
    }

    /// Every key, in the order of `config/sluice.yaml`.
    public static let all: [SettingKey] = [
        SettingKey("limits.record_bytes", .integer(\.limits.recordBytes, 1024...(1 << 30))),
        SettingKey("limits.line_bytes", .integer(\.limits.lineBytes, 1024...(1 << 30))),
        SettingKey("limits.header_bytes", .integer(\.limits.headerBytes, 1024...(1 << 24))),
        SettingKey("limits.json_depth", .integer(\.limits.jsonDepth, 2...1024)),
        SettingKey("limits.shingles", .integer(\.limits.shingles, 64...(1 << 24))),
        SettingKey("limits.candidates", .integer(\.limits.candidates, 1...65_536)),
        SettingKey("dedup.shingle_words", .integer(\.dedup.shingleWords, 1...64)),
        SettingKey("dedup.bands", .integer(\.dedup.bands, 1...256)),
        SettingKey("dedup.rows", .integer(\.dedup.rows, 1...64)),
        SettingKey("dedup.threshold", .number(\.dedup.threshold, 0.05...1)),
        SettingKey("detection.model", .text(\.detection.model), decides: false),
        SettingKey("detection.prior", .number(\.detection.prior, Judge.priors)),
        SettingKey("detection.anchor_weight", .number(\.detection.anchorWeight, -5...0)),
        SettingKey("detection.anchor_before", .date(\.detection.anchorBefore)),
        SettingKey("detection.templating_weight", .number(\.detection.templatingWeight, 0...1)),
        SettingKey("watermark.scheme", .word(\.watermark.scheme, ["none"] + WatermarkScheme.allCases.map(\.rawValue))),
        SettingKey("watermark.keys", .text(\.watermark.keys)),
        SettingKey("watermark.vocabulary", .text(\.watermark.vocabulary)),
        SettingKey(
            "watermark.vocabulary_size", .integer(\.watermark.vocabularySize, 0...WatermarkTest.vocabularyLimit)),
        SettingKey("watermark.split", .word(\.watermark.split, TextSplitter.Pattern.allCases.map(\.rawValue))),
        SettingKey("watermark.green_share", .number(\.watermark.greenShare, 0.01...0.99)),
        SettingKey("watermark.context", .integer(\.watermark.context, 1...16)),
        SettingKey("shards.cap", .number(\.shards.cap, 0...1)),
        SettingKey("shards.target_tokens", .integer(\.shards.targetTokens, 1000...1_000_000_000)),
        SettingKey("ingest.workers", .integer(\.ingest.workers, 0...1024), decides: false),
        SettingKey("ingest.batch_records", .integer(\.ingest.batchRecords, 1...65_536), decides: false),
        SettingKey("ingest.batch_bytes", .integer(\.ingest.batchBytes, 65_536...(1 << 30)), decides: false),
        SettingKey("ingest.text_compression", .integer(\.ingest.textCompression, 1...19)),
        SettingKey("export.file_bytes", .integer(\.export.fileBytes, 65_536...(1 << 40)), decides: false),
        SettingKey("export.bound", .word(\.export.bound, ["enforce", "report"]), decides: false),
        SettingKey("service.listen", .text(\.service.listen), decides: false),
        SettingKey("service.socket", .text(\.service.socket), decides: false),
        SettingKey("service.spool", .text(\.service.spool), decides: false),
        SettingKey("service.exports", .text(\.service.exports), decides: false),
        SettingKey("service.tokens", .text(\.service.tokens), decides: false),
        SettingKey("service.allowed_hosts", .hosts(\.service.allowedHosts), decides: false),
        SettingKey("service.body_bytes", .integer(\.service.bodyBytes, 1024...(1 << 40)), decides: false),
        SettingKey("service.connections", .integer(\.service.connections, 16...65_536), decides: false),
        SettingKey("service.header_seconds", .integer(\.service.headerSeconds, 1...3600), decides: false),
        SettingKey("service.idle_seconds", .integer(\.service.idleSeconds, 1...86_400), decides: false),
        SettingKey("service.queue", .integer(\.service.queue, 1...65_536), decides: false),
        SettingKey("service.disk_floor_bytes", .integer(\.service.diskFloorBytes, 0...(1 << 50)), decides: false),
        SettingKey("service.log_level", .word(\.service.logLevel, logLevels), decides: false),
    ]

    private static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

    /// The value in `settings`, as it is written in the file.
    public func read(_ settings: Settings) -> String {
        switch value {
        case .integer(let path, _): String(settings[keyPath: path])
        case .number(let path, _): JSONText.decimal(settings[keyPath: path])
        case .text(let path), .date(let path), .hosts(let path), .word(let path, _): settings[keyPath: path]
        }
    }

    /// Puts a value, as it is written in the file, into `settings`.
    ///
    /// - Throws: ``SluiceError`` of the kind `configuration` where the text is not of the key's type or range.
    public func write(_ text: String, to settings: inout Settings) throws(SluiceError) {
        switch value {
        case .integer(let path, let range):
            guard let number = Int(text), range.contains(number) else {
                throw refusal(of: text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            settings[keyPath: path] = number
        case .number(let path, let range):
            guard let number = Double(text), range.contains(number) else {
                throw refusal(
                    of: text,
                    expected:
                        "a number from \(JSONText.decimal(range.lowerBound)) to \(JSONText.decimal(range.upperBound))")
            }
            settings[keyPath: path] = number
        case .text(let path):
            settings[keyPath: path] = text
        case .word(let path, let words):
            guard words.contains(text) else {
                throw refusal(of: text, expected: "one of \(words.joined(separator: ", "))")
            }
            settings[keyPath: path] = text
        case .hosts(let path):
            guard Authority.list(text) != nil else {
                throw refusal(of: text, expected: "names of hosts, each perhaps with :PORT, separated by commas; no *")
            }
            settings[keyPath: path] = text
        case .date(let path):
            guard Timestamp.isDay(text) else { throw refusal(of: text, expected: "a date, YYYY-MM-DD") }
            settings[keyPath: path] = text
        }
    }

    private func refusal(of text: String, expected: String) -> SluiceError {
        SluiceError(.configuration, "\(name) is '\(text)'", advice: "it must be \(expected)")
    }
}
