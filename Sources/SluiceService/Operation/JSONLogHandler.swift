import Logging
import SluiceCore
import SluicePipeline
import Synchronization

/// Writes what is logged as one JSON object a line: `ts`, `level`, `msg`, then the metadata, flat.
///
/// A line is one call of write(2) and no value in it is longer than ``valueLimit``. Where texts, tokens and queries would
/// come in by their name they are left out, should somebody log them after all.
package struct JSONLogHandler: LogHandler {
    /// The longest value, in bytes before escapes; what is longer is cut and ends in an ellipsis.
    package static let valueLimit = 4096
    /// The most metadata of one line.
    package static let keyLimit = 32

    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let destination: LogDestination
    private var ownLevel: Logger.Level?

    /// A handler that writes to `destination`, at its level until it is given one of its own.
    package init(to destination: LogDestination) { self.destination = destination }

    package var logLevel: Logger.Level {
        get { ownLevel ?? destination.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadataProvider?.get() ?? [:]
        all.merge(metadata) { _, later in later }
        if let own = event.metadata { all.merge(own) { _, later in later } }
        if let error = event.error, all["error"] == nil { all["error"] = .string("\(error)") }
        var json = JSONText(capacity: 256)
        json.object { json in
            json.member("ts", destination.now)
            json.member("level", event.level.rawValue)
            json.member("msg", JSONLogHandler.bounded(event.message.description))
            for key in all.keys.sorted().prefix(JSONLogHandler.keyLimit) {
                guard let value = all[key] else { continue }
                // A name given twice in one object would be read as either.
                json.key(JSONLogHandler.fixed.contains(key) ? key + "_" : JSONLogHandler.bounded(key, to: 64))
                JSONLogHandler.write(value, of: key, to: &json)
            }
        }
        json.newline()
        destination.write(json.bytes)
    }

    private static let fixed: Set<String> = ["ts", "level", "msg"]

    /// What must not be in a log whoever asks for it.
    private static let withheld: Set<String> = [
        "text", "body", "token", "authorization", "query", "password", "cookie",
    ]

    private static func write(_ value: Logger.MetadataValue, of key: String, to json: inout JSONText) {
        guard !withheld.contains(key) else { return json.value("withheld") }
        switch value {
        case .string(let text): json.value(bounded(text))
        case .stringConvertible(let number as Int): json.value(number)
        case .stringConvertible(let number as Int64): json.value(number)
        case .stringConvertible(let number as any UnsignedInteger): json.value(Int64(clamping: number))
        case .stringConvertible(let number as Double): json.value(number)
        case .stringConvertible(let flag as Bool): json.value(flag)
        case .stringConvertible(let other): json.value(bounded(other.description))
        case .dictionary, .array: json.value(bounded("\(value)"))
        }
    }

    /// `text`, cut between two characters, without what steers a terminal or hides its order. The controls below a space
    /// stay: JSON has escapes for them.
    private static func bounded(_ text: String, to limit: Int = valueLimit) -> String {
        let isCut = text.utf8.count > limit
        guard isCut || !text.utf8.allSatisfy({ $0 < 0x7F }) else { return text }
        var kept = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > limit { break }
            switch scalar.value {
            case 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: kept.append("\u{FFFD}")
            default: kept.append(scalar)
            }
        }
        return String(kept) + (isCut ? "…" : "")
    }
}

/// Where a program's log goes, and from which level on; one for all of its loggers.
package final class LogDestination: Sendable {
    private let descriptor: Int32
    private let floor: Mutex<Logger.Level>
    private let line = Mutex(())
    private let clock: @Sendable () -> Int64

    /// A destination behind `descriptor`; `clock` gives microseconds since 1970.
    package init(
        descriptor: Int32 = 2, level: Logger.Level = .info,
        clock: @escaping @Sendable () -> Int64 = { Clock.microseconds }
    ) {
        self.descriptor = descriptor
        self.floor = Mutex(level)
        self.clock = clock
    }

    /// The least important messages that are written; may be changed while the program runs.
    package var level: Logger.Level {
        get { floor.withLock(\.self) }
        set { floor.withLock { $0 = newValue } }
    }

    /// The time in milliseconds, after RFC 3339.
    var now: String { String(Timestamp.text(microseconds: clock()).dropLast(4)) + "Z" }

    /// A line of more than a page is no single step for a pipe: one at a time. What cannot be written is lost, for
    /// there is nowhere to say so.
    func write(_ bytes: [UInt8]) {
        line.withLock { _ in _ = bytes.withUnsafeBytes { Descriptor.write($0, to: descriptor) } }
    }
}
