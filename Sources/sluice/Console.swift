import Foundation
import SluiceCore

/// Where a command speaks: results to standard output, everything else to standard error.
enum Console {
    /// Writes lines to standard output.
    static func out(_ lines: String) { out(bytes: Array((printable(lines) + "\n").utf8)) }

    /// Writes bytes to standard output, or ends the program: an answer that was cut short must not look whole.
    static func out(bytes: [UInt8]) {
        guard !write(bytes, to: STDOUT_FILENO) else { return }
        let reason = String(cString: strerror(errno))
        note("sluice: \(SluiceError(.io, "standard output: \(reason)", advice: "the answer above is not complete"))")
        exit(SluiceError.Code.io.rawValue)
    }

    /// Writes lines to standard error.
    static func note(_ lines: String) { _ = write(Array((printable(lines) + "\n").utf8), to: STDERR_FILENO) }

    /// `1 document`, `2 documents`.
    static func count(_ number: Int64, _ one: String) -> String { "\(number) \(one)\(number == 1 ? "" : "s")" }

    /// Says on standard error that files of the directories given are not read, if there are such.
    static func note(passedOver files: [String]) {
        guard let first = files.first else { return }
        note("sluice: passed over as no files that are named like dumps: \(files.count), the first \(first.onOneLine)")
    }

    /// Rewrites the last line of standard error; only for terminals.
    static func status(_ line: String) { _ = write(Array(("\r\u{1B}[2K" + printable(line)).utf8), to: STDERR_FILENO) }

    /// `text` without what steers a terminal or hides its order: names, addresses and paths come from anywhere.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: steers) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { steers($0) ? "\u{FFFD}" : $0 }))
    }

    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Asks on standard output, and gives the line that is typed; nil at the end of the input.
    static func ask(_ question: String) -> String? {
        out(bytes: Array(printable(question).utf8))
        return readLine()
    }

    /// True where questions can be asked: both standard input and standard output are a terminal.
    static var isConversation: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// True where standard error is a terminal.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { Descriptor.write($0, to: descriptor) }
    }
}

extension String {
    /// The text without line ends: what comes from anywhere must not look like a line of ours.
    var onOneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}
