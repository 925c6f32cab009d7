import Foundation
import SluiceCore

/// Where a command speaks: results to standard output, everything else to standard error.
enum Console {
    /// Writes a line to standard output.
    static func out(_ line: String) { write(Array((line + "\n").utf8), to: STDOUT_FILENO) }

    /// Writes bytes to standard output.
    static func out(bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    /// Writes a line to standard error.
    static func note(_ line: String) { write(Array((line + "\n").utf8), to: STDERR_FILENO) }

    /// Rewrites the last line of standard error; only for terminals.
    static func status(_ line: String) { write(Array(("\r\u{1B}[2K" + line).utf8), to: STDERR_FILENO) }

    /// `text` without control characters: what came with a record must not steer a terminal.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
    }

    /// True where standard error is a terminal.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }
}
